"""The vehicle under test over VISS or KUKSA, against peers over the real transport that show a simulated car."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from cockpit.bus import Bus
from cockpit.config import BrokerSettings, KuksaSettings, Settings, TurnSettings, VehicleSettings, VissSettings
from cockpit.profile import VehicleProfile
from cockpit.types import Outcome, Proposal, Snapshot
from cockpit.vehicle import ConnectedVehicle, connected_vehicle
from hil.broker import RunningBroker
from hil.carlink import CarLink
from hil.kuksa.databroker import Databroker
from hil.kuksa.provider import Provider
from hil.vehicle import SimulatedVehicle
from hil.viss import VissServer
from tests.broker import DEADLINE_S
from tests.component.vehicle.scripted_car import permit


@dataclass
class Side:
    """The vehicle under test and what it is connected to."""

    vehicle: ConnectedVehicle
    bus: Bus
    car: SimulatedVehicle
    progress: list[str] = field(default_factory=list)
    server: Any = None
    provider: Any = None

    async def do(self, proposal: Proposal, ttl_s: float = 3.0) -> Outcome:
        return await asyncio.wait_for(self.vehicle.carry_out(permit(proposal, ttl_s)), DEADLINE_S)

    async def until(self, holds: Callable[[Snapshot], bool]) -> None:
        """Return when the snapshot is so; a snapshot has no news of its own, so it is looked at now and again."""
        async with asyncio.timeout(DEADLINE_S):
            while not holds(self.vehicle.snapshot()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def counted(self, counter: str) -> None:
        """Return when something was counted under that name."""
        await self.until(lambda _: self.bus.counters[counter] > 0)

    async def ready(self) -> None:
        """Return when somebody serves the signals, and each of them that is served has been heard."""
        await self.until(lambda snapshot: bool(snapshot.provided) and snapshot.readings.keys() >= {*snapshot.provided})


@asynccontextmanager
async def background(*work: Awaitable[None]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def over_viss(
    broker: RunningBroker, profile: VehicleProfile, vid: str, *, result_timeout_s: float = DEADLINE_S, **viss: Any
) -> AsyncIterator[Side]:
    here = BrokerSettings(host=broker.host, port=broker.port)
    viss = {"answer_timeout_s": 0.5, "silence_s": 1.0, "retry_s": 0.1, "period_ms": 100, **viss}
    async with AsyncExitStack() as stack:
        bus, its_bus = (Bus(here, backoff_s=(0.05, 0.1)) for _ in range(2))
        car = SimulatedVehicle(profile, broker.host, broker.port, f"{vid}-car", percent_per_s=1000)
        settings = VissSettings(**viss)
        server = VissServer(its_bus, profile, car.vid, settings.topic.replace("{vid}", vid))
        progress: list[str] = []
        vehicle = connected_vehicle(
            Settings(
                vid=vid,
                vehicle=VehicleSettings(port="viss", viss=settings),
                turn=TurnSettings(result_timeout_s=result_timeout_s),
            ),
            bus,
            profile,
            lambda *told: progress.append(told[2]),
        )
        await stack.enter_async_context(its_bus.running())
        await stack.enter_async_context(background(car.run(), server.run()))
        await asyncio.wait_for(server.car.ready(), DEADLINE_S)
        await stack.enter_async_context(bus.running())
        await stack.enter_async_context(background(vehicle.run()))
        side = Side(vehicle, bus, car, progress, server)
        await side.ready()
        yield side


@asynccontextmanager
async def over_kuksa(
    broker: RunningBroker,
    profile: VehicleProfile,
    vid: str,
    *,
    token: str = "",
    result_timeout_s: float = DEADLINE_S,
) -> AsyncIterator[Side]:
    here = BrokerSettings(host=broker.host, port=broker.port)
    async with AsyncExitStack() as stack:
        bus, its_bus = (Bus(here, backoff_s=(0.05, 0.1)) for _ in range(2))
        car = SimulatedVehicle(profile, broker.host, broker.port, f"{vid}-car", percent_per_s=1000)
        link = CarLink(its_bus, profile, car.vid, issuer="kuksa")
        databroker = Databroker(profile, token)
        port = await stack.enter_async_context(databroker.serving())
        provider = Provider(link, f"127.0.0.1:{port}", token)
        progress: list[str] = []
        kuksa = KuksaSettings.model_validate({"port": port, "retry_s": 0.1, "token": token or None})
        vehicle = connected_vehicle(
            Settings(
                vid=vid,
                vehicle=VehicleSettings(port="kuksa", kuksa=kuksa),
                turn=TurnSettings(result_timeout_s=result_timeout_s),
            ),
            bus,
            profile,
            lambda *told: progress.append(told[2]),
        )
        await stack.enter_async_context(its_bus.running())
        await stack.enter_async_context(background(car.run()))
        await asyncio.wait_for(link.ready(), DEADLINE_S)
        await stack.enter_async_context(background(provider.run()))
        await asyncio.wait_for(provider.owning.wait(), DEADLINE_S)
        await stack.enter_async_context(bus.running())
        await stack.enter_async_context(background(vehicle.run()))
        side = Side(vehicle, bus, car, progress, databroker, provider)
        await side.ready()
        yield side
