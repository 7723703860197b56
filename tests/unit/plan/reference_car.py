"""The reference vehicle in a known state, and plans for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from cockpit.config import ROOT
from cockpit.plan.planner import Planner
from cockpit.plan.plans import Deed, Do, Plan, Situation
from cockpit.profile import load_profile
from cockpit.runtime.handlers import load_handlers
from cockpit.skillset import load_skills
from cockpit.types import Act, CallApp, Reading, Scalar, SetSignal, SlotValue, Snapshot, Zone

PROFILE = load_profile(ROOT / "cockpit" / "profiles" / "reference.yaml")
SKILLS = load_skills(ROOT / "skills")
PLANNER = Planner(SKILLS, load_handlers(ROOT / "skills", SKILLS))
NOW_S = 1000.0
TODAY = date(2026, 3, 4)
"""A Wednesday."""
EVERYTHING = ("Vehicle.*",)

SEATS: dict[Zone, tuple[str, str]] = {
    "driver": ("Row1.DriverSide", "Row1.Driver"),
    "front_passenger": ("Row1.PassengerSide", "Row1.Passenger"),
    "rear_left": ("Row2.DriverSide", "Row2.Driver"),
    "rear_right": ("Row2.PassengerSide", "Row2.Passenger"),
}
"""Zone to its place in VSS: of seats, doors and lights, and of climate stations."""


def situation(
    values: Mapping[str, Scalar | None] | None = None,
    zone: Zone = "driver",
    *,
    ages: Mapping[str, float] | None = None,
    provided: tuple[str, ...] = EVERYTHING,
    today: date = TODAY,
    remembered: Mapping[str, Scalar] | None = None,
) -> Situation:
    """Every signal at its default but for `values` (None: never heard of), as old as `ages` says (else new)."""
    state: dict[str, Scalar | None] = {path: signal.default for path, signal in PROFILE.signals.items()}
    state.update(values or {})
    readings = {
        path: Reading(value, NOW_S - (ages or {}).get(path, 0.0)) for path, value in state.items() if value is not None
    }
    return Situation(
        PROFILE, Snapshot(readings, provided, frozenset(PROFILE.apps)), zone, NOW_S, today, remembered or {}
    )


def plan(intent: str, where: Situation | None = None, /, **slots: SlotValue) -> Plan:
    return PLANNER.plan(Act(intent, slots), where or situation())


def do(intent: str, where: Situation | None = None, /, **slots: SlotValue) -> Do:
    found = plan(intent, where, **slots)
    assert isinstance(found, Do), found
    return found


def wishes(intent: str, where: Situation | None = None, /, **slots: SlotValue) -> dict[str, Scalar]:
    """The signals that `intent` wants set, in order, without the leading `Vehicle.`."""
    proposals = do(intent, where, **slots).proposals
    assert all(isinstance(proposal, SetSignal) for proposal in proposals)
    return {p.path.removeprefix("Vehicle."): p.value for p in proposals if isinstance(p, SetSignal)}


def call(intent: str, where: Situation | None = None, /, **slots: SlotValue) -> CallApp:
    """The one app request that `intent` makes."""
    (proposal,) = do(intent, where, **slots).proposals
    assert isinstance(proposal, CallApp)
    return proposal


def value(intent: str, where: Situation | None = None, /, **slots: SlotValue) -> Scalar:
    """The value of the one signal that `intent` wants set."""
    (found,) = wishes(intent, where, **slots).values()
    return found


def deeds(found: Plan) -> tuple[Deed, ...]:
    assert isinstance(found, Do), found
    return found.deeds
