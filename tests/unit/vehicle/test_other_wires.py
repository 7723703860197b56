"""Values as VISS and KUKSA write them, there and back for every signal of the profile."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.bus.payloads import parse
from cockpit.config import load_settings
from cockpit.errors import BusError
from cockpit.profile import Signal, VehicleProfile
from cockpit.types import Scalar, same_value
from cockpit.vehicle.kuksa_values import from_value, to_value
from cockpit.vehicle.viss_messages import Answer, available, from_text, get, subscribe, to_text

FLOAT = Signal(kind="actuator", datatype="float", min=-50, max=50, default=0.0)
INTEGER = Signal(kind="actuator", datatype="int16", default=0)


def some(signal: Signal) -> list[Scalar]:
    """Values that the signal can have."""
    if signal.datatype == "boolean":
        return [True, False]
    if signal.datatype == "string":
        return list(signal.allowed or ["", "晴 sunny", "true", "1"])
    return [signal.cast(one) for one in (signal.min, signal.max, float(signal.default)) if one is not None]


def test_every_value_of_every_signal_comes_back(profile: VehicleProfile) -> None:
    for path, signal in profile.signals.items():
        for value in some(signal):
            for back in (from_text(to_text(value), signal), from_value(to_value(value, signal))):
                assert isinstance(back, bool | int | float | str), path
                assert (same_value(back, value), type(back)) == (True, type(value)), path
                assert not signal.fault(back), path


@given(st.floats(-50, 50))
def test_a_float_keeps_two_decimals(value: float) -> None:
    rounded = round(value, 2)
    assert from_value(to_value(rounded, FLOAT)) == rounded
    assert from_text(to_text(rounded), FLOAT) == rounded


@pytest.mark.parametrize("text", ["", "wide", "1.5", "NaN", None, 3, True, [1], "0x10"])
def test_what_is_no_value_is_left_to_be_refused(text: object) -> None:
    assert INTEGER.fault(from_text(text, INTEGER)) in {"type", "range"} or text == 3  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "there"),
    [
        ("viss-inline:Data-not-available", False),
        ("visserr:Data-not-available", False),
        ("22.0", True),
        ("", True),
    ],
)
def test_what_is_not_available(value: str, there: bool) -> None:
    assert available(value) is there


def test_requests() -> None:
    assert get(["Vehicle.Speed"]) == {"action": "get", "path": "Vehicle.Speed"}
    assert get(["Vehicle.Speed", "Vehicle.Cabin.Door"]) == {
        "action": "get",
        "path": "Vehicle",
        "filter": [{"variant": "paths", "parameter": ["Speed", "Cabin.Door"]}],
    }
    assert subscribe(["Vehicle.Speed"]) == {
        "action": "subscribe",
        "path": "Vehicle.Speed",
        "filter": [{"variant": "change", "parameter": {"logic-op": "ne", "diff": "0"}}],
    }
    assert subscribe(["Vehicle.Speed"], period_ms=500)["filter"] == [
        {"variant": "timebased", "parameter": {"period": "500"}}
    ]


def test_answers() -> None:
    raw = b"""{"action": "get", "requestId": "1", "data": [
        {"path": "Vehicle/Speed", "dp": [{"value": "1", "ts": "2026-01-01T00:00:00Z"},
                                         {"value": "2", "ts": "2026-01-02T00:00:00Z"}]},
        {"path": "Vehicle.X", "dp": {"value": "3"}}]}"""
    speed, other = parse(Answer, raw).each()
    assert (speed.name, speed.newest and speed.newest.value) == ("Vehicle.Speed", "2")
    assert (other.name, other.newest and other.newest.value) == ("Vehicle.X", "3")
    with pytest.raises(BusError):
        parse(Answer, b'{"requestId": "1"}')


@pytest.mark.parametrize(("number", "status"), [("404", "unavailable"), (503, "unavailable"), ("418", "failed")])
def test_an_error_in_either_spelling(number: object, status: str) -> None:
    answer = Answer.model_validate({"action": "set", "error": {"number": number, "reason": "r"}})
    assert answer.error is not None
    assert answer.error.final().status == status


def test_tokens_come_as_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kuksa-token").write_text("k\n", "utf-8")
    (tmp_path / "viss-token").write_text("v\n", "utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("COCKPIT_VEHICLE__VISS__TOKEN", "from the environment")
    vehicle = load_settings().vehicle
    assert vehicle.kuksa.token is not None
    assert vehicle.kuksa.token.get_secret_value() == "k"
    assert vehicle.viss.token is not None
    assert vehicle.viss.token.get_secret_value() == "from the environment"
