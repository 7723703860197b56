"""The port over VISS v3, against a server of it on a real broker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from cockpit.profile import VehicleProfile
from cockpit.types import Outcome, SetSignal
from hil.broker import RunningBroker
from tests.broker import body, peer
from tests.component.vehicle.other_buses import Side, over_viss
from tests.component.vehicle.scripted_car import LIGHT, SUNROOF, TEMPERATURE, WINDOW

SPEED = "Vehicle.Speed"


@pytest.fixture
async def side(broker: RunningBroker, profile: VehicleProfile, vid: str) -> AsyncIterator[Side]:
    async with over_viss(broker, profile, vid) as one:
        yield one


@pytest.mark.parametrize("proposal", [SetSignal(LIGHT, True), SetSignal(TEMPERATURE, 20.5), SetSignal(WINDOW, 70)])
async def test_done_is_shown_by_the_subscription(side: Side, proposal: SetSignal) -> None:
    assert await side.do(proposal) == Outcome(proposal, "done")
    assert side.car.values[proposal.path] == proposal.value
    assert side.progress == ["published", "accepted", "done"]


async def test_every_value_is_typed_by_the_profile(side: Side, profile: VehicleProfile) -> None:
    readings = side.vehicle.snapshot().readings
    assert readings.keys() == profile.signals.keys()
    for path, signal in profile.signals.items():
        assert (readings[path].value, type(readings[path].value)) == (signal.default, type(signal.cast(signal.default)))


async def test_a_request_as_it_stands_on_the_bus(broker: RunningBroker, profile: VehicleProfile, vid: str) -> None:
    async with peer(broker, f"{vid}") as observer, over_viss(broker, profile, vid, topic="lab/{vid}/Vehicle") as side:
        await side.do(SetSignal(TEMPERATURE, 22))
        (message,) = [one for one in await observer.heard(f"lab/{vid}/Vehicle", 0) if b'"set"' in one.payload]
    envelope = body(message)
    assert envelope["topic"] == f"viss/{vid}/assistant/answers"
    request = envelope["request"]
    assert request.pop("requestId")
    assert request == {"action": "set", "path": TEMPERATURE, "value": "22.0"}
    assert not message.retain


async def test_the_reference_servers_ways(broker: RunningBroker, profile: VehicleProfile, vid: str) -> None:
    """A leading slash, QoS 0, and requests as text."""
    async with over_viss(broker, profile, vid, topic="/{vid}/Vehicle", qos=0, request="string") as side:
        assert (await side.do(SetSignal(WINDOW, 40))).status == "done"


async def test_a_set_that_succeeds_and_does_nothing_is_not_done(
    broker: RunningBroker, profile: VehicleProfile, vid: str
) -> None:
    async with over_viss(broker, profile, vid, result_timeout_s=0.5) as side:
        side.server.faults.lost = True
        outcome = await side.do(SetSignal(LIGHT, True))
    assert (outcome.status, outcome.code) == ("failed", "vehicle-accepted")
    assert side.server.requests["set"] == 1


async def test_a_late_actuation_is_waited_for(side: Side) -> None:
    side.server.faults.late_s = 0.4
    assert (await side.do(SetSignal(LIGHT, True))).status == "done"


async def test_a_push_is_shown_by_its_sensor(side: Side) -> None:
    assert (await side.do(SetSignal(SUNROOF, "ONE_SHOT_OPEN"))).status == "done"
    assert side.car.values["Vehicle.Cabin.Sunroof.Position"] == 100


@pytest.mark.parametrize(
    ("number", "status", "code"),
    [
        (400, "failed", "wrong-value"),
        (403, "failed", "vehicle-forbidden"),
        (404, "unavailable", "vehicle-unavailable"),
        (408, "failed", "vehicle-no-answer"),
        (429, "failed", "busy"),
        (502, "failed", "vehicle-no-answer"),
        (503, "unavailable", "vehicle-unavailable"),
        (504, "failed", "vehicle-no-answer"),
    ],
)
async def test_what_the_errors_mean(side: Side, number: int, status: str, code: str) -> None:
    side.server.faults.refuse = number
    outcome = await side.do(SetSignal(LIGHT, True))
    assert (outcome.status, outcome.code) == (status, code)
    assert side.car.values[LIGHT] is False


async def test_a_server_that_says_nothing(broker: RunningBroker, profile: VehicleProfile, vid: str) -> None:
    async with over_viss(broker, profile, vid, result_timeout_s=0.3) as side:
        side.server.faults.silent = True
        outcome = await side.do(SetSignal(LIGHT, True))
        assert (outcome.status, outcome.code) == ("failed", "vehicle-no-answer")
        await side.until(lambda snapshot: not snapshot.provided and not snapshot.readings)
        assert (await side.do(SetSignal(LIGHT, True))).status == "unavailable"
        side.server.faults.silent = False
        await side.ready()
        assert (await side.do(SetSignal(LIGHT, True))).status == "done"


async def test_a_server_that_lost_its_subscriptions_is_asked_again(side: Side) -> None:
    side.server.forget()
    await side.until(lambda snapshot: not snapshot.provided)
    await side.ready()
    assert (await side.do(SetSignal(WINDOW, 30))).status == "done"


async def test_what_an_earlier_session_left_is_ended(side: Side, profile: VehicleProfile) -> None:
    before = side.server.subscriptions
    side.server.faults.silent = True
    await side.until(lambda snapshot: not snapshot.provided)
    side.server.faults.silent = False
    await side.ready()
    assert side.server.subscriptions == before == len(profile.signals) + 1


async def test_values_that_are_not_available_are_not_known(
    broker: RunningBroker, profile: VehicleProfile, vid: str
) -> None:
    async with over_viss(broker, profile, vid) as side:
        assert side.vehicle.snapshot().value(SPEED) == 0.0
        side.server.faults.hidden.add(SPEED)
        await side.until(lambda snapshot: snapshot.value(SPEED) is None)
        assert side.vehicle.snapshot().online(SPEED)


async def test_a_signal_the_server_does_not_have_is_unavailable(side: Side) -> None:
    side.server.faults.missing.add(LIGHT)
    side.server.forget()
    await side.until(lambda snapshot: not snapshot.provided)
    await side.ready()
    snapshot = side.vehicle.snapshot()
    assert (snapshot.online(LIGHT), snapshot.online(WINDOW)) == (False, True)
    asked = side.server.requests["set"]
    assert (await side.do(SetSignal(LIGHT, True))).status == "unavailable"
    assert side.server.requests["set"] == asked


async def test_a_sensor_that_froze_grows_old(side: Side) -> None:
    await side.car.put(SPEED, 50.0)
    await side.until(lambda snapshot: snapshot.value(SPEED) == 50.0)
    first = side.vehicle.snapshot().readings[SPEED].at_s
    side.server.car.points[SPEED] = type(side.server.car.points[SPEED])(50.0, "2020-01-01T00:00:00.000Z")
    await side.until(lambda snapshot: snapshot.readings[SPEED].at_s < first - 3600)
    assert side.vehicle.snapshot().fresh(SPEED, time.monotonic(), 2.0) is None


async def test_an_expired_permit_sends_nothing(side: Side) -> None:
    outcome = await side.do(SetSignal(LIGHT, True), ttl_s=0.0)
    assert (outcome.status, outcome.code) == ("expired", "vehicle-expired")
    assert (await side.do(SetSignal(WINDOW, 10))).status == "done"
    assert side.server.requests["set"] == 1


async def test_commands_side_by_side_get_their_own_answers(side: Side) -> None:
    proposals = [SetSignal(WINDOW, 50), SetSignal(LIGHT, True), SetSignal(TEMPERATURE, 20.0)]
    outcomes = await asyncio.gather(*(side.do(one) for one in proposals))
    assert [(one.proposal, one.status) for one in outcomes] == [(p, "done") for p in proposals]


@pytest.mark.parametrize(
    ("message", "counter"),
    [
        (b"{", "bus-bad-payload"),
        ({"action": "subscription", "data": {"path": WINDOW}}, "bus-bad-payload"),
        ({"action": "subscription", "data": {"path": WINDOW, "dp": {"value": "wide", "ts": ""}}}, "bus-bad-value"),
        ({"action": "subscription", "data": {"path": WINDOW, "dp": {"value": "900", "ts": ""}}}, "bus-bad-value"),
        ({"action": "set", "requestId": "nobody's", "ts": ""}, "vehicle-unexpected-result"),
    ],
)
async def test_what_is_broken_is_counted_and_the_next_counts(
    side: Side, broker: RunningBroker, vid: str, message: Any, counter: str
) -> None:
    async with peer(broker, vid) as rogue:
        await rogue.publish(f"viss/{vid}/assistant/answers", message)
        await side.counted(counter)
    assert side.vehicle.snapshot().value(WINDOW) == 0
    assert (await side.do(SetSignal(WINDOW, 20))).status == "done"
