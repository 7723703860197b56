"""The vehicle profile: the reference car against itself, signal values, and mistakes in a profile."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from cockpit.config import ROOT
from cockpit.errors import ConfigError
from cockpit.profile import PolicyRow, Signal, VehicleProfile, load_profile

REFERENCE = load_profile(ROOT / "cockpit" / "profiles" / "reference.yaml")
WINDOW = "Vehicle.Window.Position"


def small() -> dict[str, Any]:
    """The smallest profile that is right."""
    return {
        "name": "small",
        "deciding": {"speed": "Vehicle.Speed", "moving": "Vehicle.IsMoving"},
        "apps": {"media": ["play"]},
        "signals": {
            "Vehicle.Speed": {"kind": "sensor", "datatype": "float", "default": 0.0},
            "Vehicle.IsMoving": {"kind": "sensor", "datatype": "boolean", "default": False},
            WINDOW: {"kind": "actuator", "datatype": "uint8", "min": 0, "max": 100, "default": 0},
        },
        "controls": {"window": {"targets": {"car": [WINDOW]}, "values": {"open": 100}}},
        "readings": {"speed": {"targets": {"car": "Vehicle.Speed"}, "unit": "km_h"}},
        "policy": [{"id": "calm", "paths": ["Vehicle.Window.*"], "standstill": True}],
    }


def load(folder: Path, raw: object) -> VehicleProfile:
    file = folder / "car.yaml"
    file.write_text(yaml.safe_dump(raw), "utf-8")
    return load_profile(file)


def test_small_profile_is_right(tmp_path: Path) -> None:
    profile = load(tmp_path, small())
    assert profile.deciding.max_age_s == 2.0
    assert profile.control_of == {WINDOW: "window"}
    assert not profile.controls["window"].zoned


@pytest.mark.parametrize(
    ("part", "change", "told"),
    [
        ("controls", {"roof": {"targets": {"car": ["Vehicle.Roof"]}}}, "no such signal: Vehicle.Roof"),
        ("readings", {"fuel": {"targets": {"driver": "Vehicle.Fuel"}}}, "no such signal: Vehicle.Fuel"),
        ("deciding", {"speed": "Vehicle.Pace", "moving": "Vehicle.IsMoving"}, "no such signal: Vehicle.Pace"),
        ("policy", [{"id": "lock", "paths": [WINDOW], "must_be": {"Vehicle.Lock": True}}], "Vehicle.Lock"),
        ("policy", [{"id": "dead", "paths": [WINDOW, "Vehicle.Door.*"], "never": True}], "match no signal: dead"),
        ("policy", [{"id": "typo", "paths": [WINDOW], "nevr": True}], "policy.0.nevr"),
        ("policy", [{"id": "zone", "paths": [WINDOW], "zones": ["boot"]}], "policy.0.zones"),
        ("controls", {"window": {"targets": {"car": [WINDOW]}, "also": {"lamp": "on"}}}, "unknown controls: lamp"),
        ("controls", {"window": {"targets": {"boot": [WINDOW]}}}, "controls.window.targets"),
        ("signals", {WINDOW: {"kind": "motor", "datatype": "uint8", "default": 0}}, f"{WINDOW}.kind"),
        ("signals", {WINDOW: {"kind": "actuator", "datatype": "uint64", "default": 0}}, f"{WINDOW}.datatype"),
        ("name", None, "name"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, part: str, change: object, told: str) -> None:
    raw = small()
    raw[part] = change
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, raw)
    assert caught.value.code == "config-bad-profile"
    assert "car.yaml" in caught.value.message
    assert told in caught.value.message


@pytest.mark.parametrize("raw", [None, [], "car"])
def test_a_profile_is_a_mapping(tmp_path: Path, raw: object) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, raw)
    assert caught.value.code == "config-bad-profile"


def test_bad_yaml_and_missing_file(tmp_path: Path) -> None:
    file = tmp_path / "car.yaml"
    file.write_text("signals: {", "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_profile(file)
    assert caught.value.code == "config-syntax"
    with pytest.raises(ConfigError) as caught:
        load_profile(tmp_path / "none.yaml")
    assert caught.value.code == "config-unreadable"


def signal(datatype: str, **limits: object) -> Signal:
    return Signal.model_validate({"kind": "actuator", "datatype": datatype, "default": 0, **limits})


@pytest.mark.parametrize(
    ("datatype", "limits", "value", "fault"),
    [
        ("boolean", {}, True, ""),
        ("boolean", {}, 1, "type"),
        ("boolean", {}, None, "type"),
        ("string", {}, "anything", ""),
        ("string", {}, 5, "type"),
        ("string", {"allowed": ["A"]}, "A", ""),
        ("string", {"allowed": ["A"]}, "a", "range"),
        ("uint8", {}, 255, ""),
        ("uint8", {}, 256, "range"),
        ("uint8", {}, -1, "range"),
        ("uint8", {}, 7.0, ""),
        ("uint8", {}, 7.5, "type"),
        ("uint8", {}, True, "type"),
        ("uint8", {}, "7", "type"),
        ("uint8", {"max": 100}, 101, "range"),
        ("int8", {"min": -100}, -101, "range"),
        ("int8", {"min": -1000}, -129, "range"),
        ("float", {"min": 16, "max": 30}, 16, ""),
        ("float", {"min": 16, "max": 30}, 30.1, "range"),
        ("float", {}, float("nan"), "range"),
        ("double", {}, float("inf"), "range"),
        ("double", {}, float("-inf"), "range"),
    ],
)
def test_fault_of_a_value(datatype: str, limits: dict[str, object], value: object, fault: str) -> None:
    assert signal(datatype, **limits).fault(value) == fault


def test_cast_gives_the_signals_own_type() -> None:
    assert repr(signal("uint8").cast(50.0)) == "50"
    assert repr(signal("float").cast(22)) == "22.0"
    assert signal("boolean").cast(True) is True
    assert signal("string").cast("UP") == "UP"


@pytest.mark.parametrize("path", REFERENCE.signals)
def test_reference_defaults_are_valid(path: str) -> None:
    assert REFERENCE.signals[path].fault(REFERENCE.signals[path].default) == ""


@pytest.mark.parametrize("name", REFERENCE.controls)
def test_reference_controls_set_actuators_to_valid_values(name: str) -> None:
    control = REFERENCE.controls[name]
    targets = [REFERENCE.signals[path] for paths in control.targets.values() for path in paths]
    results = [value * control.sign if isinstance(value, int | float) and control.sign < 0 else value
               for value in (*control.values.values(), *control.levels, *control.cycle)]  # fmt: skip
    assert {target.kind for target in targets} == {"actuator"}
    assert [(target, value) for target in targets for value in results if target.fault(value)] == []


@pytest.mark.parametrize("row", REFERENCE.policy, ids=lambda row: row.id)
def test_reference_policy_rows_name_what_is_there_and_demand_something(row: PolicyRow) -> None:
    covered = [one for path, one in REFERENCE.signals.items() if row.covers(path) and one.kind == "actuator"]
    assert covered or row.apps
    assert set(row.apps) <= set(REFERENCE.apps)
    assert row.never or row.standstill or row.confirm or row.max_speed_km_h is not None or row.must_be
    assert [value for value in row.values for one in covered if one.fault(value)] == []
    assert [path for path, value in row.must_be.items() if REFERENCE.signals[path].fault(value)] == []
    spared = [pattern for patterns in row.unless_paths.values() for pattern in patterns]
    assert [p for p in spared if not any(fnmatchcase(path, p) for path in REFERENCE.signals)] == []


def test_reference_policy_ids_are_unique() -> None:
    assert len({row.id for row in REFERENCE.policy}) == len(REFERENCE.policy)


def test_reference_decides_on_its_own_sensors() -> None:
    speed, moving = REFERENCE.signals[REFERENCE.deciding.speed], REFERENCE.signals[REFERENCE.deciding.moving]
    assert (speed.kind, speed.datatype, speed.unit) == ("sensor", "float", "km/h")
    assert (moving.kind, moving.datatype) == ("sensor", "boolean")


def test_covers_matches_paths_by_pattern() -> None:
    row = PolicyRow(id="r", paths=["Vehicle.Body.Trunk.*.IsOpen"])
    assert row.covers("Vehicle.Body.Trunk.Rear.IsOpen")
    assert not row.covers("Vehicle.Body.Hood.IsOpen")
