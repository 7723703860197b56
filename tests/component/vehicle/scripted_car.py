"""The vehicle under test on a real broker, with a scripted peer in place of the car."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiomqtt

from cockpit.bus import Bus
from cockpit.config import BrokerSettings
from cockpit.profile import VehicleProfile
from cockpit.types import Outcome, Permit, Proposal
from cockpit.vehicle import MqttVehicle
from hil.broker import RunningBroker
from tests.broker import DEADLINE_S, Peer, body, peer

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
LIGHT = "Vehicle.Cabin.Light.IsDomeOn"
SUNROOF = "Vehicle.Cabin.Sunroof.Switch"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"


def permit(proposal: Proposal, ttl_s: float = 3.0) -> Permit:
    return Permit(proposal, "turn-1", "driver", time.monotonic() + ttl_s)


@dataclass
class Car:
    """The vehicle under test, the bus it is on, the peer that plays the real one, and the progress reported."""

    vehicle: MqttVehicle
    bus: Bus
    peer: Peer
    progress: list[tuple[str, str, str]] = field(default_factory=list)
    marks: int = 0

    async def do(self, proposal: Proposal, ttl_s: float = 3.0) -> Outcome:
        return await asyncio.wait_for(self.vehicle.carry_out(permit(proposal, ttl_s)), DEADLINE_S)

    async def prepare(self, profile: VehicleProfile) -> None:
        """Be connected, with everything online and four actuators at their defaults."""
        await asyncio.wait_for(self.bus.wait_connected(), DEADLINE_S)
        await self.peer.provider()
        for path in (WINDOW, LIGHT, TEMPERATURE, SUNROOF):
            await self.peer.state(path, profile.signals[path].default)
        for app in profile.apps:
            await self.peer.publish(f"app/{self.peer.vid}/{app}/status", {"status": "online"}, retain=True)
        await self.settle()

    async def settle(self) -> None:
        """Return when the vehicle has handled all that the peer has sent so far."""
        self.marks += 1
        await self.peer.state("Vehicle.Cabin.HVAC.AmbientAirTemperature", float(self.marks), retain=False)
        reached = self.vehicle._store.reached("Vehicle.Cabin.HVAC.AmbientAirTemperature", float(self.marks))
        await asyncio.wait_for(reached, DEADLINE_S)


@asynccontextmanager
async def make_car(
    broker: RunningBroker, profile: VehicleProfile, vid: str, result_timeout_s: float = DEADLINE_S
) -> AsyncIterator[Car]:
    bus = Bus(BrokerSettings(host=broker.host, port=broker.port), backoff_s=(0.05, 0.1))
    progress: list[tuple[str, str, str]] = []

    def note(permit: Permit, ident: str, status: str) -> None:
        progress.append((permit.turn, ident, status))

    vehicle = MqttVehicle(bus, profile, vid, result_timeout_s, note)
    async with peer(broker, vid) as other, bus.running():
        car = Car(vehicle, bus, other, progress)
        await car.prepare(profile)
        yield car


def on_set(car: Car, script: Callable[[str, str, Any], Any]) -> None:
    """Have the peer run `script(id, path, value)` for each `set` it hears."""

    def answer(message: aiomqtt.Message) -> Any:
        levels = message.topic.value.split("/")
        if levels[2] != "set":
            return None
        command = body(message)
        return script(command["id"], ".".join(levels[3:]), command["value"])

    car.peer.answer = answer


def obeying(car: Car) -> Callable[[str, str, Any], Any]:
    async def obey(ident: str, path: str, value: Any) -> None:
        await car.peer.result(ident, "accepted")
        await car.peer.result(ident, "in_progress")
        await car.peer.state(path, value)
        await car.peer.result(ident, "succeeded")

    return obey
