"""The simulated car on the bus: takes commands, tells its signals, and says what became of each command."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import aiomqtt

from cockpit.profile import VehicleProfile
from cockpit.types import Scalar
from cockpit.yamlfile import read_yaml
from hil.vehicle.apps import SimulatedApp
from hil.vehicle.car import TICK_S, Car
from hil.vehicle.command import Command, Result
from hil.vehicle.faults import ClockSkew, ProviderOffline
from hil.vehicle.peer import Peer, expired, now

DATA = Path(__file__).with_name("data.yaml")
CATCH_UP_S = 60.0
"""How much of the time without a broker the physics makes up for."""
SILENT_S = 1.0
"""Steps that are further behind are made without telling them: a host that is too slow tells less, not later."""
LOAD_SIGNALS = 120


class SimulatedVehicle(Peer):
    """All signals of a profile under one provider, and the profile's apps.

    `percent_per_s` is the speed of windows, with which all movements are scaled (25 is that of a real car); `noise` the
    share of the sensors' noise. Faults are begun and ended by name, see `hil.vehicle.faults`.
    """

    def __init__(
        self,
        profile: VehicleProfile,
        host: str,
        port: int,
        vid: str = "demo",
        percent_per_s: float = 200.0,
        *,
        seed: int = 1,
        noise: float = 0.0,
    ) -> None:
        super().__init__(host, port, f"vehicle/{vid}/provider/simulator", {"status": "offline", "paths": []})
        self.car = Car(profile, percent_per_s=percent_per_s, seed=seed, noise=noise)
        data: dict[str, Any] = read_yaml(DATA)
        self.apps = {
            name: SimulatedApp(name, actions=actions, data=data, faults=self.car.faults, host=host, port=port, vid=vid)
            for name, actions in profile.apps.items()
        }
        self.vid = vid
        self.updates = 0
        """States that were published."""
        self._topic = f"vehicle/{vid}"
        self._online = False
        self._stepped_s = 0.0
        self._came = asyncio.Event()
        self._telling = asyncio.Lock()

    @property
    def values(self) -> dict[str, Scalar]:
        """What the car holds, by VSS path, whatever it tells."""
        return self.car.values

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
        """Give a signal a value and publish it with what follows from it. Raises `RigError` (`rig-unsupported`)."""
        self.car.put(path, value)
        async with self._telling:
            if (told := self.car.told(path)) is not None:
                await self._state(path, told)
        await self._tell(at_once=True)

    async def prepare(self, values: Mapping[str, Scalar]) -> None:
        """Every signal at its default but for `values`, every fault gone, apps fresh; returns when all is published."""
        self.car.prepare(values)
        for app in self.apps.values():
            app.reset()
        await self._heed()

    async def drive(self, cycle_name: str) -> None:
        """Follow a drive cycle from now on. Raises `RigError` (`rig-unsupported`)."""
        self.car.drive(cycle_name)
        await self._tell(at_once=True)

    async def begin(self, kind: str, args: Mapping[str, Any] | None = None) -> str:
        """Start a fault; gives the name by which it is ended. Raises `RigError` (`rig-unknown-fault`)."""
        name = self.car.begin(kind, args)
        await self._heed()
        return name

    async def end(self, name: str) -> None:
        """Raises `RigError` (`rig-unknown-fault`) for a fault that is not on."""
        self.car.end(name)
        await self._heed()

    async def clear(self) -> None:
        """End all faults."""
        self.car.clear()
        await self._heed()

    async def load(self, updates_per_s: float, signals: int = LOAD_SIGNALS) -> None:
        """Publish so many states a second, of so many signals in turn, until cancelled."""
        loop = asyncio.get_running_loop()
        paths, began_s, sent = cycle(islice(self.values, signals)), loop.time(), 0
        while True:
            owed = int((loop.time() - began_s) * updates_per_s) - sent
            for path in islice(paths, owed):
                async with self._telling:
                    with suppress(aiomqtt.MqttError):
                        if (value := self.car.told(path)) is not None:
                            await self._state(path, value)
            sent += owed
            await asyncio.sleep(TICK_S)

    async def provide(self, online: bool) -> None:
        """Bring the provider up or take it down."""
        self._online = online
        status = {"status": "online", "paths": ["Vehicle.*"]} if online else self._absent
        await self.publish(self._presence, status, retain=True)

    def subscriptions(self) -> list[str]:
        return [f"{self._topic}/set/#"]

    async def on_connect(self) -> None:
        """The car did not stand still while nobody could hear it."""
        while self._behind_s() >= TICK_S:
            self._step()
        self.car.retell()
        self._online = False
        await self._heed()

    async def background(self) -> None:
        """Let the car's time pass with the loop's, and tell what comes of each step."""
        while True:
            await self._tell()
            while (behind_s := self._behind_s()) >= TICK_S:
                self._step()
                if behind_s < SILENT_S:
                    await self._tell()
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._came.wait()
            self._came.clear()

    def on_message(self, levels: list[str], body: dict[str, Any]) -> None:
        issuer = str(body.get("issuer", ""))
        if not re.fullmatch(r"[\w-]+", issuer) or self.car.faults.on(ProviderOffline):
            return
        old = expired(body, self._skew_s)
        self.car.take(Command(body.get("id"), issuer, ".".join(levels[3:]), body.get("value"), old))
        self._came.set()

    def _step(self) -> None:
        self.car.step()
        self._stepped_s += TICK_S

    def _behind_s(self) -> float:
        """How far the car's time is behind the loop's; what is too much is left out."""
        now_s = asyncio.get_running_loop().time()
        if self._stepped_s == 0.0:
            self._stepped_s = now_s
        self._stepped_s = max(self._stepped_s, now_s - CATCH_UP_S)
        return now_s - self._stepped_s

    async def _heed(self) -> None:
        """Be there or not as faults say, and tell what has changed."""
        online = self.car.faults.on(ProviderOffline) is None
        if online and not self._online:
            self.car.retell()
        await self._tell(at_once=True)
        if online != self._online:
            await self.provide(online)
        for app in self.apps.values():
            await app.heed()

    async def _tell(self, *, at_once: bool = False) -> None:
        """States before the answers that were given with them, so that a success is told when it can be seen."""
        async with self._telling:
            reports, answers = self.car.reports(at_once=at_once), self.car.answers()
            for path, value in reports:
                await self._state(path, value)
            for result in answers:
                await self._result(result)

    @property
    def _skew_s(self) -> float:
        skew = self.car.faults.on(ClockSkew)
        return 0.0 if skew is None else skew.s

    async def _state(self, path: str, value: Scalar) -> None:
        if self.car.faults.on(ProviderOffline) is None:
            self.updates += 1
            told = {"value": value, "ts": now(self._skew_s)}
            await self.publish(f"{self._topic}/state/{path.replace('.', '/')}", told, retain=True)

    async def _result(self, result: Result) -> None:
        told = {"id": result.command.id, "status": result.status, "ts": now(self._skew_s)}
        told |= {"code": result.code} if result.code else {}
        told |= {"progress": result.progress} if result.progress is not None else {}
        await self.publish(f"{self._topic}/result/{result.command.issuer}", told)
