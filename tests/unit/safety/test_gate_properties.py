"""Whatever is proposed: no permit for what is invalid, unknown, forbidden, offline or too late."""

from __future__ import annotations

from math import isfinite

from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.config import ROOT
from cockpit.profile import Signal, load_profile
from cockpit.safety.gate import Gate, Request
from cockpit.types import ZONES, CallApp, Outcome, Permit, Proposal, Reading, SetSignal, Snapshot

PROFILE = load_profile(ROOT / "cockpit" / "profiles" / "reference.yaml")
GATE = Gate(PROFILE)
NOW_S = 50.0
BITS = {"uint8": (0, 255), "int8": (-128, 127), "uint16": (0, 65_535), "int16": (-32_768, 32_767)}

anything = st.one_of(
    st.booleans(),
    st.integers(),
    st.integers(-130, 300),
    st.floats(),
    st.text(max_size=4),
    st.sampled_from(["OFF", "OPEN", "UP", "PLAY", "NORMAL"]),
    st.none(),
)
paths = st.one_of(st.sampled_from(sorted(PROFILE.signals)), st.text(max_size=12), st.just("Vehicle.Cabin.*"))
apps = st.one_of(st.sampled_from(sorted(PROFILE.apps)), st.text(max_size=6))
actions = st.one_of(st.sampled_from(sorted({a for names in PROFILE.apps.values() for a in names})), st.text(max_size=6))
wishes = st.one_of(st.builds(SetSignal, paths, anything), st.builds(CallApp, apps, actions))
requests = st.builds(
    Request,
    proposals=st.lists(wishes, max_size=3).map(tuple),
    turn=st.just("t"),
    zone=st.sampled_from(ZONES),
    confirmed=st.booleans(),
    deadline_s=st.floats(NOW_S - 5, NOW_S + 60),
    ttl_s=st.floats(-1, 10),
)
readings = st.builds(Reading, anything, st.floats(0, NOW_S))
snapshots = st.builds(
    Snapshot,
    readings=st.dictionaries(st.sampled_from(sorted(PROFILE.signals)), readings, max_size=8),
    provided=st.sampled_from([(), ("Vehicle.*",), ("Vehicle.Cabin.*",), ("Vehicle.Body.*", "Vehicle.ADAS.*")]),
    apps=st.frozensets(st.sampled_from(sorted(PROFILE.apps))),
)


def valid(signal: Signal, value: object) -> bool:
    """By the contract's table, worked out apart from `Signal.fault`."""
    if signal.datatype == "boolean":
        return value is True or value is False
    if signal.datatype == "string":
        return isinstance(value, str) and (signal.allowed is None or value in signal.allowed)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return False
    low, high = BITS.get(signal.datatype, (value, value))
    whole = signal.datatype not in BITS or value % 1 == 0
    above = signal.min is None or value >= signal.min
    return whole and low <= value <= high and above and (signal.max is None or value <= signal.max)


def sound(wish: Proposal, snapshot: Snapshot) -> bool:
    if isinstance(wish, CallApp):
        return wish.action in PROFILE.apps.get(wish.app, []) and wish.app in snapshot.apps
    signal = PROFILE.signals.get(wish.path)
    return signal is not None and signal.kind == "actuator" and valid(signal, wish.value) and snapshot.online(wish.path)


@settings(deadline=None)
@given(requests, snapshots)
def test_permits_only_for_what_is_sound(request: Request, snapshot: Snapshot) -> None:
    verdict = GATE.judge(request, snapshot, NOW_S)
    for permit in verdict.permits:
        assert sound(permit.proposal, snapshot)
        assert NOW_S < permit.expires_s <= request.deadline_s
        assert (permit.turn, permit.zone) == (request.turn, request.zone)


@settings(deadline=None)
@given(requests, snapshots)
def test_all_or_none_in_order_and_with_one_status(request: Request, snapshot: Snapshot) -> None:
    verdict = GATE.judge(request, snapshot, NOW_S)
    given_back: tuple[Permit | Outcome, ...] = verdict.permits or verdict.outcomes
    assert not (verdict.permits and verdict.outcomes)
    assert len(given_back) == len(request.proposals)
    assert all(one.proposal is wish for one, wish in zip(given_back, request.proposals, strict=True))
    assert len({outcome.status for outcome in verdict.outcomes}) <= 1
    assert all(outcome.code for outcome in verdict.outcomes)


@settings(deadline=None)
@given(requests, st.sampled_from(sorted(p for p, s in PROFILE.signals.items() if s.kind == "actuator")), anything)
def test_nothing_is_permitted_on_an_unknown_car_that_standing_still_or_speed_decides(
    request: Request, path: str, value: object
) -> None:
    blind = Snapshot({}, ("Vehicle.*",), frozenset(PROFILE.apps))
    request = Request((SetSignal(path, value),), "t", request.zone, True, NOW_S + 1, 1.0)  # type: ignore[arg-type]
    if GATE.judge(request, blind, NOW_S).permits:
        rows = [row for row in PROFILE.policy if row.covers(path) and (not row.values or value in row.values)]
        assert not [row.id for row in rows if (row.standstill or row.max_speed_km_h) and not row.zones]
