"""All of the cloud, made from the settings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from cockpit.cloud.asking import Asking
from cockpit.cloud.breaker import Breaker
from cockpit.cloud.budget import Budget
from cockpit.cloud.client import CloudModel
from cockpit.cloud.judging import most_agreed
from cockpit.cloud.link import LinkObserver
from cockpit.cloud.probe import Probe
from cockpit.cloud.providers import Table, load_table
from cockpit.cloud.switch import KillSwitch
from cockpit.config import Settings
from cockpit.errors import CloudError, ConfigError


@dataclass(frozen=True, slots=True)
class Cloud:
    """`asking` answers questions; the rest is what it is bound by. `probe.metered` is the wirer's to set."""

    asking: Asking
    budget: Budget
    switch: KillSwitch
    probe: Probe
    table: Table


@asynccontextmanager
async def open_cloud(settings: Settings, observe: LinkObserver) -> AsyncIterator[Cloud]:
    """The cloud with its probe running; closed and written down at the end. Reads small files, and nothing is sent
    before a question is but probes.

    Raises `ConfigError` (`config-provider`, `config-model`, …) for what the settings or the provider table say wrong.
    """
    cloud = settings.cloud
    table = await asyncio.to_thread(load_table, cloud.providers_file)
    chosen = [entry.partition("/") for entry in cloud.providers]
    if not chosen:
        raise ConfigError("provider", "cloud.providers names nobody")
    providers = {name: table.provider(name) for name, _, _ in chosen}
    budget = await asyncio.to_thread(Budget, settings.state_dir / "cloud-budget.json", cloud.budget_month)
    switch = await asyncio.to_thread(KillSwitch, settings.state_dir / "cloud-switch.json")
    breakers = {name: Breaker(cloud.breaker_failures, cloud.breaker_s) for name in providers}
    probe = Probe(providers[chosen[0][0]].base_url, cloud, observe, lambda: switch.allowed)
    models = tuple(
        CloudModel(
            providers[name],
            providers[name].model(model),
            table=table,
            settings=cloud,
            budget=budget,
            breaker=breakers[name],
            switch=switch,
            observe=probe.heard,
        )
        for name, _, model in chosen
    )
    asking = Asking(models, cloud.strategy, cloud.side_by_side, most_agreed, cloud.judge_s)
    for model in models:
        with suppress(CloudError):  # without a key: told when it is asked
            await model.prepare()
    probing = asyncio.create_task(probe.run(), name="cloud-probe")
    try:
        yield Cloud(asking, budget, switch, probe, table)
    finally:
        probing.cancel()
        await asyncio.gather(probing, return_exceptions=True)
        for model in models:
            await model.close()
        await budget.flush()
