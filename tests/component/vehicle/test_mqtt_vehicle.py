from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import aiomqtt
import pytest

from cockpit.bus import Bus
from cockpit.bus.payloads import parse_timestamp, timestamp
from cockpit.config import BrokerSettings
from cockpit.profile import VehicleProfile
from cockpit.types import CallApp, Outcome, SetSignal, Snapshot
from cockpit.vehicle import MqttVehicle
from hil.broker import RunningBroker, free_port, running_broker
from tests.broker import DEADLINE_S, body, peer
from tests.component.vehicle.scripted_car import LIGHT, SUNROOF, TEMPERATURE, WINDOW, Car, make_car, obeying, on_set


@pytest.mark.parametrize("kind", ["mosquitto", "amqtt"])
async def test_done_is_succeeded_and_reached(profile: VehicleProfile, vid: str, kind: Any) -> None:
    try:
        async with running_broker(kind=kind) as broker, make_car(broker, profile, vid) as car:
            on_set(car, obeying(car))
            proposal = SetSignal(WINDOW, 50)
            assert await car.do(proposal) == Outcome(proposal, "done")
            (message,) = await car.peer.heard("/set/")
    except RuntimeError as error:
        pytest.skip(str(error))
    assert message.topic.value == f"vehicle/{vid}/set/{WINDOW.replace('.', '/')}"
    assert (message.qos, message.retain) == (1, False)
    sent = body(message)
    assert sent.keys() == {"id", "value", "ttl_ms", "ts", "issuer", "turn"}
    assert (sent["value"], sent["issuer"], sent["turn"]) == (50, "cockpit", "turn-1")
    assert 0 < sent["ttl_ms"] <= 3000
    assert parse_timestamp(sent["ts"]) is not None
    statuses = ["published", "accepted", "in_progress", "done"]
    assert car.progress == [("turn-1", sent["id"], status) for status in statuses]


async def test_a_value_goes_out_in_the_signals_own_type(car: Car) -> None:
    on_set(car, obeying(car))
    await car.do(SetSignal(TEMPERATURE, 22))
    await car.do(SetSignal(WINDOW, 40.0))
    await car.do(SetSignal(LIGHT, True))
    values = [body(message)["value"] for message in await car.peer.heard("/set/", 3)]
    assert [(value, type(value)) for value in values] == [(22.0, float), (40, int), (True, bool)]


async def test_the_value_may_be_reached_after_the_result(car: Car) -> None:
    async def slow(ident: str, path: str, value: Any) -> None:
        await car.peer.result(ident, "succeeded")
        for step in (10, 30, 50):
            await car.peer.state(path, step)

    on_set(car, slow)
    assert (await car.do(SetSignal(WINDOW, 50))).status == "done"


@pytest.mark.parametrize(
    ("result", "status", "code"),
    [
        ({"status": "rejected", "code": "child-lock", "reason": "locked"}, "failed", "child-lock"),
        ({"status": "failed"}, "failed", "vehicle-failed"),
        ({"status": "expired"}, "expired", "vehicle-expired"),
    ],
)
async def test_what_the_vehicle_refuses(car: Car, result: dict[str, str], status: str, code: str) -> None:
    on_set(car, lambda ident, *_: car.peer.result(ident, **result))
    outcome = await car.do(SetSignal(WINDOW, 50))
    assert (outcome.status, outcome.code, outcome.reason) == (status, code, result.get("reason", ""))


async def test_a_vehicle_that_never_answers(hasty_car: Car) -> None:
    outcome = await hasty_car.do(SetSignal(WINDOW, 50))
    assert (outcome.status, outcome.code) == ("failed", "vehicle-no-answer")
    assert len(await hasty_car.peer.heard("/set/")) == 1
    assert [status for _, _, status in hasty_car.progress] == ["published", "failed"]


@pytest.mark.parametrize(
    ("said", "code"),
    [((), "no-answer"), (("accepted",), "accepted"), (("accepted", "in_progress"), "moving")],
)
async def test_a_value_reached_without_a_final_result_is_not_done(
    hasty_car: Car, said: tuple[str, ...], code: str
) -> None:
    async def half(ident: str, path: str, value: Any) -> None:
        for status in said:
            await hasty_car.peer.result(ident, status)
        await hasty_car.peer.state(path, value)

    on_set(hasty_car, half)
    outcome = await hasty_car.do(SetSignal(WINDOW, 50))
    assert (outcome.status, outcome.code) == ("failed", f"vehicle-{code}")


async def test_a_result_without_the_value_is_not_done(hasty_car: Car) -> None:
    async def pretend(ident: str, path: str, value: Any) -> None:
        await hasty_car.peer.state(path, 30)
        await hasty_car.peer.result(ident, "succeeded")

    on_set(hasty_car, pretend)
    outcome = await hasty_car.do(SetSignal(WINDOW, 50))
    assert (outcome.status, outcome.code) == ("failed", "vehicle-not-reached")


async def test_a_push_is_done_when_the_vehicle_says_so(car: Car) -> None:
    on_set(car, lambda ident, *_: car.peer.result(ident, "succeeded"))
    assert (await car.do(SetSignal(SUNROOF, "ONE_SHOT_OPEN"))).status == "done"


async def test_an_expired_permit_publishes_nothing(car: Car) -> None:
    on_set(car, obeying(car))
    outcome = await car.do(SetSignal(WINDOW, 50), ttl_s=0.0)
    assert (outcome.status, outcome.code) == ("expired", "vehicle-expired")
    await car.do(SetSignal(WINDOW, 60))
    assert [body(message)["value"] for message in await car.peer.heard("/set/")] == [60]


async def test_without_a_provider_nothing_is_published(car: Car) -> None:
    on_set(car, obeying(car))
    await car.peer.provider("online", ("Vehicle.Cabin.Light.*",))
    await car.settle()
    assert (await car.do(SetSignal(WINDOW, 50))).status == "unavailable"
    assert (await car.do(SetSignal(LIGHT, True))).status == "done"
    await car.peer.provider("offline")
    await car.settle()
    assert (await car.do(SetSignal(LIGHT, False))).status == "unavailable"
    assert [body(message)["value"] for message in await car.peer.heard("/set/")] == [True]


async def test_repeated_late_and_strange_results_are_counted_and_change_nothing(car: Car) -> None:
    async def babble(ident: str, path: str, value: Any) -> None:
        await car.peer.result("someone-elses", "failed")
        await car.peer.result(ident, "succeeded")
        await car.peer.result(ident, "failed")
        await car.peer.state(path, value)
        await car.peer.result(ident, "rejected")

    on_set(car, babble)
    assert (await car.do(SetSignal(WINDOW, 50))).status == "done"
    await car.settle()
    assert car.bus.counters["vehicle-unexpected-result"] == 3


async def test_broken_messages_are_counted_and_the_next_ones_count(car: Car, vid: str) -> None:
    async def broken(ident: str, path: str, value: Any) -> None:
        await car.peer.publish(f"vehicle/{vid}/result/cockpit", b"{")
        await car.peer.publish(f"vehicle/{vid}/result/cockpit", {"id": ident, "status": "perfect"})
        await car.peer.publish(f"vehicle/{vid}/state/{path.replace('.', '/')}", b'{"value": NaN, "ts": ""}')
        await car.peer.publish(f"vehicle/{vid}/provider/test", {"status": "offline"})
        await car.peer.state(path, "wide open")
        await car.peer.state("Vehicle.Fridge.IsOpen", True)
        await obeying(car)(ident, path, value)

    on_set(car, broken)
    assert (await car.do(SetSignal(WINDOW, 50))).status == "done"
    counters = car.bus.counters
    assert (counters["bus-bad-payload"], counters["bus-bad-value"], counters["vehicle-unknown-signal"]) == (4, 1, 1)


async def test_commands_run_side_by_side(car: Car) -> None:
    waiting: list[tuple[str, str, Any]] = []

    async def all_at_once(ident: str, path: str, value: Any) -> None:
        waiting.append((ident, path, value))
        if len(waiting) == 3:
            for command in reversed(waiting):
                await obeying(car)(*command)

    on_set(car, all_at_once)
    proposals = [SetSignal(WINDOW, 50), SetSignal(LIGHT, True), SetSignal(TEMPERATURE, 20.0)]
    outcomes = await asyncio.gather(*(car.do(proposal) for proposal in proposals))
    assert [(outcome.proposal, outcome.status) for outcome in outcomes] == [(p, "done") for p in proposals]
    assert [path for _, path, _ in waiting] == [proposal.path for proposal in proposals]


async def test_an_apps_answer_is_the_outcome(car: Car, vid: str) -> None:
    async def answer(message: aiomqtt.Message) -> None:
        if message.topic.value == f"app/{vid}/weather/query":
            await car.peer.app_result(body(message)["id"], "succeeded", data={"summary": "晴", "temperature_c": 21})
        elif message.topic.value == f"app/{vid}/phone/call":
            await car.peer.app_result(body(message)["id"], "failed", reason="no such contact")

    car.peer.answer = answer
    weather = await car.do(CallApp("weather", "query", {"day": "today"}))
    assert (weather.status, weather.data) == ("done", {"summary": "晴", "temperature_c": 21})
    call = await car.do(CallApp("phone", "call", {"contact": "妈妈"}))
    assert (call.status, call.code, call.reason) == ("failed", "vehicle-failed", "no such contact")
    request = body((await car.peer.heard("weather/query"))[0])
    assert request.keys() == {"id", "args", "ttl_ms", "ts", "turn"}
    assert request["args"] == {"day": "today"}


async def test_an_app_that_is_not_up_is_not_asked(car: Car, vid: str) -> None:
    await car.peer.publish(f"app/{vid}/phone/status", {"status": "offline"}, retain=True)
    await car.settle()
    assert (await car.do(CallApp("phone", "redial"))).status == "unavailable"
    await car.settle()
    assert not [message for message in car.peer.seen if "redial" in message.topic.value]


async def test_arguments_that_json_cannot_hold_fail_that_command_only(car: Car) -> None:
    on_set(car, obeying(car))
    assert (await car.do(CallApp("weather", "query", {"day": float("nan")}))).code == "bus-bad-payload"
    assert (await car.do(SetSignal(WINDOW, 50))).status == "done"


async def test_a_broker_that_goes_away_in_mid_command(profile: VehicleProfile, vid: str) -> None:
    port = free_port()
    bus = Bus(BrokerSettings(port=port), backoff_s=(0.05, 0.1))
    vehicle = MqttVehicle(bus, profile, vid, DEADLINE_S)
    async with bus.running():
        async with running_broker(port) as broker, peer(broker, vid) as other:
            car = Car(vehicle, bus, other)
            await car.prepare(profile)
            doomed = asyncio.ensure_future(car.do(SetSignal(WINDOW, 50)))
            await other.heard("/set/")
        outcome = await doomed
        assert (outcome.status, outcome.code) == ("failed", "bus-away")
        away = await car.do(SetSignal(LIGHT, True))
        assert (away.status, away.code) == ("failed", "bus-away")
        assert vehicle.snapshot() == Snapshot({}, (), frozenset())
        async with running_broker(port) as broker, peer(broker, vid) as other:
            car = Car(vehicle, bus, other)
            await car.prepare(profile)
            on_set(car, obeying(car))
            assert (await car.do(SetSignal(TEMPERATURE, 20.0))).status == "done"
            assert [body(message)["value"] for message in await other.heard("/set/")] == [20.0]


async def test_retained_values_come_with_their_age(broker: RunningBroker, profile: VehicleProfile, vid: str) -> None:
    bus = Bus(BrokerSettings(host=broker.host, port=broker.port))
    vehicle = MqttVehicle(bus, profile, vid, DEADLINE_S)
    async with peer(broker, vid) as other:
        await other.state("Vehicle.Speed", 80.0, ts=timestamp(datetime.now(UTC) - timedelta(minutes=10)))
        await other.state(WINDOW, 30)
        async with bus.running():
            car = Car(vehicle, bus, other)
            await car.prepare(profile)
            before = vehicle.snapshot()
            await other.state("Vehicle.Speed", 81.0)
            await car.settle()
            after = vehicle.snapshot()
    now_s = time.monotonic()
    assert 600 <= now_s - before.readings["Vehicle.Speed"].at_s < 600 + DEADLINE_S
    assert before.value("Vehicle.Speed") == 80.0
    assert before.fresh(WINDOW, now_s, DEADLINE_S) == 0
    assert after.fresh("Vehicle.Speed", now_s, DEADLINE_S) == 81.0
