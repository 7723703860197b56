"""Rows of the policy table against what is known of the car. Whatever is not known for certain is refused on."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from cockpit.profile import PolicyRow, VehicleProfile
from cockpit.types import ZONES, CallApp, Proposal, Scalar, SetSignal, Snapshot, Zone


@dataclass(frozen=True, slots=True)
class Facts:
    """The car at one moment (`now_s`, monotonic seconds). What is missing, stale or ill-typed is None."""

    profile: VehicleProfile
    snapshot: Snapshot
    now_s: float

    @property
    def speed_km_h(self) -> float | None:
        """Without sign, for a car that reverses is moving too."""
        value = self._sensed(self.profile.deciding.speed)
        return None if value is None or isinstance(value, bool | str) else abs(value)

    @property
    def moving(self) -> bool | None:
        value = self._sensed(self.profile.deciding.moving)
        return value if isinstance(value, bool) else None

    def retained(self, path: str) -> Scalar | None:
        """An actuator's value, which counts at any age as long as its provider is online."""
        return self._sound(path, self.snapshot.value(path)) if self.snapshot.online(path) else None

    def _sensed(self, path: str) -> Scalar | None:
        return self._sound(path, self.snapshot.fresh(path, self.now_s, self.profile.deciding.max_age_s))

    def _sound(self, path: str, value: Scalar | None) -> Scalar | None:
        return None if value is None or self.profile.signals[path].fault(value) else value


class PolicyTable:
    """The rows of a profile. Which zone, path and app they cover is worked out once; the rest per request."""

    def __init__(self, profile: VehicleProfile) -> None:
        self._by_path: dict[tuple[Zone, str], list[PolicyRow]] = {
            (zone, path): [row for row in profile.policy if _covers(row, zone, path)]
            for zone in ZONES
            for path in profile.signals
        }
        self._by_app: dict[tuple[Zone, str], list[PolicyRow]] = {
            (zone, app): [row for row in profile.policy if app in row.apps and _includes(row, zone)]
            for zone in ZONES
            for app in profile.apps
        }

    def applying(self, proposal: Proposal, zone: Zone, facts: Facts) -> list[PolicyRow]:
        """The rows that apply to a proposal for a path or app of the profile. An app request has no value."""
        if isinstance(proposal, CallApp):
            return self._by_app[zone, proposal.app]
        return [row for row in self._by_path[zone, proposal.path] if _matches(row, proposal, facts)]


def objection(row: PolicyRow, facts: Facts) -> str:
    """Why a row that applies refuses: `never`, `moving`, `too-fast`, `state-<path>`, `unknown-speed`,
    `unknown-movement` or `unknown-<path>`. Empty when each of its demands (but `confirm`) is known to hold."""
    if row.never:
        return "never"
    if row.standstill and (reason := _not_standing(facts)):
        return reason
    if row.max_speed_km_h is not None and (reason := _too_fast(row.max_speed_km_h, facts)):
        return reason
    reasons = (_not_set(path, wanted, facts) for path, wanted in row.must_be.items())
    return next(filter(None, reasons), "")


def _includes(row: PolicyRow, zone: Zone) -> bool:
    return not row.zones or zone in row.zones


def _covers(row: PolicyRow, zone: Zone, path: str) -> bool:
    spared = (fnmatchcase(path, pattern) for pattern in row.unless_paths.get(zone, ()))
    return _includes(row, zone) and row.covers(path) and not any(spared)


def _matches(row: PolicyRow, wish: SetSignal, facts: Facts) -> bool:
    if row.values and not any(_same(wish.value, value) for value in row.values):
        return False
    return not row.rising or _rises(wish.value, facts.retained(wish.path))


def _not_standing(facts: Facts) -> str:
    if facts.moving or facts.speed_km_h:
        return "moving"
    if facts.speed_km_h is None:
        return "unknown-speed"
    return "unknown-movement" if facts.moving is None else ""


def _too_fast(limit_km_h: float, facts: Facts) -> str:
    if facts.speed_km_h is None:
        return "unknown-speed"
    return "too-fast" if facts.speed_km_h > limit_km_h else ""


def _not_set(path: str, wanted: Scalar, facts: Facts) -> str:
    value = facts.retained(path)
    if value is None:
        return f"unknown-{path}"
    return "" if _same(value, wanted) else f"state-{path}"


def _rises(wanted: Scalar, current: Scalar | None) -> bool:
    """True as well where the two cannot be compared."""
    return not isinstance(wanted, int | float) or not isinstance(current, int | float) or wanted > current


def _same(a: Scalar, b: Scalar) -> bool:
    """Equal, where True is not 1."""
    return a == b and isinstance(a, bool) == isinstance(b, bool)
