"""One ECU as the bus contract sees it: a provider of signals, with a connection and a last will of its own."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

from cockpit.bus import Bus, LastWill, topics
from cockpit.bus.payloads import parse, timestamp
from cockpit.can.commands import Commands, Send
from cockpit.can.database import Ecu
from cockpit.can.outbox import Outbox
from cockpit.can.reception import Reception
from cockpit.can.wanted import Told, Wanted
from cockpit.config import BrokerSettings, CanSettings
from cockpit.profile import VehicleProfile
from cockpit.types import Scalar

log = logging.getLogger(__name__)


class EcuProvider:
    """`vehicle/{vid}/provider/can-<ecu>` is online with the paths whose frames come, and offline when none do; a state
    is reported when it changes, a sensor's again every `refresh_s` while its frames come, and never without one."""

    def __init__(
        self,
        ecu: Ecu,
        profile: VehicleProfile,
        settings: CanSettings,
        broker: BrokerSettings,
        vid: str,
        send: Send,
        counters: Counter[str],
    ) -> None:
        self.name = ecu.provider
        self._vid = vid
        self._profile = profile
        self._refresh_s = settings.refresh_s
        self._counters = counters
        self._presence = topics.PROVIDER.build(vid, name=self.name)
        will = LastWill(self._presence, {"status": "offline", "paths": []})
        self.bus = Bus(broker, identifier=f"{vid}-{self.name}", last_will=will)
        self._outbox = Outbox(self.bus, counters, self._untold)
        self._receptions = {f.id: Reception(f, settings.timeout_s(f.cycle_s), counters) for f in ecu.statuses}
        self._reception_of = {path: r for r in self._receptions.values() for path in r.frame.codecs}
        self._commands = Commands(ecu, settings, send, lambda path: self._reception_of[path].alive, counters)
        self._answer = ecu.answer.id if ecu.answer else None
        self._told_s: dict[str, float] = {}
        """When each path's value was last published (monotonic); a path without an entry is told at the next tick."""
        for path in ecu.paths:
            self.bus.subscribe(topics.SET.build(vid, path=path), self._on_set)
        self._announced: list[str] | None = None
        self.bus.on_connect.append(self._begin)

    @property
    def paths(self) -> list[str]:
        """What it serves now."""
        return [path for r in self._receptions.values() if r.alive for path in r.frame.codecs]

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.bus.run())
            group.create_task(self._outbox.run())

    def on_frame(self, frame_id: int, data: bytes, now_s: float) -> None:
        """A frame of this ECU. Raises `CanError` (`can-bad-frame`)."""
        if frame_id == self._answer:
            self._tell(self._commands.answered(data, now_s))
            return
        reception = self._receptions[frame_id]
        was_there, was_alive = any(r.alive for r in self._receptions.values()), reception.alive
        changed = reception.take(data, now_s)
        if reception.alive and not was_there:
            self._commands.greet(now_s)
        if self.bus.connected:
            for path, value in changed.items():
                self._report(path, value, now_s)
            if not was_alive:
                self._announce()

    def tick(self, now_s: float) -> None:
        """What time alone brings: stale messages, commands overdue, sensors told again, everything to a new broker."""
        expired = [r for r in self._receptions.values() if r.expire(now_s)]
        if expired:
            self._counters["can-timeout"] += len(expired)
            log.warning("%s: no valid frame of %s", self.name, ", ".join(r.frame.name for r in expired))
        if expired and not self.paths:
            self._counters["can-silent"] += 1
            self._give_up()
        for told in self._commands.overdue(now_s):
            self._tell(told)
        if self.bus.connected:
            self._refresh(now_s)
            self._announce()

    def excuse(self, deaf_s: float) -> None:
        """The gateway itself did not run for so long; what it did not hear then says nothing of the ECU."""
        for reception in self._receptions.values():
            reception.excuse(deaf_s)
        self._commands.excuse(deaf_s)

    def heartbeat(self, now_s: float) -> None:
        """The command message in its cycle, while there is a CAN bus."""
        self._commands.heartbeat(now_s)

    def lose(self) -> None:
        """The CAN bus is gone: nothing is known and nothing can be done."""
        for reception in self._receptions.values():
            reception.lose()
        self._give_up()

    def _give_up(self) -> None:
        for told in self._commands.give_up():
            self._tell(told)

    def _refresh(self, now_s: float) -> None:
        for path, reception in self._reception_of.items():
            told_s = self._told_s.get(path, float("-inf"))
            due = told_s == float("-inf") or (
                self._profile.signals[path].kind != "actuator" and now_s - told_s >= self._refresh_s
            )
            if due and reception.alive and reception.heard_s > told_s and path in reception.values:
                self._report(path, reception.values[path], now_s, now_s - reception.heard_s)

    def _report(self, path: str, value: Scalar, now_s: float, age_s: float = 0.0) -> None:
        """Publish a value that was true `age_s` ago."""
        self._told_s[path] = now_s
        body = {"value": value, "ts": timestamp(datetime.now(UTC) - timedelta(seconds=age_s))}
        self._outbox.put(topics.STATE.build(self._vid, path=path), body, retain=True)

    def _announce(self) -> None:
        """Publish the presence, where it is another than the broker has."""
        paths = self.paths
        if paths != self._announced:
            self._announced = paths
            body = {"status": "online" if paths else "offline", "paths": paths}
            self._outbox.put(self._presence, body, retain=True)

    def _tell(self, told: Told | None) -> None:
        if told is not None:
            code = {"code": told.code} if told.code else {}
            body = {"id": told.id, "status": told.status, **code, "ts": timestamp()}
            self._outbox.put(topics.RESULT.build(self._vid, issuer=told.issuer), body, retain=False)

    def _on_set(self, topic: str, payload: bytes, retained: bool) -> None:
        """A wanted value. Raises `BusError` (`bus-bad-payload`) where it does not say whom to answer."""
        if retained:
            self._counters["can-retained-command"] += 1
            return
        path = topics.SET.parse(topic)["path"]
        self._tell(self._commands.want(path, parse(Wanted, payload), time.monotonic()))

    async def _begin(self) -> None:
        """The broker is there, and knows nothing, or what was so before: the next tick tells it all."""
        self._told_s.clear()
        self._announced = None

    def _untold(self, topic: str) -> None:
        """The broker did not take this: the next tick tells it again, or what is so then."""
        if topic == self._presence:
            self._announced = None
        elif topic.startswith(f"vehicle/{self._vid}/state/"):
            self._told_s.pop(topics.STATE.parse(topic)["path"], None)
