"""The simulated vehicle, driven through the assistant's own vehicle side and by a peer that breaks the rules."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cockpit.bus import Bus
from cockpit.bus.payloads import timestamp
from cockpit.config import BrokerSettings
from cockpit.profile import VehicleProfile
from cockpit.types import CallApp, Outcome, Proposal, SetSignal
from cockpit.vehicle import MqttVehicle
from hil.broker import RunningBroker, free_port, running_broker
from hil.vehicle import SimulatedVehicle
from tests.broker import DEADLINE_S, Peer, body, peer
from tests.component.vehicle.scripted_car import LIGHT, SUNROOF, TEMPERATURE, WINDOW, permit
from tests.component.vehicle.simulated_car import running


@pytest.fixture
async def car(broker: RunningBroker, profile: VehicleProfile, vid: str) -> AsyncIterator[SimulatedVehicle]:
    async with running(SimulatedVehicle(profile, broker.host, broker.port, vid, percent_per_s=1000)) as one:
        yield one


@pytest.fixture
async def driver(
    car: SimulatedVehicle, broker: RunningBroker, profile: VehicleProfile, vid: str
) -> AsyncIterator[MqttVehicle]:
    """The assistant's side, which has heard the whole car."""
    bus = Bus(BrokerSettings(host=broker.host, port=broker.port))
    vehicle = MqttVehicle(bus, profile, vid, result_timeout_s=DEADLINE_S)
    async with bus.running():
        await asyncio.wait_for(bus.wait_connected(), DEADLINE_S)
        await car.put("Vehicle.Speed", 1.0)
        await asyncio.wait_for(vehicle._store.reached("Vehicle.Speed", 1.0), DEADLINE_S)
        yield vehicle


async def do(driver: MqttVehicle, proposal: Proposal) -> Outcome:
    return await asyncio.wait_for(driver.carry_out(permit(proposal)), DEADLINE_S)


@pytest.mark.parametrize(
    "proposal", [SetSignal(LIGHT, True), SetSignal(TEMPERATURE, 20.5), SetSignal(WINDOW, 70)], ids=lambda p: p.path
)
async def test_it_does_as_it_is_told(car: SimulatedVehicle, driver: MqttVehicle, proposal: SetSignal) -> None:
    assert await do(driver, proposal) == Outcome(proposal, "done")
    assert car.values[proposal.path] == proposal.value


async def test_a_window_takes_its_time(car: SimulatedVehicle, driver: MqttVehicle, broker: RunningBroker) -> None:
    async with peer(broker, car.vid) as observer:
        await do(driver, SetSignal(WINDOW, 100))
        topic = WINDOW.replace(".", "/")
        values = [body(message)["value"] for message in await observer.heard(f"state/{topic}", 3)]
        statuses = [body(message)["status"] for message in await observer.heard("/result/", 3)]
    assert values == [0, 50, 100]
    assert statuses == ["accepted", "in_progress", "succeeded"]


@pytest.mark.parametrize(("push", "position"), [("ONE_SHOT_OPEN", 100), ("TILT_UP", -100), ("ONE_SHOT_CLOSE", 0)])
async def test_the_sunroof_switch_moves_the_sunroof(
    car: SimulatedVehicle, driver: MqttVehicle, push: str, position: int
) -> None:
    assert (await do(driver, SetSignal(SUNROOF, push))).status == "done"
    assert car.values["Vehicle.Cabin.Sunroof.Position"] == position


async def test_a_newer_command_wins(car: SimulatedVehicle, driver: MqttVehicle) -> None:
    up, down = await asyncio.gather(do(driver, SetSignal(WINDOW, 100)), do(driver, SetSignal(WINDOW, 0)))
    assert (up.status, up.code, down.status) == ("failed", "superseded", "done")
    assert car.values[WINDOW] == 0


async def verdict(rig: Peer, path: str, more: dict[str, Any]) -> str:
    command = {"id": "1", "ttl_ms": 3000, "ts": timestamp(), "issuer": "test", **more}
    await rig.publish(f"vehicle/{rig.vid}/set/{path.replace('.', '/')}", command)
    result = body((await rig.heard("/result/test"))[0])
    return f"{result['status']} {result.get('code')}"


@pytest.mark.parametrize(
    ("path", "more", "expected"),
    [
        (WINDOW, {"value": 101}, "rejected wrong-range"),
        (WINDOW, {"value": "open"}, "rejected wrong-type"),
        (WINDOW, {}, "rejected wrong-type"),
        ("Vehicle.Speed", {"value": 10.0}, "rejected not-an-actuator"),
        ("Vehicle.Fridge", {"value": True}, "rejected not-an-actuator"),
        (WINDOW, {"value": 10, "ts": timestamp(datetime.now(UTC) - timedelta(minutes=1))}, "expired too-old"),
        (WINDOW, {"value": 10, "ttl_ms": "soon"}, "expired too-old"),
    ],
)
async def test_it_refuses_what_is_wrong(
    car: SimulatedVehicle, broker: RunningBroker, path: str, more: dict[str, Any], expected: str
) -> None:
    async with peer(broker, car.vid) as rig:
        assert await verdict(rig, path, more) == expected
    assert car.values[WINDOW] == 0


async def test_silence(car: SimulatedVehicle, broker: RunningBroker) -> None:
    await car.begin("never-answer")
    async with peer(broker, car.vid) as rig:
        await rig.publish(f"vehicle/{car.vid}/set/A", {"id": "unheard", "issuer": "test"})
        await rig.heard("/set/A")
        await car.provide(online=False)
        await rig.heard("/provider/", 2)
        assert not [message for message in rig.seen if "/result/" in message.topic.value]


async def test_other_faults(car: SimulatedVehicle, broker: RunningBroker) -> None:
    async with peer(broker, car.vid) as rig:
        rejecting = await car.begin("reject", {"code": "busy"})
        assert await verdict(rig, LIGHT, {"value": True}) == "rejected busy"
        await car.end(rejecting)
        await car.begin("stuck")
        await verdict(rig, LIGHT, {"value": True})
        results = [body(message)["status"] for message in await rig.heard("/result/test", 3)]
    assert results == ["rejected", "accepted", "succeeded"]
    assert car.values[LIGHT] is False


async def test_sensors_stay_fresh(car: SimulatedVehicle, broker: RunningBroker) -> None:
    async with peer(broker, car.vid) as observer:
        await car.put("Vehicle.Speed", 80.0)
        told = [body(message) for message in await observer.heard("state/Vehicle/Speed", 4)]
    assert [state["value"] for state in told[-2:]] == [80.0, 80.0]
    assert told[-1]["ts"] > told[-2]["ts"]


async def test_a_provider_can_be_taken_down(car: SimulatedVehicle, driver: MqttVehicle, broker: RunningBroker) -> None:
    async with peer(broker, car.vid) as observer:
        await car.provide(online=False)
        offline = (await observer.heard("/provider/", 2))[-1]
    assert body(offline) == {"status": "offline", "paths": []}


async def test_the_apps_answer(car: SimulatedVehicle, driver: MqttVehicle) -> None:
    async def data(app: str, action: str, **args: object) -> Any:
        outcome = await do(driver, CallApp(app, action, args))
        assert outcome.status == "done"
        return outcome.data

    assert (await data("weather", "query"))["temperature_c"] == 21
    assert (await data("weather", "query", day="tomorrow"))["precipitation_percent"] == 70
    assert (await data("navigation", "eta")) == {"minutes": 34, "distance_m": 18200}
    assert len((await data("navigation", "search", query="附近的充电站"))["results"]) == 3
    assert "Corner Coffee" in (await data("navigation", "search", query="Coffee"))["results"]
    assert await data("phone", "call", contact="nobody we know") == {}
    day = (date.today() + timedelta(days=9)).isoformat()
    assert await data("calendar", "list", day=day) == {"entries": []}
    entry = {"title": "看牙", "start": f"{day}T09:00"}
    await data("calendar", "add", **entry)
    assert await data("calendar", "list", day=day) == {"entries": [entry]}
    assert len((await data("calendar", "list"))["entries"]) == 2
    assert car.apps["calendar"].calls[1] == ("add", entry)


async def test_it_comes_back_with_its_broker(profile: VehicleProfile, vid: str) -> None:
    port = free_port()
    car = SimulatedVehicle(profile, "127.0.0.1", port, vid)
    async with running_broker(port):
        stack = running(car)
        await stack.__aenter__()
    async with running_broker(port) as broker, peer(broker, vid) as observer:
        await observer.heard("/provider/simulator")
        await observer.heard("/status", len(car.apps))
        await stack.__aexit__(None, None, None)
        last = (await observer.heard("/provider/simulator", 2))[-1]
    assert body(last)["status"] == "offline"


async def test_a_window_does_not_stop_because_the_broker_is_away(profile: VehicleProfile, vid: str) -> None:
    port = free_port()
    car = SimulatedVehicle(profile, "127.0.0.1", port, vid, percent_per_s=15)
    async with AsyncExitStack() as stack:
        async with running_broker(port) as broker:
            await stack.enter_async_context(running(car))
            async with peer(broker, vid) as rig:
                command = {"id": "1", "value": 100, "ttl_ms": 3000, "ts": timestamp(), "issuer": "test"}
                await rig.publish(f"vehicle/{vid}/set/{WINDOW.replace('.', '/')}", command)
                await rig.heard("/result/test", 2)
        before = car.values[WINDOW]
        async with running_broker(port) as broker, peer(broker, vid) as rig:
            first = body((await rig.heard(f"state/{WINDOW.replace('.', '/')}"))[0])["value"]
            assert first >= before + 10
