"""A car on the bus: keeps its signals, does as it is told within its limits, and says so."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from random import SystemRandom
from typing import Any

from cockpit.profile import VehicleProfile
from cockpit.types import Scalar
from cockpit.yamlfile import read_yaml
from hil.vehicle.apps import SimulatedApp
from hil.vehicle.peer import Peer, expired, now

DATA = Path(__file__).with_name("data.yaml")
LATENCY_S = (0.03, 0.08)
"""What a body controller takes to answer."""
TICK_S = 0.05
REFRESH_S = 1.0


@dataclass(slots=True)
class Faults:
    """What the vehicle does wrong, for as long as it is set."""

    silent: bool = False
    """Hears, does nothing and never answers."""
    stuck: bool = False
    """Reports success, but nothing changes."""
    reject: str = ""
    """Rejects everything with this code."""


class SimulatedVehicle(Peer):
    """All signals of a profile under one provider, and the profile's apps.

    `percent_per_s` is the speed of windows, shades and the sunroof. `values` holds the current values; change sensors
    with `put`.
    """

    def __init__(
        self, profile: VehicleProfile, host: str, port: int, vid: str = "demo", percent_per_s: float = 200.0
    ) -> None:
        super().__init__(host, port, f"vehicle/{vid}/provider/simulator", {"status": "offline", "paths": []})
        self.values: dict[str, Scalar] = {path: signal.default for path, signal in profile.signals.items()}
        self.faults = Faults()
        data: dict[str, Any] = read_yaml(DATA)
        self.apps = {
            name: SimulatedApp(name, actions=actions, data=data, host=host, port=port, vid=vid)
            for name, actions in profile.apps.items()
        }
        self._profile = profile
        self.vid = vid
        self._topic = f"vehicle/{vid}"
        self._percent_per_s = percent_per_s
        self._moving: list[str] = data["moving"]
        self._switches: dict[str, dict[str, Any]] = data["switches"]
        self._newest: dict[str, object] = {}

    async def run(self) -> None:
        """Be on the bus, apps and all, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for peer in self.apps.values():
                group.create_task(peer.run())
            group.create_task(super().run())

    async def ready(self) -> None:
        """Wait until the vehicle and all apps have said that they are there."""
        for peer in (self, *self.apps.values()):
            await peer.connected.wait()

    async def put(self, path: str, value: Scalar) -> None:
        """Give a signal a value and publish it."""
        self.values[path] = value
        await self.publish(f"{self._topic}/state/{path.replace('.', '/')}", {"value": value, "ts": now()}, retain=True)

    async def provide(self, online: bool) -> None:
        """Bring the provider up or take it down."""
        status = {"status": "online", "paths": ["Vehicle.*"]} if online else self._absent
        await self.publish(self._presence, status, retain=True)

    def subscriptions(self) -> list[str]:
        return [f"{self._topic}/set/#"]

    async def on_connect(self) -> None:
        for path, value in self.values.items():
            await self.put(path, value)
        await self.provide(online=True)

    async def background(self) -> None:
        """Sensors are reported every second, whether they change or not."""
        while True:
            await asyncio.sleep(REFRESH_S)
            for path, signal in self._profile.signals.items():
                if signal.kind == "sensor":
                    await self.put(path, self.values[path])

    def on_message(self, levels: list[str], body: dict[str, Any]) -> None:
        answerable = re.fullmatch(r"[\w-]+", str(body.get("issuer", "")))
        if answerable and not self.faults.silent:
            self._newest[path := ".".join(levels[3:])] = body.get("id")
            self.start(self._carry_out(path, body))

    async def _carry_out(self, path: str, body: dict[str, Any]) -> None:
        status, code = self._verdict(path, body)
        await self._result(body, status, code)
        if status == "accepted":
            await asyncio.sleep(SystemRandom().uniform(*LATENCY_S))
            done = self.faults.stuck or await self._obey(path, body)
            await self._result(body, *(("succeeded", "") if done else ("failed", "superseded")))

    def _verdict(self, path: str, body: dict[str, Any]) -> tuple[str, str]:
        signal = self._profile.signals.get(path)
        if self.faults.reject:
            return "rejected", self.faults.reject
        if signal is None or signal.kind != "actuator":
            return "rejected", "not-an-actuator"
        if fault := signal.fault(body.get("value")):
            return "rejected", f"wrong-{fault}"
        if expired(body):
            return "expired", "too-old"
        return "accepted", ""

    async def _obey(self, path: str, body: dict[str, Any]) -> bool:
        """Make it so; false when a newer command for the same signal came in between."""
        value = self._profile.signals[path].cast(body["value"])
        if switch := self._switches.get(path):
            await self.put(path, value)
            wanted = switch["to"].get(value)
            return wanted is None or await self._move(path, switch["moves"], wanted, body)
        if any(fnmatchcase(path, pattern) for pattern in self._moving):
            return await self._move(path, path, float(value), body)
        await self.put(path, value)
        return True

    async def _move(self, told: str, moved: str, wanted: float, body: dict[str, Any]) -> bool:
        await self._result(body, "in_progress", "")
        step = self._percent_per_s * TICK_S
        while (here := float(self.values[moved])) != wanted:
            if self._newest[told] != body.get("id"):
                return False
            await self.put(moved, round(min(max(wanted, here - step), here + step)))
            await asyncio.sleep(TICK_S)
        return True

    async def _result(self, body: dict[str, Any], status: str, code: str) -> None:
        result = {"id": body.get("id"), "status": status, "ts": now(), **({"code": code} if code else {})}
        await self.publish(f"{self._topic}/result/{body['issuer']}", result)
