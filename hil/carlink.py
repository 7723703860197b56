"""A client of a car on the bus contract, for peers that show the same car on another bus."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from cockpit.bus import Bus, topics
from cockpit.bus.payloads import Provider, State, parse, timestamp
from cockpit.profile import VehicleProfile
from cockpit.types import Scalar


@dataclass(frozen=True, slots=True)
class Point:
    """A value and when it was true, RFC 3339."""

    value: Scalar
    ts: str


class CarLink:
    """The car's values as they come, and a way to set its actuators. Make it before `bus` runs."""

    def __init__(self, bus: Bus, profile: VehicleProfile, vid: str, issuer: str, ttl_ms: int = 2000) -> None:
        self.bus, self.profile, self.vid = bus, profile, vid
        self.points: dict[str, Point] = {}
        self.on_point: list[Callable[[str, Point, bool], None]] = []
        """Told path, point and whether the value is another than before."""
        self.up, self.down = asyncio.Event(), asyncio.Event()
        """Set while any provider of the car is online, and while none is."""
        self.down.set()
        self._online: set[str] = set()
        self._all_there = asyncio.Event()
        self._issuer, self._ttl_ms = issuer, ttl_ms
        bus.subscribe(topics.STATE.filter(vid), self._on_state)
        bus.subscribe(topics.PROVIDER.filter(vid), self._on_provider)

    @property
    def online(self) -> bool:
        return self.up.is_set()

    async def ready(self) -> None:
        """Return when the car is online and has told every signal."""
        await self._all_there.wait()

    async def set(self, path: str, value: Scalar) -> None:
        """Pass a wanted value on; what becomes of it is told by the states."""
        body = {
            "id": uuid4().hex,
            "value": value,
            "ttl_ms": self._ttl_ms,
            "ts": timestamp(),
            "issuer": self._issuer,
            "turn": "",
        }
        await self.bus.publish(topics.SET.build(self.vid, path=path), body)

    def _on_state(self, topic: str, payload: bytes, retained: bool) -> None:
        del retained
        path, state = topics.STATE.parse(topic)["path"], parse(State, payload)
        before, point = self.points.get(path), Point(state.value, state.ts)
        self.points[path] = point
        for told in self.on_point:
            told(path, point, before is None or before.value != point.value)
        self._look()

    def _on_provider(self, topic: str, payload: bytes, retained: bool) -> None:
        del retained
        name = topics.PROVIDER.parse(topic)["name"]
        online = parse(Provider, payload).status == "online"
        (self._online.add if online else self._online.discard)(name)
        now, before = (self.up, self.down) if self._online else (self.down, self.up)
        now.set()
        before.clear()
        self._look()

    def _look(self) -> None:
        if self.online and self.profile.signals.keys() <= self.points.keys():
            self._all_there.set()
