"""Every row of the reference car's policy in every state, against the rules of the contract written out by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import product

import pytest

from cockpit.config import ROOT
from cockpit.profile import PolicyRow, load_profile
from cockpit.safety.gate import Gate, Request
from cockpit.types import ZONES, CallApp, Proposal, Reading, Scalar, SetSignal, Snapshot, Zone

PROFILE = load_profile(ROOT / "cockpit" / "profiles" / "reference.yaml")
ROWS = {row.id: row for row in PROFILE.policy}
GATE = Gate(PROFILE)
NOW_S = 1000.0
HALF_OPEN = 50


@dataclass(frozen=True)
class State:
    """What the car is like. None is not known, be it stale or never seen; which of the two is up to `snapshot`."""

    speed: float | None
    moving: bool | None
    locked: bool | None
    online: bool
    confirmed: bool
    position: int | None
    snapshot: Snapshot


def _states() -> Iterator[State]:
    speeds: tuple[float | str, ...] = (0.0, 0.4, 60.0, 120.0, 120.1, "stale", "missing")
    movings: tuple[bool | str, ...] = (True, False, "stale", "missing")
    locks: tuple[bool | None, ...] = (True, False, None)
    for speed, moving, locked, online, position in product(speeds, movings, locks, (True, False), (HALF_OPEN, None)):
        readings = {path: Reading(position, 0.0) for path in WINDOWS if position is not None}
        if locked is not None:
            readings[CHILD_LOCK] = Reading(locked, 0.0)
        for path, said, tempting in (("Vehicle.Speed", speed, 0.0), ("Vehicle.IsMoving", moving, False)):
            if said == "stale":
                readings[path] = Reading(tempting, NOW_S - 2.01)
            elif said != "missing":
                readings[path] = Reading(said, NOW_S - 2.0)
        snapshot = Snapshot(readings, ("Vehicle.*",) if online else (), frozenset(PROFILE.apps if online else ()))
        km_h = None if isinstance(speed, str) else speed
        moves = None if isinstance(moving, str) else moving
        yield State(km_h, moves, locked, online, True, position, snapshot)
        yield State(km_h, moves, locked, online, False, position, snapshot)


# --- The rules of semantics.md, "Policy of the demo profile", without a look at the profile's table. ---

DOORS = ("Row1.DriverSide", "Row1.PassengerSide", "Row2.DriverSide", "Row2.PassengerSide")
WINDOWS = {f"Vehicle.Cabin.Door.{door}.Window.Position" for door in DOORS}
LOCKS = {f"Vehicle.Cabin.Door.{door}.IsLocked" for door in DOORS}
CHILD_LOCK = "Vehicle.Cabin.IsWindowChildLockEngaged"
TRUNKS = {"Vehicle.Body.Trunk.Rear.IsOpen", "Vehicle.Body.Trunk.Front.IsOpen"}
SUNROOF = "Vehicle.Cabin.Sunroof.Switch"
LIGHT_SWITCH = "Vehicle.Body.Lights.LightSwitch"
FLAP = "Vehicle.Powertrain.FuelSystem.IsFuelPortFlapOpen"
DRIVER_SEAT = {f"Vehicle.Cabin.Seat.Row1.DriverSide.{leaf}" for leaf in ("Position", "Backrest.Recline")}
MIRRORS = {f"Vehicle.Body.Mirrors.{side}.IsFolded" for side in ("DriverSide", "PassengerSide")}
LIGHTS = {"Vehicle.Body.Lights.Beam.Low.IsOn", "Vehicle.Body.Lights.Parking.IsOn"}
NEVER = {
    "Vehicle.Powertrain.Transmission.SelectedGear",
    "Vehicle.Chassis.ParkingBrake.IsEngaged",
    "Vehicle.Body.Hood.IsOpen",
    "Vehicle.ADAS.CruiseControl.IsActive",
    "Vehicle.ADAS.CruiseControl.SpeedSet",
    "Vehicle.ADAS.LaneDepartureDetection.IsEnabled",
}
OWN = {
    zone: {
        f"Vehicle.Cabin.Door.Row2.{side}Side.Window.Position",
        f"Vehicle.Cabin.Seat.Row2.{side}Side.HeatingCooling",
        f"Vehicle.Cabin.HVAC.Station.Row2.{side}.Temperature",
        f"Vehicle.Cabin.HVAC.Station.Row2.{side}.FanSpeed",
        f"Vehicle.Cabin.HVAC.Station.Row2.{side}.AirDistribution",
        f"Vehicle.Cabin.Light.Spotlight.Row2.{side}Side.IsLightOn",
        "Vehicle.Cabin.Infotainment.Media.Volume",
    }
    for zone, side in (("rear_left", "Driver"), ("rear_right", "Passenger"))
}
RAISED = ("OPEN", "ONE_SHOT_OPEN", "TILT_UP")


@dataclass(frozen=True)
class Case:
    """Who sets what to which value (or, with an empty value, asks which app), and when."""

    zone: Zone
    path: str
    value: Scalar
    state: State

    @property
    def rear(self) -> bool:
        return self.zone in OWN

    @property
    def parked(self) -> bool:
        return self.state.speed == 0 and self.state.moving is False

    @property
    def over_120(self) -> bool:
        return self.state.speed is None or self.state.speed > 120

    @property
    def opens_window(self) -> bool:
        position = self.state.position if self.state.online else None
        return self.path in WINDOWS and (position is None or float(self.value) > position)

    @property
    def unlocked(self) -> bool:
        return self.state.online and self.state.locked is False


REFUSES: dict[str, Callable[[Case], bool]] = {
    "never-by-voice": lambda c: c.path in NEVER,
    "rear-sets-its-own": lambda c: c.rear and c.path.startswith("Vehicle.") and c.path not in OWN[c.zone],
    "window-child-lock": lambda c: c.rear and c.path in WINDOWS and not c.unlocked,
    "front-phones": lambda c: c.rear and c.path in ("phone", "messages"),
    "no-opening-at-speed": lambda c: c.opens_window and c.over_120,
    "no-sunroof-at-speed": lambda c: c.path == SUNROOF and c.value in RAISED and c.over_120,
    "opens-at-standstill": lambda c: c.path in TRUNKS | {FLAP} and c.value is True and not c.parked,
    "trunk-closes-at-standstill": lambda c: c.path in TRUNKS and c.value is False and not c.parked,
    "unlocks-at-standstill": lambda c: c.path in LOCKS and c.value is False and not c.parked,
    "driver-seat-at-standstill": lambda c: c.path in DRIVER_SEAT and not c.parked,
    "mirrors-fold-at-standstill": lambda c: c.path in MIRRORS and c.value is True and not c.parked,
    "lights-stay-on": lambda c: c.path in LIGHTS and c.value is False and not c.parked,
    "light-switch-stays-on": lambda c: c.path == LIGHT_SWITCH and c.value == "OFF" and not c.parked,
}
ASKS: dict[str, Callable[[Case], bool]] = {
    "opens-at-standstill": lambda c: c.path in TRUNKS | {FLAP} and c.value is True and not c.state.confirmed,
    "unlocks-at-standstill": lambda c: c.path in LOCKS and c.value is False and not c.state.confirmed,
}


def expected(zone: Zone, wish: Proposal, state: State) -> tuple[str, set[str]]:
    """The right status, and the codes of which one must be given."""
    target, value = (wish.app, "") if isinstance(wish, CallApp) else (wish.path, wish.value)
    case = Case(zone, target, value, state)
    if against := {name for name, speaks_against in REFUSES.items() if speaks_against(case)}:
        return "refused", against
    if not state.online:
        return "unavailable", {"gate-app-offline" if isinstance(wish, CallApp) else "gate-no-provider"}
    if asking := {name for name, asks in ASKS.items() if asks(case)}:
        return "needs_confirmation", asking
    return "permitted", {""}


# --- Everything that can be wished for. ---


def _values(path: str) -> tuple[Scalar, ...]:
    signal = PROFILE.signals[path]
    if signal.datatype == "boolean":
        return True, False
    if signal.datatype == "string":
        return tuple(signal.allowed or ["#FF0000"])
    low, high = int(signal.min or 0), int(signal.max or 100)
    return low, (low + high) // 2, high


def _wishes(row: PolicyRow) -> list[Proposal]:
    actuators = [path for path, signal in PROFILE.signals.items() if signal.kind == "actuator"]
    paths = [path for path in actuators if any(fnmatchcase(path, pattern) for pattern in row.paths)]
    signals: list[Proposal] = [SetSignal(path, value) for path in paths for value in _values(path)]
    return signals + [CallApp(app, action) for app in row.apps for action in PROFILE.apps[app]]


STATES = tuple(_states())


def test_every_row_of_the_table_has_a_rule_in_the_contract() -> None:
    assert list(ROWS) == list(REFUSES)
    assert {row.id for row in PROFILE.policy if row.confirm} == set(ASKS)


@pytest.mark.parametrize("row", PROFILE.policy, ids=lambda row: row.id)
def test_gate_decides_as_the_contract_says(row: PolicyRow) -> None:
    states = [state for state in STATES if row.rising or state.position is not None]
    if "Vehicle.*" in row.paths:  # looks at the zone alone; 11 has no factor in common with any dimension
        states = states[::11]
    wrong: list[object] = []
    seen: Counter[tuple[str, str]] = Counter()
    for wish, zone, state in product(_wishes(row), ZONES, states):
        request = Request((wish,), "t", zone, state.confirmed, NOW_S + 5.0, 3.0)
        verdict = GATE.judge(request, state.snapshot, NOW_S)
        outcome = verdict.outcomes[0] if verdict.outcomes else None
        status, code = (outcome.status, outcome.code) if outcome else ("permitted", "")
        right, codes = expected(zone, wish, state)
        if status != right or code not in codes or bool(verdict.permits) != (outcome is None):
            wrong.append((zone, wish, state, status, code, right, codes))
        seen[status, code] += 1
    assert wrong[:3] == []
    assert seen["refused", row.id]
    assert bool(seen["needs_confirmation", row.id]) == row.confirm
    assert bool(seen["permitted", ""]) == (not row.never or bool(row.zones))


@pytest.mark.parametrize("app", PROFILE.apps)
def test_apps_are_anyones_but_for_the_fronts_own(app: str) -> None:
    for action, zone, state in product(PROFILE.apps[app], ZONES, STATES[::11]):
        request = Request((CallApp(app, action),), "t", zone, state.confirmed, NOW_S + 5.0, 3.0)
        verdict = GATE.judge(request, state.snapshot, NOW_S)
        (status,) = {str(outcome.status) for outcome in verdict.outcomes} or {"permitted"}
        assert status == expected(zone, request.proposals[0], state)[0]
