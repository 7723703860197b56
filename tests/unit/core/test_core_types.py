"""The snapshot: age and providers; and that the plain values cannot be changed."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from cockpit.types import Permit, Reading, SetSignal, Snapshot

SPEED = "Vehicle.Speed"
SEEN = Snapshot({SPEED: Reading(50.0, 100.0)}, (), frozenset())


@pytest.mark.parametrize(("now_s", "value"), [(100.0, 50.0), (102.0, 50.0), (102.1, None), (99.0, 50.0)])
def test_fresh_up_to_and_at_its_age(now_s: float, value: float | None) -> None:
    assert SEEN.fresh(SPEED, now_s, max_age_s=2.0) == value
    assert SEEN.value(SPEED) == 50.0


def test_never_seen_is_none() -> None:
    assert SEEN.value("Vehicle.IsMoving") is None
    assert SEEN.fresh("Vehicle.IsMoving", 100.0, 2.0) is None


@pytest.mark.parametrize(
    ("provided", "online"),
    [
        (("Vehicle.Cabin.HVAC.*",), True),
        (("Vehicle.*",), True),
        (("Vehicle.Body.*", "Vehicle.Cabin.HVAC.IsRecirculationActive"), True),
        (("Vehicle.Cabin.HVAC",), False),
        (("Vehicle.Cabin.HVAC*",), False),
        (("Vehicle.Cabin.HV.*",), False),
        (("*",), False),
        ((), False),
    ],
)
def test_online_means_a_provider_names_the_path_or_its_branch(provided: tuple[str, ...], online: bool) -> None:
    snapshot = Snapshot({}, provided, frozenset())
    assert snapshot.online("Vehicle.Cabin.HVAC.IsRecirculationActive") == online


def test_a_permit_cannot_be_altered() -> None:
    permit = Permit(SetSignal(SPEED, 1), "t", "driver", 1.0)
    with pytest.raises(FrozenInstanceError):
        permit.expires_s = 99.0  # type: ignore[misc]
