"""The assistant, the simulated vehicle with its apps, and somebody who types, each with a certificate of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cockpit.bus import Bus
from cockpit.config import BrokerSettings, Settings, VehicleSettings
from cockpit.profile import VehicleProfile
from cockpit.runtime.service import Service
from hil.broker import RunningBroker
from hil.conversation import Conversation
from hil.vehicle import SimulatedVehicle
from hil.vehicle.credentials import trust
from hil.viss import VissServer
from tests.component.broker.secured import DEADLINE_S, Secured

AC = "Vehicle.Cabin.HVAC.IsAirConditioningActive"


@asynccontextmanager
async def everybody(secure: Secured, profile: VehicleProfile) -> AsyncIterator[tuple[SimulatedVehicle, Conversation]]:
    vehicle = SimulatedVehicle(profile, "127.0.0.1", secure.port, secure.vid)
    trust(vehicle, secure.folder, secure.address)
    bus = Bus(secure.settings("rig"))
    person = Conversation(bus, secure.vid)
    service = Service(Settings(vid=secure.vid, broker=secure.settings("assistant")))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in (vehicle.run(), bus.run(), service.run())]
        async with asyncio.timeout(120):
            await vehicle.ready()
            await bus.wait_connected()
            await person.online()
        yield vehicle, person
        for task in tasks:
            task.cancel()


async def test_what_is_typed_is_done(secure: Secured, profile: VehicleProfile) -> None:
    async with everybody(secure, profile) as (vehicle, person):
        exchange = await person.type("打开空调", timeout_s=DEADLINE_S)
        assert (exchange.kind, vehicle.values[AC]) == ("done", True)
        exchange = await person.type("play some jazz", "en", timeout_s=DEADLINE_S)
        assert exchange.kind == "done"
        assert [action for action, _ in vehicle.apps["media"].calls] == ["play"]


async def test_what_is_typed_is_done_over_viss(secure: Secured, broker: RunningBroker, profile: VehicleProfile) -> None:
    """The server has the role `vehicle`; its car is behind it, on a bus that the assistant does not reach."""
    inner = Bus(BrokerSettings(host=broker.host, port=broker.port))
    car = SimulatedVehicle(profile, broker.host, broker.port, "inner")
    outer = Bus(secure.settings("vehicle"))
    server = VissServer(outer, profile, car.vid, f"{secure.vid}/Vehicle", car_bus=inner)
    bus = Bus(secure.settings("rig"))
    person = Conversation(bus, secure.vid)
    settings = Settings(
        vid=secure.vid, broker=secure.settings("assistant"), vehicle=VehicleSettings.model_validate({"port": "viss"})
    )
    async with asyncio.TaskGroup() as group, asyncio.timeout(120):
        work = (inner.run(), car.run(), outer.run(), server.run(), bus.run())
        tasks = [group.create_task(one) for one in work]
        await server.car.ready()
        await bus.wait_connected()
        tasks.append(group.create_task(Service(settings).run()))
        await person.online()
        exchange = await person.type("打开空调", timeout_s=DEADLINE_S)
        assert (exchange.kind, car.values[AC]) == ("done", True)
        for task in tasks:
            task.cancel()
