"""What can answer beside the intent model: the owner's manual, the language model on the board, the cloud.

Each is opened when the service runs, none is needed: what is missing or broken is told in `problems`, and the rest goes
on without it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import psutil

from cockpit.config import Settings
from cockpit.errors import CockpitError
from cockpit.lm.conversation import conversation
from cockpit.lm.local import LocalModel
from cockpit.lm.rungs import chosen, free_mb
from cockpit.manual.manual import Manual, open_manuals
from cockpit.router.link import LinkEstimator
from cockpit.router.policy import load_policy
from cockpit.router.situation import Thermal
from cockpit.types import LANGS, Lang

if TYPE_CHECKING:
    from cockpit.cloud.opening import Cloud

log = logging.getLogger(__name__)

HOT_C, WARM_C = 95.0, 85.0
"""Temperatures of the hottest sensor from which a processor is throttled, or near it."""


class Tiers:
    """Who can answer at this moment. Raises `ConfigError` for a routing policy that is wrong."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.policy = load_policy(settings.routing)
        self.estimator = LinkEstimator(self.policy.link)
        self.manuals: Mapping[Lang, Manual] = {}
        self.local: LocalModel | None = None
        self.cloud: Cloud | None = None
        self.problems: dict[str, CockpitError] = {}
        self.opened = asyncio.Event()
        """Set when all that can be opened is."""

    async def run(self) -> None:
        """Open what the settings ask for and keep it until cancelled."""
        async with AsyncExitStack() as kept:
            await self._open_cloud(kept)
            await self._open_manuals()
            await self._open_local()
            self.opened.set()
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                if self.local is not None:
                    self.local.close()

    async def _open_manuals(self) -> None:
        try:
            self.manuals = await asyncio.to_thread(open_manuals, self._settings)
        except CockpitError as error:
            self._failed("manual", error)

    async def _open_local(self) -> None:
        lm = self._settings.lm
        try:
            rung = chosen(lm.model, self._settings.models_dir, free_mb())
            if rung is None:
                return
            local = LocalModel(rung, self._settings.models_dir, lm.threads, lm.context_tokens)
            await local.load()
            self.local = local
            for lang in LANGS:
                if lang in rung.languages:
                    await local.warm(conversation(lang).opening)
        except CockpitError as error:
            self._failed("language model", error)

    async def _open_cloud(self, kept: AsyncExitStack) -> None:
        if not self._settings.cloud.enabled:
            return
        from cockpit.cloud.opening import open_cloud  # noqa: PLC0415 (0.7 s and 27 MB that a board without it is spared)

        try:
            self.cloud = await kept.enter_async_context(open_cloud(self._settings, self.estimator.add))
        except CockpitError as error:
            self._failed("cloud", error)

    def _failed(self, name: str, error: CockpitError) -> None:
        log.warning("%s: %s", name, error)
        self.problems[name] = error

    @property
    def local_ready(self) -> bool:
        return self.local is not None and self.local.ready

    def speaks(self, lang: Lang) -> bool:
        """Whether the model on the board answers in `lang`."""
        return self.local is not None and self.local_ready and lang in self.local.capabilities.languages


def thermal() -> Thermal:
    """How near the processor is to being throttled; normal where nothing tells."""
    sensors: Mapping[str, list[Any]] = getattr(psutil, "sensors_temperatures", dict)()
    hottest = max((entry.current for entries in sensors.values() for entry in entries), default=0.0)
    return "hot" if hottest >= HOT_C else "warm" if hottest >= WARM_C else "normal"
