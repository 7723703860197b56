"""What the broker denies is noticed by who sent it, and told as not done."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from cockpit.bus import Bus, topics
from cockpit.errors import BusError
from cockpit.profile import VehicleProfile
from cockpit.types import CallApp, SetSignal
from cockpit.vehicle import MqttVehicle
from hil.vehicle import SimulatedVehicle
from hil.vehicle.credentials import trust
from tests.component.broker.secured import DEADLINE_S, Secured, settled
from tests.component.vehicle.scripted_car import LIGHT, permit


async def test_a_message_that_is_denied_is_an_error_and_the_next_goes_through(secure: Secured) -> None:
    bus = Bus(secure.settings("screen"))
    forbidden = topics.SET.build(secure.vid, path=LIGHT)
    allowed = topics.REQUEST_TEXT.build(secure.vid)
    async with secure.known("recorder") as watcher, bus.running():
        await watcher.subscribe("#", qos=0)
        await asyncio.wait_for(bus.wait_connected(), DEADLINE_S)
        for _ in range(2):
            with pytest.raises(BusError, match="Not authorized") as error:
                await bus.publish(forbidden, {})
            assert error.value.code == "bus-denied"
        sent = [bus.publish(topic, {}) for topic in (allowed, forbidden, allowed)]
        ends = await asyncio.gather(*sent, return_exceptions=True)
        assert [type(end) for end in ends] == [type(None), BusError, type(None)]
        assert bus.counters == {"bus-denied": 3}
        assert [topic for topic, _ in await settled(watcher)] == [allowed, allowed]


async def test_a_command_that_is_denied_has_failed(secure: Secured, profile: VehicleProfile) -> None:
    """With the certificate of a screen, which sees the car and its apps and may operate neither."""
    car = SimulatedVehicle(profile, "127.0.0.1", secure.port, secure.vid)
    trust(car, secure.folder, secure.address)
    bus = Bus(secure.settings("screen"))
    vehicle = MqttVehicle(bus, profile, secure.vid, DEADLINE_S)
    async with AsyncExitStack() as stack:
        running = asyncio.create_task(car.run())
        stack.callback(running.cancel)
        await asyncio.wait_for(car.ready(), DEADLINE_S)
        await stack.enter_async_context(bus.running())
        async with asyncio.timeout(DEADLINE_S):
            while not (vehicle.snapshot().online(LIGHT) and "media" in vehicle.snapshot().apps):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        for proposal in (SetSignal(LIGHT, True), CallApp("media", "favourite", {})):
            outcome = await vehicle.carry_out(permit(proposal, 3.0))
            assert (outcome.status, outcome.code) == ("failed", "bus-denied")
    assert car.values[LIGHT] is False
    assert car.apps["media"].calls == []
