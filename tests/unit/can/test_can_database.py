"""The reference vehicle's DBC against its profile, and what a DBC may not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.can.codec import SignalCodec
from cockpit.can.database import CanDatabase, load_database
from cockpit.config import CanSettings
from cockpit.errors import CanError
from cockpit.profile import Signal, VehicleProfile
from cockpit.types import Scalar, same_value


def codecs(database: CanDatabase, role: str) -> list[tuple[str, SignalCodec]]:
    return [(p, c) for f in database.frames.values() if f.role == role for p, c in f.codecs.items()]


def corners(signal: Signal) -> list[Scalar]:
    """Values that every frame of a signal must hold: the default, all names, both ends of the range."""
    if signal.datatype == "boolean":
        return [False, True]
    if signal.allowed is not None:
        return [*signal.allowed]
    if signal.datatype == "string":
        return ["#000000", "#FFFFFF", "#12AB90"]
    ends = [end for end in (signal.min, signal.max) if end is not None]
    return [signal.default, *(signal.cast(end) for end in ends)]


def test_every_signal_is_in_one_frame_and_every_actuator_can_be_set(database: CanDatabase) -> None:
    signals = database.profile.signals
    assert sorted(path for path, _ in codecs(database, "status")) == sorted(signals)
    actuators = sorted(path for path, signal in signals.items() if signal.kind == "actuator")
    assert sorted(path for path, _ in codecs(database, "command")) == actuators
    assert database.missing == []


@pytest.mark.parametrize("role", ["status", "command"])
def test_every_value_comes_back_as_it_went(database: CanDatabase, role: str) -> None:
    for path, codec in codecs(database, role):
        for value in corners(database.profile.signals[path]):
            assert codec.fault(value) == "", f"{path} cannot hold {value!r}"
            back = codec.value(codec.physical(value))
            assert type(back) is type(database.profile.signals[path].cast(value))
            assert back == value, path


def test_every_frame_comes_back_as_it_went(database: CanDatabase) -> None:
    signals = database.profile.signals
    for frame in (f for f in database.frames.values() if f.role == "status"):
        values = {c.name: c.physical(corners(signals[p])[-1]) for p, c in frame.codecs.items()}
        decoded = frame.decode(frame.encode(values, 3))
        assert decoded["Counter"] == 3
        assert all(same_value(decoded[name], value) for name, value in values.items()), frame.name


def test_each_value_that_can_be_set_can_be_told_as_exactly(database: CanDatabase) -> None:
    told = dict(codecs(database, "status"))
    for path, codec in codecs(database, "command"):
        one, other = codec.signal, told[path].signal
        assert (one.scale, one.offset, one.minimum, one.maximum) == (
            other.scale, other.offset, other.minimum, other.maximum,
        )  # fmt: skip
        assert one.choices == other.choices


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature", 22.3, ""),
        ("Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature", 22.25, "value"),
        ("Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature", 31, "range"),
        ("Vehicle.ADAS.CruiseControl.SpeedSet", 1000.0, "range"),
        ("Vehicle.Cabin.Light.AmbientLight.Row1.DriverSide.Color", "red", "value"),
        ("Vehicle.Cabin.Light.AmbientLight.Row1.DriverSide.Color", 255, "type"),
        ("Vehicle.Body.Lights.LightSwitch", "DISCO", "range"),
        ("Vehicle.Body.Hood.IsOpen", 1, "type"),
        ("Vehicle.Cabin.Seat.Row1.DriverSide.Position", float("nan"), "range"),
    ],
)
def test_what_a_wanted_value_has_wrong(database: CanDatabase, path: str, value: object, fault: str) -> None:
    assert dict(codecs(database, "command"))[path].fault(value) == fault


def test_identifiers_of_what_is_urgent_are_low(database: CanDatabase) -> None:
    cycles = {f.id: f.cycle_s for f in database.frames.values() if f.role == "status"}
    fast = [ident for ident, cycle_s in cycles.items() if cycle_s <= 0.2]
    assert max(fast) < min(ident for ident in cycles if ident not in fast)


def test_the_bus_is_not_crowded(database: CanDatabase) -> None:
    """A classic frame of 8 bytes takes at most 135 bit times with stuffing; a body bus has 500 kbit/s."""
    frames_per_s = sum(1 / frame.cycle_s for frame in database.frames.values() if frame.cycle_s)
    assert frames_per_s * 135 / 500_000 < 0.3


def broken(tmp_path: Path, old: str, new: str) -> Path:
    text = CanSettings().database.read_text("utf-8")
    assert old in text
    file = tmp_path / "broken.dbc"
    file.write_text(text.replace(old, new), "utf-8")
    return file


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"Vehicle.Speed"', '"Vehicle.Spied"', "Vehicle.Spied"),
        ('BA_ "GenMsgCycleTime" BO_ 160 20;', "", "cycle time"),
        ('BA_ "Role" BO_ 640 3;', "", "one command"),
        (" SG_ Counter : 8|4@1+ (1,0) [0|14] \"\" GW\n SG_ Speed", " SG_ Speed", "Counter"),
        ('BA_ "Role" BO_ 320 1;', "", "does not tell"),
        ("BU_:", "BO_ what", "broken.dbc"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_dbc_is_said(
    tmp_path: Path, profile: VehicleProfile, old: str, new: str, said: str
) -> None:
    with pytest.raises(CanError, match=said) as caught:
        load_database(broken(tmp_path, old, new), profile)
    assert caught.value.code == "can-bad-dbc"


def test_frames_that_can_be_confused_are_said(tmp_path: Path, profile: VehicleProfile, database: CanDatabase) -> None:
    assert database.confusable == []
    moved = broken(tmp_path, " 816 ", " 768 ")
    assert load_database(moved, profile).confusable == [("VCU_Energy", "IHU_Answer")]


def test_a_missing_file_is_said(tmp_path: Path, profile: VehicleProfile) -> None:
    with pytest.raises(CanError, match="nowhere"):
        load_database(tmp_path / "nowhere.dbc", profile)


def test_messages_without_a_role_are_nobody_s_business(tmp_path: Path, profile: VehicleProfile) -> None:
    more = broken(
        tmp_path,
        "BO_ 160 ESC_Motion",
        'BO_ 99 ESC_Other: 8 ESC\n SG_ A : 0|8@1+ (1,0) [0|1] "" GW\n\nBO_ 160 ESC_Motion',
    )
    assert load_database(more, profile).frames[99].role == "other"
