"""A car under test, and the assistant that the suite plays before it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from cockpit.profile import Signal, VehicleProfile
from cockpit.types import Scalar, same_value
from hil.conformance.case import NonConformance, NotTestable, require
from hil.conformance.clock import stamp
from hil.conformance.probe import Address, Heard, Probe, probing

ISSUER = "conformance"
FINAL = {"succeeded", "failed", "rejected", "expired"}
STATUSES = FINAL | {"accepted", "in_progress"}
QUIET_S = 0.5
"""How long is waited for what must not come."""


@dataclass(slots=True)
class VehicleScene:
    """A vehicle under test, heard by `probe`. `crash` ends it without a farewell, as losing its power does; None where
    the run has no hand on it."""

    address: Address
    vid: str
    profile: VehicleProfile
    probe: Probe
    timeout_s: float = 15.0
    crash: Callable[[], Awaitable[None]] | None = None

    def pick(self, holds: Callable[[Signal], bool], what: str) -> str:
        """The first signal of the profile that is such and is no push."""
        pushes = {p for c in self.profile.controls.values() if c.momentary for ps in c.targets.values() for p in ps}
        found = (path for path, one in self.profile.signals.items() if holds(one) and path not in pushes)
        path = next(found, None)
        if path is None:
            raise NotTestable(f"the profile has no {what}")
        return path

    @property
    def switch(self) -> str:
        return self.pick(lambda s: s.kind == "actuator" and s.datatype == "boolean", "actuator that is on or off")

    def states(self) -> dict[str, Heard]:
        """The newest state message of each path."""
        prefix = f"vehicle/{self.vid}/state/"
        told = (one for one in self.probe.heard if one.topic.startswith(prefix))
        return {one.topic.removeprefix(prefix).replace("/", "."): one for one in told}

    def value(self, path: str) -> Any:
        state = self.states().get(path)
        return None if state is None else state.body.get("value")

    def shows(self, path: str, value: Scalar) -> bool:
        """Whether the current value of `path` is `value`."""
        told = self.value(path)
        return told is not None and same_value(told, value)

    async def set(self, path: str, value: object, probe: Probe | None = None, **more: Any) -> str:
        """Publish a wanted value; gives its id. `more` replaces or adds keys, None takes one away."""
        ident = str(uuid4())
        body = {
            "id": ident,
            "value": value,
            "ttl_ms": 3000,
            "ts": stamp(),
            "issuer": ISSUER,
            "turn": uuid4().hex,
            **more,
        }
        topic = f"vehicle/{self.vid}/set/{path.replace('.', '/')}"
        await (probe or self.probe).publish(topic, {key: one for key, one in body.items() if one is not None})
        return ident

    def results(self, ident: str) -> list[Heard]:
        return self.probe.all(lambda one: one.role == "result" and one.body.get("id") == ident)

    async def final(self, ident: str) -> str:
        """The status of the final result of a command."""
        last = await self.probe.until(
            lambda one: one.role == "result" and one.body.get("id") == ident and one.body.get("status") in FINAL,
            self.timeout_s,
        )
        if last is None:
            raise NonConformance(f"no final result within {self.timeout_s:g} s")
        return str(last.body["status"])

    async def reached(self, path: str, value: Scalar) -> None:
        def shows(one: Heard) -> bool:
            told = one.body.get("value")
            return (
                one.topic.endswith(f"/state/{path.replace('.', '/')}") and told is not None and same_value(told, value)
            )

        require(
            self.shows(path, value) or await self.probe.until(shows, self.timeout_s, self.probe.place),
            f"{path} did not become {value!r}",
        )

    async def toggle(self) -> tuple[str, bool]:
        """Set the switch to what it is not; gives the command's id and the wanted value."""
        wanted = not self.value(self.switch)
        return await self.set(self.switch, wanted), wanted

    async def untouched(self, path: str, value: object, **more: Any) -> str:
        """Send a command that must not be carried out; the status of its final result, empty where none came."""
        before = self.value(path)
        ident = await self.set(path, value, **more)
        await asyncio.sleep(QUIET_S)
        await self.probe.settled()
        require(self.value(path) == before, f"{path} went from {before!r} to {self.value(path)!r}")
        statuses = [str(one.body.get("status")) for one in self.results(ident)]
        require("succeeded" not in statuses, "it was reported as succeeded")
        return next((status for status in statuses if status in FINAL), "")


@asynccontextmanager
async def vehicle_scene(
    address: Address,
    vid: str,
    profile: VehicleProfile,
    crash: Callable[[], Awaitable[None]] | None = None,
    timeout_s: float = 15.0,
) -> AsyncIterator[VehicleScene]:
    """A scene that begins once a provider is online. Raises `TimeoutError` when none comes."""
    async with probing(address, [f"vehicle/{vid}/#", f"app/{vid}/#"]) as probe:
        online = await probe.until(lambda one: one.role == "provider" and one.body.get("status") == "online", timeout_s)
        if online is None:
            raise TimeoutError(f"no provider of vehicle {vid} came online")
        await probe.settled()
        yield VehicleScene(address, vid, profile, probe, timeout_s, crash)
