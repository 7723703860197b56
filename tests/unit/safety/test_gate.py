"""What the gate says, case by case: precedence, acts as a whole, unknown facts, expiry."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.config import ROOT
from cockpit.profile import load_profile
from cockpit.safety.gate import Gate, Request, Verdict
from cockpit.types import CallApp, Permit, Proposal, Reading, Scalar, SetSignal, Snapshot, Zone

PROFILE = load_profile(ROOT / "cockpit" / "profiles" / "reference.yaml")
NOW_S = 100.0
PARKED: dict[str, Reading] = {
    "Vehicle.Speed": Reading(0.0, NOW_S),
    "Vehicle.IsMoving": Reading(False, NOW_S),
    "Vehicle.Cabin.IsWindowChildLockEngaged": Reading(False, 0.0),
}
ALL = Snapshot(PARKED, ("Vehicle.*",), frozenset(PROFILE.apps))

TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
TRUNK = "Vehicle.Body.Trunk.Rear.IsOpen"
GEAR = "Vehicle.Powertrain.Transmission.SelectedGear"
SUNROOF = "Vehicle.Cabin.Sunroof.Switch"
CHILD_LOCK = "Vehicle.Cabin.IsWindowChildLockEngaged"
LEFT = "Vehicle.Cabin.Door.Row2.DriverSide.Window.Position"
WINDOWS = [path for path in PROFILE.signals if path.endswith("Window.Position")]


def car(snapshot: Snapshot = ALL, **values: Scalar | Reading | None) -> Snapshot:
    """The car with some readings changed (`__` for `.`, less `Vehicle`), or taken away by None."""
    readings = dict(snapshot.readings)
    for name, value in values.items():
        path = "Vehicle." + name.replace("__", ".")
        readings.pop(path, None)
        if value is not None:
            readings[path] = value if isinstance(value, Reading) else Reading(value, NOW_S)
    return replace(snapshot, readings=readings)


def judge(
    *wishes: Proposal,
    zone: Zone = "driver",
    confirmed: bool = False,
    deadline_s: float = NOW_S + 10.0,
    ttl_s: float = 3.0,
    snapshot: Snapshot = ALL,
) -> Verdict:
    return Gate(PROFILE).judge(Request(wishes, "t1", zone, confirmed, deadline_s, ttl_s), snapshot, NOW_S)


def said(verdict: Verdict) -> list[tuple[str, str]]:
    assert not (verdict.permits and verdict.outcomes)
    return [(outcome.status, outcome.code) for outcome in verdict.outcomes]


def test_permit_names_what_it_is_for() -> None:
    wish = SetSignal(TEMPERATURE, 22.5)
    assert judge(wish, zone="front_passenger").permits == (Permit(wish, "t1", "front_passenger", NOW_S + 3.0),)


@pytest.mark.parametrize(("deadline_s", "ttl_s", "expires_s"), [(110.0, 3.0, 103.0), (101.0, 3.0, 101.0)])
def test_permit_dies_with_the_turn_or_its_time_to_live(deadline_s: float, ttl_s: float, expires_s: float) -> None:
    verdict = judge(SetSignal(TEMPERATURE, 22), CallApp("phone", "redial"), deadline_s=deadline_s, ttl_s=ttl_s)
    assert [permit.expires_s for permit in verdict.permits] == [expires_s, expires_s]


@pytest.mark.parametrize(("deadline_s", "ttl_s"), [(NOW_S, 3.0), (NOW_S - 1.0, 3.0), (NOW_S + 1.0, 0.0)])
def test_no_permit_that_would_be_void_at_once(deadline_s: float, ttl_s: float) -> None:
    assert said(judge(SetSignal(TEMPERATURE, 22), deadline_s=deadline_s, ttl_s=ttl_s)) == [("expired", "gate-deadline")]


def test_nothing_wished_is_nothing_permitted() -> None:
    assert judge() == Verdict((), ())


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (SetSignal("Vehicle.Cabin.Fridge.IsOn", True), "gate-unknown-path"),
        (SetSignal("Vehicle.Cabin.Door.Row3.DriverSide.Window.Position", 50), "gate-unknown-path"),
        (SetSignal("Vehicle.Speed", 50.0), "gate-not-an-actuator"),
        (SetSignal("Vehicle.Cabin.DriverPosition", "LEFT"), "gate-not-an-actuator"),
        (SetSignal(TEMPERATURE, True), "gate-bad-type"),
        (SetSignal(TEMPERATURE, "22"), "gate-bad-type"),
        (SetSignal(TRUNK, 1), "gate-bad-type"),
        (SetSignal(LEFT, 33.3), "gate-bad-type"),
        (SetSignal(TEMPERATURE, 30.5), "gate-out-of-range"),
        (SetSignal(TEMPERATURE, float("nan")), "gate-out-of-range"),
        (SetSignal(LEFT, -1), "gate-out-of-range"),
        (SetSignal(SUNROOF, "AJAR"), "gate-out-of-range"),
        (CallApp("fridge", "open"), "gate-unknown-app"),
        (CallApp("phone", "explode"), "gate-unknown-app"),
    ],
)
def test_invalid_wishes(wish: Proposal, code: str) -> None:
    assert said(judge(wish, confirmed=True)) == [("invalid", code)]


def test_offline_provider_and_app_are_unavailable() -> None:
    elsewhere = replace(ALL, provided=("Vehicle.Body.*",), apps=frozenset({"media"}))
    assert said(judge(SetSignal(TEMPERATURE, 22), snapshot=elsewhere)) == [("unavailable", "gate-no-provider")]
    assert said(judge(CallApp("phone", "redial"), snapshot=elsewhere)) == [("unavailable", "gate-app-offline")]
    assert judge(CallApp("media", "favourite"), snapshot=elsewhere).permits


def test_what_wins_when_several_things_are_wrong() -> None:
    dark = Snapshot({}, (), frozenset())
    moving = car(IsMoving=True)
    gone = NOW_S - 1.0
    assert said(judge(SetSignal(TRUNK, "up"), snapshot=dark)) == [("invalid", "gate-bad-type")]
    assert said(judge(SetSignal(TRUNK, True), snapshot=dark)) == [("refused", "opens-at-standstill")]
    assert said(judge(SetSignal(TRUNK, True), snapshot=moving)) == [("refused", "opens-at-standstill")]
    parked = replace(ALL, provided=())
    assert said(judge(SetSignal(TRUNK, True), snapshot=parked)) == [("unavailable", "gate-no-provider")]
    assert said(judge(SetSignal(TRUNK, True), deadline_s=gone)) == [("needs_confirmation", "opens-at-standstill")]
    assert said(judge(SetSignal(TRUNK, True), deadline_s=gone, confirmed=True)) == [("expired", "gate-deadline")]
    assert judge(SetSignal(TRUNK, True), confirmed=True).permits


@pytest.mark.parametrize("value", [0, 127, 999, "drive"])
def test_never_by_voice_wins_over_everything(value: Scalar) -> None:
    verdict = judge(SetSignal(GEAR, value), confirmed=True, deadline_s=0.0, snapshot=Snapshot({}, (), frozenset()))
    assert said(verdict) == [("refused", "never-by-voice")]
    assert verdict.outcomes[0].reason == "never"


def test_all_windows_from_the_back_are_refused_as_a_whole() -> None:
    wishes = [SetSignal(path, 100) for path in WINDOWS]
    verdict = judge(*wishes, zone="rear_left")
    assert said(verdict) == [("refused", "rear-sets-its-own")] * 4
    assert [outcome.proposal for outcome in verdict.outcomes] == wishes
    assert len(judge(*wishes).permits) == 4
    assert judge(SetSignal(LEFT, 100), zone="rear_left").permits


def test_outcomes_of_an_act_have_one_status_and_their_own_codes() -> None:
    verdict = judge(
        SetSignal(TEMPERATURE, 22), SetSignal(TRUNK, True), CallApp("oven", "on"), SetSignal("Vehicle.X", 1)
    )
    codes = ["gate-unknown-app", "gate-unknown-app", "gate-unknown-app", "gate-unknown-path"]
    assert said(verdict) == [("invalid", code) for code in codes]
    moving = car(Speed=30.0, IsMoving=True)
    verdict = judge(SetSignal(GEAR, 126), SetSignal(TRUNK, True), snapshot=moving)
    assert said(verdict) == [("refused", "never-by-voice")] * 2


@pytest.mark.parametrize(
    ("snapshot", "reason"),
    [
        (car(Speed=None), "unknown-speed"),
        (car(Speed=Reading(0.0, NOW_S - 2.1)), "unknown-speed"),
        (car(Speed=float("nan")), "unknown-speed"),
        (car(Speed="0"), "unknown-speed"),
        (car(Speed=False), "unknown-speed"),
        (car(IsMoving=None), "unknown-movement"),
        (car(IsMoving=Reading(False, NOW_S - 2.1)), "unknown-movement"),
        (car(IsMoving=0), "unknown-movement"),
        (car(IsMoving=None, Speed=None), "unknown-speed"),
        (car(IsMoving=True), "moving"),
        (car(Speed=0.4), "moving"),
        (car(Speed=-3.0), "moving"),
        (car(Speed=60.0, IsMoving=None), "moving"),
        (car(Speed=None, IsMoving=True), "moving"),
    ],
)
def test_doubt_about_standing_still_refuses(snapshot: Snapshot, reason: str) -> None:
    (outcome,) = judge(SetSignal(TRUNK, True), confirmed=True, snapshot=snapshot).outcomes
    assert (outcome.status, outcome.code, outcome.reason) == ("refused", "opens-at-standstill", reason)


@pytest.mark.parametrize(
    ("snapshot", "reason"),
    [
        (car(Speed=120.0), None),
        (car(Speed=120.1), "too-fast"),
        (car(Speed=-120.1), "too-fast"),
        (car(Speed=None), "unknown-speed"),
        (car(Speed=120.0, IsMoving=None), None),
    ],
)
def test_sunroof_opens_up_to_120_and_closes_at_any_speed(snapshot: Snapshot, reason: str | None) -> None:
    outcomes = judge(SetSignal(SUNROOF, "TILT_UP"), snapshot=snapshot).outcomes
    assert [outcome.reason for outcome in outcomes] == ([] if reason is None else [reason])
    assert judge(SetSignal(SUNROOF, "ONE_SHOT_CLOSE"), snapshot=snapshot).permits


@pytest.mark.parametrize(("wanted", "permitted"), [(0, True), (49, True), (50, True), (51, False)])
def test_at_speed_windows_only_go_up(wanted: int, permitted: bool) -> None:
    fast = car(Speed=130.0, IsMoving=True, Cabin__Door__Row1__DriverSide__Window__Position=Reading(50, 0.0))
    path = WINDOWS[0]
    assert bool(judge(SetSignal(path, wanted), snapshot=fast).permits) == permitted
    assert said(judge(SetSignal(path, "open"), snapshot=fast)) == [("invalid", "gate-bad-type")]
    unseen = car(fast, Cabin__Door__Row1__DriverSide__Window__Position=None)
    assert said(judge(SetSignal(path, wanted), snapshot=unseen)) == [("refused", "no-opening-at-speed")]


@pytest.mark.parametrize(
    ("snapshot", "reason"),
    [
        (car(Cabin__IsWindowChildLockEngaged=True), f"state-{CHILD_LOCK}"),
        (car(Cabin__IsWindowChildLockEngaged=None), f"unknown-{CHILD_LOCK}"),
        (car(Cabin__IsWindowChildLockEngaged=0), f"unknown-{CHILD_LOCK}"),
        (replace(ALL, provided=("Vehicle.Cabin.Door.*",)), f"unknown-{CHILD_LOCK}"),
    ],
)
def test_child_lock_on_or_unknown_refuses_the_back(snapshot: Snapshot, reason: str) -> None:
    for value in (0, 100):
        (outcome,) = judge(SetSignal(LEFT, value), zone="rear_left", snapshot=snapshot).outcomes
        assert (outcome.status, outcome.code, outcome.reason) == ("refused", "window-child-lock", reason)
        assert judge(SetSignal(LEFT, value), snapshot=snapshot).permits


def test_retained_child_lock_counts_at_any_age() -> None:
    old = car(Cabin__IsWindowChildLockEngaged=Reading(False, NOW_S - 86_400.0))
    assert judge(SetSignal(LEFT, 100), zone="rear_left", snapshot=old).permits


def test_a_rows_value_true_is_not_the_number_one() -> None:
    row = PROFILE.policy[0].model_copy(update={"id": "odd", "paths": ["Vehicle.Cabin.*"], "values": [True]})
    gate = Gate(PROFILE.model_copy(update={"policy": [row]}))
    for wish, code in ((SetSignal(LEFT, 1), None), (SetSignal("Vehicle.Cabin.Light.IsDomeOn", True), "odd")):
        verdict = gate.judge(Request((wish,), "t", "driver", False, NOW_S + 1, 1.0), ALL, NOW_S)
        assert [outcome.code for outcome in verdict.outcomes] == ([] if code is None else [code])
