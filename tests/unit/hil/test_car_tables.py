"""The car's tables cover the whole profile and name nothing that is not there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from hil.rig.errors import RigError
from hil.vehicle.faults import KINDS, Faults
from hil.vehicle.tables import car_tables, drive_cycles
from tests.unit.hil.car_bench import PROFILE, SPEED

ACTUATORS = [path for path, signal in PROFILE.signals.items() if signal.kind == "actuator"]
SENSORS = [path for path, signal in PROFILE.signals.items() if signal.kind == "sensor"]


def named(part: object) -> Iterator[str]:
    """Every VSS path in a table, patterns left out."""
    if isinstance(part, BaseModel):
        part = [getattr(part, name) for name in type(part).model_fields]
    if isinstance(part, dict):
        part = [*part.keys(), *part.values()]
    if isinstance(part, list | tuple):
        for one in part:
            yield from named(one)
    elif isinstance(part, str) and part.startswith("Vehicle.") and "*" not in part:
        yield part


@pytest.mark.parametrize("path", ACTUATORS)
def test_every_actuator_has_a_behaviour(path: str) -> None:
    tables = car_tables()
    assert tables.actuator(path).ecu in tables.ecus


@pytest.mark.parametrize("path", SENSORS)
def test_every_sensor_is_told(path: str) -> None:
    assert car_tables().sensor(path).every_s <= 1.0


def test_no_row_is_dead() -> None:
    tables = car_tables()
    first = {id(tables.actuator(path)) for path in ACTUATORS}
    assert [row.paths for row in tables.actuators if id(row) not in first] == []
    used = {row.ecu for row in tables.actuators}
    assert tables.ecus.keys() == used


def test_every_signal_that_is_named_exists() -> None:
    cycles = [list(cycle.tracks) for cycle in drive_cycles().values()]
    assert sorted({path for path in named([car_tables(), cycles]) if path not in PROFILE.signals}) == []


def test_pushes_lead_somewhere_for_every_word() -> None:
    for path in ACTUATORS:
        row = car_tables().actuator(path)
        assert set(row.to) <= set(PROFILE.signals[path].allowed or [])


def test_there_are_the_cycles_that_scenarios_name() -> None:
    assert {"stand", "urban", "highway", "stop-and-go"} <= drive_cycles().keys()
    assert max(speed for _, speed in drive_cycles()["highway"].tracks[SPEED]) > 120


@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_can_be_begun_with_its_defaults_and_ended_by_name(kind: str) -> None:
    faults = Faults()
    name = faults.begin(kind, {})
    assert faults.names == (name,)
    assert KINDS[kind].layer in {"device", "physics"}
    faults.end(name)
    assert not faults


@pytest.mark.parametrize(
    ("kind", "args"),
    [
        ("gremlins", {}),
        ("half-way", {"share": 2}),
        ("obstacle", {"where": 3}),
        ("late", {"s": -1}),
        ("stuck", {"code": "x"}),
    ],
)
def test_a_fault_that_is_not_known_is_refused(kind: str, args: dict[str, object]) -> None:
    with pytest.raises(RigError, match="rig-unknown-fault"):
        Faults().begin(kind, args)


def test_the_newest_fault_holds() -> None:
    faults = Faults()
    faults.begin("reject", {"code": "first"})
    second = faults.begin("reject", {"path": "*Speed", "code": "second"})
    assert [fault.code for _, fault in faults.all_at(SPEED, KINDS["reject"])] == ["second", "first"]  # type: ignore[type-var, attr-defined]
    faults.end(second)
    with pytest.raises(RigError):
        faults.end(second)
