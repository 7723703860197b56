from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from cockpit.bus import Bus
from cockpit.bus.payloads import timestamp
from cockpit.config import BrokerSettings
from cockpit.errors import BusError
from cockpit.profile import VehicleProfile
from cockpit.types import Reading, Scalar, same_value
from cockpit.vehicle.apps import AppRequests
from cockpit.vehicle.command import Commands
from cockpit.vehicle.signals import ContractSignals
from cockpit.vehicle.state import SignalStore

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CLOCK_S = 1000.0
SPEED = "Vehicle.Speed"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"


@pytest.fixture
def store(profile: VehicleProfile) -> SignalStore:
    return SignalStore(profile, Counter(), clock=lambda: CLOCK_S, wall=lambda: NOW)


@pytest.fixture
async def bus() -> Bus:
    """One that is never connected: what it would have handed over is handed over here."""
    return Bus(BrokerSettings())


@pytest.fixture
async def contract(bus: Bus, store: SignalStore, profile: VehicleProfile) -> ContractSignals:
    return ContractSignals(bus, profile, "demo", store, Commands(bus.counters, None))


@pytest.fixture
async def apps(bus: Bus, store: SignalStore) -> AppRequests:
    return AppRequests(bus, "demo", store, Commands(bus.counters, None))


def hear(store: SignalStore, path: str, value: object) -> None:
    store.heard(path, value)


def receive(contract: ContractSignals, path: str, value: object, ts: str = "", *, retained: bool = False) -> None:
    payload = json.dumps({"value": value, "ts": ts}).encode()
    contract.on_state(f"vehicle/demo/state/{path.replace('.', '/')}", payload, retained)


async def test_a_live_value_is_as_old_as_its_arrival_whatever_its_ts_says(
    contract: ContractSignals, store: SignalStore
) -> None:
    receive(contract, SPEED, 50.0, timestamp(NOW - timedelta(hours=1)))
    assert store.snapshot().readings[SPEED] == Reading(50.0, CLOCK_S)


@pytest.mark.parametrize(
    ("ts", "at_s"),
    [
        (timestamp(NOW), CLOCK_S),
        (timestamp(NOW - timedelta(seconds=90)), CLOCK_S - 90),
        (timestamp(NOW + timedelta(seconds=0.5)), CLOCK_S),
        (timestamp(NOW + timedelta(hours=1)), float("-inf")),
        ("this morning", float("-inf")),
        ("2026-03-01T12:00:00", float("-inf")),
    ],
)
async def test_a_retained_value_is_as_old_as_it_says(
    contract: ContractSignals, store: SignalStore, ts: str, at_s: float
) -> None:
    receive(contract, SPEED, 50.0, ts, retained=True)
    assert store.snapshot().readings[SPEED].at_s == at_s
    assert store.snapshot().value(SPEED) == 50.0


def test_values_are_typed_as_the_profile_says(store: SignalStore) -> None:
    hear(store, SPEED, 50)
    hear(store, WINDOW, 50.0)
    readings = store.snapshot().readings
    assert [type(readings[path].value) for path in (SPEED, WINDOW)] == [float, int]


@pytest.mark.parametrize("value", ["50", True, 101, -1, 50.5])
def test_a_value_the_signal_cannot_have_is_refused_and_the_last_one_kept(store: SignalStore, value: object) -> None:
    hear(store, WINDOW, 20)
    with pytest.raises(BusError) as caught:
        hear(store, WINDOW, value)
    assert caught.value.code == "bus-bad-value"
    assert store.snapshot().value(WINDOW) == 20


def test_an_unknown_signal_is_counted_and_ignored(profile: VehicleProfile) -> None:
    counters: Counter[str] = Counter()
    store = SignalStore(profile, counters)
    hear(store, "Vehicle.Fridge.Temperature", 4)
    assert counters == {"vehicle-unknown-signal": 1}
    assert not store.snapshot().readings


async def test_providers_come_and_go(contract: ContractSignals, store: SignalStore) -> None:
    def say(name: str, status: str, *paths: str) -> None:
        payload = json.dumps({"status": status, "paths": paths}).encode()
        contract.on_provider(f"vehicle/demo/provider/{name}", payload, True)

    say("body", "online", "Vehicle.Cabin.Door.*")
    say("speed", "online", SPEED)
    assert store.snapshot().online(WINDOW)
    assert store.snapshot().online(SPEED)
    say("body", "offline")
    assert not store.snapshot().online(WINDOW)
    assert store.snapshot().online(SPEED)
    say("speed", "offline", SPEED)
    assert not store.snapshot().online(SPEED)


async def test_apps_come_and_go(apps: AppRequests, store: SignalStore) -> None:
    for app, status in [("media", "online"), ("phone", "online"), ("media", "offline"), ("weather", "offline")]:
        apps.on_status(f"app/demo/{app}/status", json.dumps({"status": status}).encode(), False)
    assert store.snapshot().apps == {"phone"}


def test_nothing_is_known_after_the_connection_ended(store: SignalStore) -> None:
    hear(store, SPEED, 50.0)
    store.provider("a", ["Vehicle.*"])
    store.app("media", online=True)
    before = store.snapshot()
    store.forget_signals()
    store.forget_apps()
    after = store.snapshot()
    assert (after.value(SPEED), after.provided, after.apps) == (None, (), frozenset())
    assert (before.value(SPEED), before.apps) == (50.0, {"media"})


async def test_reached_waits_for_the_value(store: SignalStore) -> None:
    hear(store, WINDOW, 0)
    task = asyncio.ensure_future(store.reached(WINDOW, 100))
    other = asyncio.ensure_future(store.reached(WINDOW, 20))
    for value in (20, 40):
        hear(store, WINDOW, value)
        await asyncio.sleep(0)
    await other
    assert not task.done()
    hear(store, WINDOW, 100)
    await asyncio.wait_for(task, 1)
    await asyncio.wait_for(store.reached(WINDOW, 100), 1)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (22.0, 22, True),
        (22.0, 22.009, True),
        (22.0, 22.02, False),
        (True, True, True),
        (True, 1, False),
        (0, False, False),
        ("OPEN", "OPEN", True),
        ("OPEN", "CLOSE", False),
        ("1", 1, False),
    ],
)
def test_sameness(one: Scalar, other: Scalar, same: bool) -> None:
    assert same_value(one, other) is same
