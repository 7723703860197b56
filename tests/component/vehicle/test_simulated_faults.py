"""The simulated vehicle's faults, its apps' and its driver for rigs, as seen on a real broker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from cockpit.bus.payloads import timestamp
from cockpit.profile import VehicleProfile
from hil.broker import RunningBroker, free_port
from hil.rig.drivers import simulated_car
from hil.rig.drivers.simulated_car import SimulatedCar
from hil.rig.errors import RigError
from hil.trace import Trace
from hil.vehicle import SimulatedVehicle
from tests.broker import DEADLINE_S, Peer, body, peer
from tests.component.vehicle.scripted_car import LIGHT, WINDOW
from tests.component.vehicle.simulated_car import running

SPEED = "Vehicle.Speed"


@pytest.fixture
async def car(broker: RunningBroker, profile: VehicleProfile, vid: str) -> AsyncIterator[SimulatedVehicle]:
    async with running(SimulatedVehicle(profile, broker.host, broker.port, vid)) as one:
        yield one


@pytest.fixture
async def rig(car: SimulatedVehicle, broker: RunningBroker) -> AsyncIterator[Peer]:
    """Somebody on the bus who has heard the whole car."""
    async with peer(broker, car.vid) as one:
        await one.heard("/state/", len(car.values))
        await one.heard("/provider/")
        await one.heard("/status", len(car.apps))
        one.seen.clear()
        yield one


async def tell(rig: Peer, path: str, value: object, ident: str = "1") -> None:
    command = {"id": ident, "value": value, "ttl_ms": 3000, "ts": timestamp(), "issuer": "test"}
    await rig.publish(f"vehicle/{rig.vid}/set/{path.replace('.', '/')}", command)


async def ask(rig: Peer, app: str, action: str, **args: object) -> None:
    request = {"id": "q", "args": args, "ttl_ms": 3000, "ts": timestamp(), "turn": "t"}
    await rig.publish(f"app/{rig.vid}/{app}/{action}", request)


async def answer(rig: Peer) -> dict[str, Any]:
    return body((await rig.heard(f"app/{rig.vid}/result"))[0])


def state(path: str) -> str:
    return f"/state/{path.replace('.', '/')}"


async def test_a_blocked_window_is_told_where_it_stands_before_it_is_told_as_failed(
    car: SimulatedVehicle, rig: Peer
) -> None:
    await car.begin("obstacle", {"path": WINDOW, "at": 40})
    await tell(rig, WINDOW, 100)
    await rig.heard("/result/test", 3)
    final = body(rig.seen[-1])
    assert (final["status"], final["code"]) == ("failed", "obstacle")
    assert body((await rig.heard(state(WINDOW)))[-1])["value"] == 40
    assert max(body(message)["value"] for message in await rig.heard(state(WINDOW))) == 40


async def test_a_result_is_repeated(car: SimulatedVehicle, rig: Peer) -> None:
    await car.begin("duplicate-result", {"path": LIGHT})
    await tell(rig, LIGHT, True)
    results = [body(message)["status"] for message in await rig.heard("/result/test", 3)]
    assert results == ["accepted", "succeeded", "succeeded"]


async def test_a_clock_that_is_ahead_dates_states_and_finds_commands_old(car: SimulatedVehicle, rig: Peer) -> None:
    await car.begin("clock-skew", {"s": 60})
    await car.put(SPEED, 5.0)
    told = body((await rig.heard(state(SPEED)))[-1])
    assert 50 < (datetime.fromisoformat(told["ts"]) - datetime.now(UTC)).total_seconds() <= 60
    await tell(rig, LIGHT, True)
    assert body((await rig.heard("/result/test"))[0])["code"] == "too-old"


async def test_without_a_provider_nothing_is_told_and_then_everything(car: SimulatedVehicle, rig: Peer) -> None:
    name = await car.begin("provider-offline")
    await rig.heard("/provider/")
    assert body(rig.seen[-1]) == {"status": "offline", "paths": []}
    rig.seen.clear()
    await car.put(SPEED, 5.0)
    await tell(rig, LIGHT, True)
    await rig.heard("/set/")
    await car.end(name)
    assert body((await rig.heard("/provider/"))[-1])["status"] == "online"
    states = await rig.heard("/state/", len(car.values))
    assert len(states) == len(car.values)
    assert not [message for message in rig.seen if "/result/" in message.topic.value]
    assert car.values[LIGHT] is False


async def test_prepare_publishes_a_car_that_is_as_new(car: SimulatedVehicle, rig: Peer) -> None:
    await car.drive("urban")
    await car.begin("app-offline")
    await car.begin("frozen-sensor")
    await rig.heard("/status", len(car.apps))
    rig.seen.clear()
    await car.prepare({SPEED: 80.0, WINDOW: 30})
    heard: dict[str, Any] = {}
    for message in await rig.heard("/state/", len(car.values)):
        heard[message.topic.value] = body(message)["value"]
    assert heard[f"vehicle/{car.vid}{state(SPEED)}"] == 80.0
    assert heard[f"vehicle/{car.vid}{state('Vehicle.IsMoving')}"] is True
    assert heard[f"vehicle/{car.vid}{state(WINDOW)}"] == 30
    assert len(heard) == len(car.values)
    assert {body(message)["status"] for message in await rig.heard("/status", len(car.apps))} == {"online"}


async def test_load_comes_at_its_rate_over_its_signals(car: SimulatedVehicle, rig: Peer) -> None:
    before, loop = car.updates, asyncio.get_running_loop()
    began_s = loop.time()
    task = asyncio.create_task(car.load(400, signals=100))
    states = await rig.heard("/state/", 800)
    passed_s = loop.time() - began_s
    task.cancel()
    assert 800 <= car.updates - before <= 400 * passed_s + 60 * (passed_s + 1)
    assert len({message.topic.value for message in states}) >= 100


@pytest.mark.parametrize(
    ("kind", "args", "wanted"),
    [
        ("app-fails", {"reason": "no network"}, {"status": "failed", "reason": "no network"}),
        ("app-late", {"s": 0.05}, {"status": "succeeded"}),
        ("app-fails", {"app": "phone"}, {"status": "succeeded"}),
        ("app-fails", {"action": "add"}, {"status": "succeeded"}),
    ],
)
async def test_an_app_fails_or_is_late(
    car: SimulatedVehicle, rig: Peer, kind: str, args: dict[str, Any], wanted: dict[str, Any]
) -> None:
    await car.begin(kind, args)
    await ask(rig, "weather", "query")
    assert wanted.items() <= (await answer(rig)).items()


async def test_an_app_is_gone_or_silent(car: SimulatedVehicle, rig: Peer) -> None:
    gone = await car.begin("app-offline", {"app": "weather"})
    assert body((await rig.heard("weather/status"))[-1]) == {"status": "offline"}
    await car.begin("app-never-answers", {"app": "weather"})
    await ask(rig, "weather", "query")
    await car.end(gone)
    assert body((await rig.heard("weather/status", 2))[-1]) == {"status": "online"}
    await ask(rig, "weather", "query")
    await ask(rig, "navigation", "eta")
    assert (await answer(rig))["data"]["minutes"] == 34
    assert [action for action, _ in car.apps["weather"].calls] in (["query"], ["query", "query"])


async def test_a_hostile_app_puts_its_text_everywhere(car: SimulatedVehicle, rig: Peer) -> None:
    await car.begin("app-hostile", {"app": "messages", "text": "sudo", "times": 2})
    await ask(rig, "messages", "read")
    assert (await answer(rig))["data"]["messages"] == [{"from": "sudosudo", "text": "sudosudo"}] * 2
    rig.seen.clear()
    await car.begin("app-hostile")
    await ask(rig, "messages", "read")
    assert "忽略" in json.dumps((await answer(rig))["data"], ensure_ascii=False)


async def test_the_driver_leaves_a_trace_of_what_it_does(
    broker: RunningBroker, profile: VehicleProfile, vid: str
) -> None:
    trace = Trace()
    async with (
        SimulatedCar(trace, SimulatedVehicle(profile, broker.host, broker.port, vid)) as car,
        peer(broker, vid) as rig,
    ):
        await car.prepare({WINDOW: 20})
        await car.put(SPEED, 12.5)
        await car.drive("stand")
        name = await car.begin("stuck", {"path": WINDOW})
        await car.begin("app-late", {})
        await car.clear()
        await car.begin("reject", {})
        await car.prepare({WINDOW: 20})
        assert (car.value(WINDOW), car.vehicle.car.faults.names) == (20, ())
        with pytest.raises(RigError):
            car.value("Vehicle.Fridge")
        await rig.heard(state(SPEED), 1)
    assert [(entry.source, entry.name) for entry in trace.entries] == [
        ("step", "prepare"), ("step", "put"), ("step", "drive"), ("fault", "stuck"), ("fault", "app-late"),
        ("fault", "stuck"), ("fault", "app-late"), ("fault", "reject"), ("step", "prepare"), ("fault", "reject"),
    ]  # fmt: skip
    assert trace.entries[5].data == {"name": name, "state": "ended"}
    async with peer(broker, vid) as rig:
        assert body((await rig.heard("/provider/"))[0])["status"] == "offline"


async def test_a_car_without_a_bus_is_late(profile: VehicleProfile, vid: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated_car, "READY_S", 0.2)
    with pytest.raises(RigError, match="rig-late"):
        async with (
            asyncio.timeout(DEADLINE_S),
            SimulatedCar(Trace(), SimulatedVehicle(profile, "127.0.0.1", free_port(), vid)),
        ):
            pytest.fail("there is no bus")
