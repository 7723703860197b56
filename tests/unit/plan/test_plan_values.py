"""The table "Values" of the semantics, row by row, on the reference vehicle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.plan.plans import Ask, Tell
from cockpit.plan.values import OutOfRange, absolute
from cockpit.types import Scalar, SetSignal, SlotValue
from tests.unit.plan.reference_car import PROFILE, do, plan, situation, value

VOLUME = "Vehicle.Cabin.Infotainment.Media.Volume"

ABSOLUTE = [
    ("temperature", 22, "none", 22.0), ("temperature", 22, "degree", 22.0), ("temperature", 22, "celsius", 22.0),
    ("temperature", 22.3, "none", 22.5), ("temperature", 22.2, "none", 22.0), ("temperature", 22.5, "degree", 22.5),
    ("temperature", 72, "fahrenheit", 22.0), ("temperature", 70, "fahrenheit", 21.0),
    ("temperature", 86, "fahrenheit", 30.0),
    ("temperature", 16, "none", 16.0), ("temperature", 30, "none", 30.0),
    ("fan", 1, "none", 20), ("fan", 2, "level", 40), ("fan", 3, "none", 60), ("fan", 4, "level", 80),
    ("fan", 5, "none", 100),
    ("fan", 0, "level", 0), ("fan", 70, "percent", 70), ("fan", 5, "percent", 5), ("fan", 50, "none", 50),
    ("seat_heating", 1, "level", 33), ("seat_heating", 2, "none", 66), ("seat_heating", 3, "level", 100),
    ("seat_heating", 50, "percent", 50), ("seat_heating", 2, "percent", 2), ("seat_heating", 0, "level", 0),
    ("seat_ventilation", 1, "level", -33), ("seat_ventilation", 2, "none", -66),
    ("seat_ventilation", 3, "level", -100),
    ("seat_ventilation", 50, "percent", -50), ("seat_ventilation", 0, "none", 0),
    ("steering_heating", 1, "none", 33), ("steering_heating", 2, "level", 66), ("steering_heating", 3, "none", 100),
    ("massage", 1, "level", 33), ("massage", 2, "none", 66), ("massage", 3, "level", 100),
    ("massage", 80, "percent", 80),
    ("window", 30, "percent", 30), ("window", 30, "none", 30), ("window", 50, "percent", 50),
    ("window", 33, "percent", 33),
    ("window", 0, "percent", 0), ("window", 100, "percent", 100), ("sunroof_shade", 50, "percent", 50),
    ("rear_shade", 25, "percent", 25), ("volume", 5, "none", 5), ("volume", 40, "percent", 40),
    ("navigation_volume", 60, "none", 60), ("brightness", 70, "percent", 70.0), ("charge_limit", 80, "percent", 80),
    ("seat_position", 120, "mm", 120), ("recline", 30, "degree", 30.0), ("recline", 0, "degrees", 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("control", "number", "unit", "wanted"), ABSOLUTE)
def test_absolute(control: str, number: float, unit: str, wanted: Scalar) -> None:
    found = value(f"{control}.set", value=number, value_unit=unit)
    assert found == wanted
    assert type(found) is type(wanted)


BEYOND = [
    ("temperature", 31, "none", (16, 30), "celsius"), ("temperature", 15, "degree", (16, 30), "celsius"),
    ("temperature", 60, "fahrenheit", (16, 30), "celsius"), ("temperature", -5, "celsius", (16, 30), "celsius"),
    ("temperature", 30.5, "none", (16, 30), "celsius"), ("fan", 6, "level", (1, 5), "level"),
    ("fan", 7, "none", (1, 5), "level"),
    ("fan", 101, "percent", (0, 100), "percent"), ("seat_heating", 4, "level", (1, 3), "level"),
    ("seat_heating", 150, "percent", (0, 100), "percent"), ("seat_heating", 1.5, "level", (1, 3), "level"),
    ("seat_ventilation", 4, "none", (1, 3), "level"), ("seat_ventilation", -1, "none", (1, 3), "level"),
    ("massage", 5, "level", (1, 3), "level"), ("steering_heating", 4, "none", (1, 3), "level"),
    ("window", 150, "percent", (0, 100), "percent"), ("window", -1, "percent", (0, 100), "percent"),
    ("volume", 120, "none", (0, 100), "percent"), ("brightness", 101, "percent", (0, 100), "percent"),
    ("charge_limit", 110, "percent", (0, 100), "percent"), ("ambient_intensity", 0, "percent", (1, 100), "percent"),
    ("ambient_intensity", 101, "percent", (1, 100), "percent"), ("recline", 70, "degree", (0, 60), "degrees"),
    ("seat_position", 400, "mm", (0, 300), "mm"),
]  # fmt: skip


@pytest.mark.parametrize(("control", "number", "unit", "wanted", "wanted_unit"), BEYOND)
def test_outside_its_range_is_asked_and_not_set(
    control: str, number: float, unit: str, wanted: tuple[float, float], wanted_unit: str
) -> None:
    found = plan(f"{control}.set", value=number, value_unit=unit)
    assert isinstance(found, Ask)
    assert (found.slot, found.key) == ("value", "ask.range")
    assert found.fields["low"] == (wanted[0], wanted_unit)
    assert found.fields["high"] == (wanted[1], wanted_unit)


@pytest.mark.parametrize(
    ("control", "unit"),
    [("temperature", "percent"), ("temperature", "mm"), ("recline", "percent"), ("seat_position", "degree"),
    ("window", "celsius"), ("volume", "degree"), ("fan", "degree"), ("seat_heating", "celsius")],
)  # fmt: skip
def test_a_unit_that_makes_no_sense_sets_nothing(control: str, unit: str) -> None:
    found = plan(f"{control}.set", value=20, value_unit=unit)
    assert isinstance(found, Tell)
    assert found.kind == "unsupported"


NAMED = [
    ("temperature", "max", 30.0), ("temperature", "min", 16.0), ("fan", "max", 100), ("fan", "min", 20),
    ("fan", "off", 0),
    ("seat_heating", "on", 66), ("seat_heating", "off", 0), ("seat_ventilation", "on", -66),
    ("seat_ventilation", "off", 0),
    ("seat_heating", "max", 100), ("seat_heating", "min", 33), ("seat_ventilation", "max", -100),
    ("steering_heating", "on", 66), ("steering_heating", "off", 0), ("massage", "on", 66), ("massage", "off", 0),
    ("window", "open", 100), ("window", "close", 0), ("window", "half", 50), ("window", "crack", 10),
    ("sunroof_shade", "open", 100), ("sunroof_shade", "close", 0), ("rear_shade", "half", 50),
    ("rear_shade", "crack", 10),
    ("sunroof", "open", "ONE_SHOT_OPEN"), ("sunroof", "close", "ONE_SHOT_CLOSE"), ("sunroof", "tilt", "TILT_UP"),
    ("volume", "max", 100), ("volume", "mute", 0), ("navigation_voice", "mute", "MUTED"),
    ("navigation_voice", "unmute", "UNMUTED"),
    ("playback", "play", "PLAY"), ("playback", "pause", "STOP"), ("playback", "next", "SKIP_FORWARD"),
    ("playback", "previous", "SKIP_BACKWARD"), ("recline", "flat", 60.0), ("recline", "upright", 0.0),
    ("wiper", "on", "MEDIUM"), ("wiper", "off", "OFF"), ("rear_wiper", "on", "MEDIUM"), ("trunk", "open", True),
    ("light_switch", "off", "OFF"), ("ac", "on", True), ("front_defroster", "on", True), ("hazard", "off", False),
]  # fmt: skip


@pytest.mark.parametrize(("control", "operation", "wanted"), NAMED)
def test_named(control: str, operation: str, wanted: Scalar) -> None:
    found = value(f"{control}.{operation}")
    assert found == wanted
    assert type(found) is type(wanted)


CHOICES = [
    ("air_direction", "face", "UP"), ("air_direction", "windscreen", "UP"), ("air_direction", "body", "MIDDLE"),
    ("air_direction", "feet", "DOWN"), ("wiper", "slow", "SLOW"), ("wiper", "medium", "MEDIUM"),
    ("wiper", "fast", "FAST"),
    ("wiper", "interval", "INTERVAL"), ("wiper", "auto", "RAIN_SENSOR"), ("drive_mode", "normal", "NORMAL"),
    ("drive_mode", "sport", "SPORT"), ("drive_mode", "economy", "ECONOMY"), ("drive_mode", "snow", "SNOW"),
    ("drive_mode", "rain", "RAIN"), ("source", "bluetooth", "BLUETOOTH"), ("source", "fm", "FM"),
    ("source", "usb", "USB"),
    ("display_mode", "night", "NIGHT"), ("light_switch", "auto", "AUTO"),
]  # fmt: skip


@pytest.mark.parametrize(("control", "choice", "wanted"), CHOICES)
def test_choice(control: str, choice: str, wanted: str) -> None:
    assert value(f"{control}.choose", choice=choice) == wanted


COLOURS = {
    "red": "#FF0000", "green": "#00FF00", "blue": "#0000FF", "white": "#FFFFFF", "yellow": "#FFFF00",
    "purple": "#800080", "orange": "#FFA500", "pink": "#FFC0CB", "cyan": "#00FFFF",
}  # fmt: skip


@pytest.mark.parametrize(("name", "code"), COLOURS.items())
def test_a_colour_turns_the_light_on(name: str, code: str) -> None:
    proposals = do("ambient_colour.choose", choice=name).proposals
    side = "Vehicle.Cabin.Light.AmbientLight.Row1"
    assert proposals == (
        SetSignal(f"{side}.DriverSide.Color", code),
        SetSignal(f"{side}.PassengerSide.Color", code),
        SetSignal(f"{side}.DriverSide.IsLightOn", True),
        SetSignal(f"{side}.PassengerSide.IsLightOn", True),
    )


@pytest.mark.parametrize(
    ("operation", "slots", "wanted"),
    [
        ("set", {"value": 40.0, "value_unit": "percent"}, 40),
        ("max", {}, 100),
        ("min", {}, 1),
        ("up", {}, 70),
        ("down", {}, 30),
    ],
)
def test_an_intensity_turns_the_light_on(operation: str, slots: dict[str, SlotValue], wanted: int) -> None:
    proposals = do(f"ambient_intensity.{operation}", **slots).proposals
    assert [p.value for p in proposals if isinstance(p, SetSignal)] == [wanted, wanted, True, True]


@pytest.mark.parametrize(
    "intent",
    [
        "volume.unknown",
        "playback.up",
        "sunroof.half",
        "ac.max",
        "drive_mode.up",
        "temperature.open",
        "window.tilt",
        "gear.fly",
    ],
)
def test_an_operation_that_a_control_does_not_know_sets_nothing(intent: str) -> None:
    assert plan(intent) == Tell("unsupported", "unsupported.not_understood")


def test_unmuting_restores_the_value_before() -> None:
    muted = situation({VOLUME: 0}, remembered={VOLUME: 45})
    assert value("volume.unmute", muted) == 45


def test_unmuting_what_was_never_muted_by_voice_takes_the_default() -> None:
    assert value("volume.unmute", situation({VOLUME: 0})) == PROFILE.signals[VOLUME].default


def test_unmuting_what_is_not_muted_keeps_it() -> None:
    assert value("volume.unmute", situation({VOLUME: 70}, remembered={VOLUME: 45})) == 70


def test_muting_navigation_leaves_its_volume() -> None:
    (proposal,) = do("navigation_voice.mute").proposals
    assert proposal == SetSignal("Vehicle.Cabin.Infotainment.Navigation.Mute", "MUTED")


NUMBERS = sorted(name for name, control in PROFILE.controls.items() if control.step is not None or control.levels)


@given(
    st.sampled_from(NUMBERS),
    st.floats(-500, 500),
    st.sampled_from(["none", "percent", "level", "celsius", "fahrenheit", "degree", "mm", "km_h"]),
)
def test_whatever_is_set_fits_the_signal(name: str, number: float, unit: str) -> None:
    control = PROFILE.controls[name]
    signal = PROFILE.signals[next(iter(control.targets.values()))[0]]
    found = absolute(control, signal, number, unit)
    if isinstance(found, OutOfRange):
        assert found.low < found.high
    elif found is not None:
        assert signal.fault(found) == ""
