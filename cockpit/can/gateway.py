"""MQTT to CAN and back: each ECU of a DBC is a provider on the bus contract (docs/can.md)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable

import can

from cockpit.can.database import CanDatabase
from cockpit.can.port import CanPort
from cockpit.can.provider import EcuProvider
from cockpit.config import BrokerSettings, CanSettings
from cockpit.errors import CanError

log = logging.getLogger(__name__)

TICK_S = 0.05
"""How late a stale message is noticed at most."""
REPORT_S = 60.0
"""How often the counters are logged, where they changed."""


class Gateway:
    """`counters` has everything that went wrong, by code; see `CanPort`, `Reception`, `Commands` and `Outbox`, and
    `can-unknown-frame` for frames that the DBC does not have.

    `broker` says how a provider connects, by its name: on a broker that asks for certificates each has one of its own.
    """

    def __init__(
        self, database: CanDatabase, settings: CanSettings, broker: Callable[[str], BrokerSettings], vid: str
    ) -> None:
        self.counters: Counter[str] = Counter()
        self.port = CanPort(settings, self._on_frame, self.counters)
        self.providers = [
            EcuProvider(ecu, database.profile, settings, broker(ecu.provider), vid, self.port.send, self.counters)
            for ecu in database.ecus
        ]
        self._known = database.frames
        self._provider_of = {
            frame.id: provider
            for ecu, provider in zip(database.ecus, self.providers, strict=True)
            for frame in (*ecu.statuses, *([ecu.answer] if ecu.answer else []))
        }
        self.port.on_down.append(self._lose)

    async def run(self) -> None:
        """Stand between both until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.port.run(), name="can")
            for provider in self.providers:
                group.create_task(provider.run(), name=provider.name)
            group.create_task(self._tick(), name="tick")
            group.create_task(self._log_counters(), name="counters")

    def _on_frame(self, message: can.Message) -> None:
        provider = self._provider_of.get(message.arbitration_id)
        if provider is None or message.is_extended_id != self._known[message.arbitration_id].extended:
            if message.arbitration_id not in self._known:
                self.counters["can-unknown-frame"] += 1
            return
        try:
            provider.on_frame(message.arbitration_id, bytes(message.data), time.monotonic())
        except CanError as error:
            self.counters[error.code] += 1

    async def _tick(self) -> None:
        before_s = time.monotonic()
        while True:
            await asyncio.sleep(TICK_S)
            now_s = time.monotonic()
            deaf_s = max(0.0, now_s - before_s - 2 * TICK_S)
            before_s = now_s
            for provider in self.providers:
                provider.excuse(deaf_s)
                provider.tick(now_s)
                if self.port.up.is_set():
                    provider.heartbeat(now_s)

    def _lose(self) -> None:
        for provider in self.providers:
            provider.lose()

    async def _log_counters(self) -> None:
        before: Counter[str] = Counter()
        while True:
            await asyncio.sleep(REPORT_S)
            if news := self.counters - before:
                log.warning("counted in %.0f s: %s", REPORT_S, ", ".join(f"{c} {n}" for c, n in sorted(news.items())))
            before = self.counters.copy()
