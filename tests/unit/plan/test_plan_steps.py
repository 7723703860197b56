"""Steps of the table "Values": how far, from where, and where they end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.plan.plans import Do, Tell
from cockpit.plan.values import spoken_range, stepped
from cockpit.types import Scalar, SlotValue
from tests.unit.plan.reference_car import PROFILE, plan, situation, value

TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
FAN = "Vehicle.Cabin.HVAC.Station.Row1.Driver.FanSpeed"
HEATING = "Vehicle.Cabin.Seat.Row1.DriverSide.HeatingCooling"
MASSAGE = "Vehicle.Cabin.Seat.Row1.DriverSide.Massage.Level"
WHEEL = "Vehicle.Chassis.SteeringWheel.HeatingCooling"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
SHADE = "Vehicle.Cabin.Sunroof.Shade.Position"
REAR_SHADE = "Vehicle.Cabin.RearShade.Position"
VOLUME = "Vehicle.Cabin.Infotainment.Media.Volume"
NAVIGATION = "Vehicle.Cabin.Infotainment.Navigation.Volume"
BRIGHTNESS = "Vehicle.Cabin.Infotainment.HMI.Brightness"
POSITION = "Vehicle.Cabin.Seat.Row1.DriverSide.Position"
RECLINE = "Vehicle.Cabin.Seat.Row1.DriverSide.Backrest.Recline"
LIMIT = "Vehicle.Powertrain.TractionBattery.Charging.ChargeLimit"
WIPER = "Vehicle.Body.Windshield.Front.Wiping.Mode"

STEPS: list[tuple[str, str, str, Scalar, dict[str, SlotValue], Scalar]] = [
    ("temperature", "up", TEMPERATURE, 22.0, {}, 23.0), ("temperature", "down", TEMPERATURE, 22.0, {}, 21.0),
    ("temperature", "up", TEMPERATURE, 22.0, {"amount": 2.0, "amount_unit": "degree"}, 24.0),
    ("temperature", "down", TEMPERATURE, 22.0, {"amount": 0.5}, 21.5),
    ("temperature", "up", TEMPERATURE, 29.5, {}, 30.0),
    ("temperature", "down", TEMPERATURE, 16.0, {}, 16.0),
    ("fan", "up", FAN, 40, {}, 60), ("fan", "down", FAN, 40, {}, 20), ("fan", "up", FAN, 100, {}, 100),
    ("fan", "up", FAN, 40, {"amount": 2.0, "amount_unit": "level"}, 80),
    ("fan", "up", FAN, 40, {"amount": 20.0, "amount_unit": "percent"}, 60),
    ("seat_heating", "up", HEATING, 0, {}, 33), ("seat_heating", "up", HEATING, 33, {}, 66),
    ("seat_heating", "up", HEATING, 100, {}, 100),
    ("seat_heating", "down", HEATING, 66, {}, 33), ("seat_heating", "down", HEATING, 33, {}, 0),
    ("seat_heating", "up", HEATING, -66, {}, 33),
    ("seat_heating", "up", HEATING, 0, {"amount": 2.0, "amount_unit": "level"}, 66),
    ("seat_ventilation", "up", HEATING, 0, {}, -33), ("seat_ventilation", "up", HEATING, -33, {}, -66),
    ("seat_ventilation", "down", HEATING, -66, {}, -33), ("seat_ventilation", "up", HEATING, -100, {}, -100),
    ("seat_ventilation", "up", HEATING, 66, {}, -33), ("massage", "up", MASSAGE, 33, {}, 66),
    ("massage", "down", MASSAGE, 33, {}, 0),
    ("steering_heating", "up", WHEEL, 66, {}, 100), ("steering_heating", "down", WHEEL, 100, {}, 66),
    ("window", "up", WINDOW, 30, {}, 50), ("window", "down", WINDOW, 30, {}, 10),
    ("window", "down", WINDOW, 10, {}, 0),
    ("window", "up", WINDOW, 30, {"amount": 10.0, "amount_unit": "percent"}, 40),
    ("sunroof_shade", "up", SHADE, 0, {}, 20),
    ("rear_shade", "down", REAR_SHADE, 100, {}, 80), ("volume", "up", VOLUME, 30, {}, 40),
    ("volume", "down", VOLUME, 5, {}, 0),
    ("volume", "up", VOLUME, 30, {"amount": 20.0}, 50),
    ("volume", "up", VOLUME, 30, {"amount": 5.0, "amount_unit": "percent"}, 35),
    ("navigation_volume", "up", NAVIGATION, 95, {}, 100), ("brightness", "down", BRIGHTNESS, 60.0, {}, 40.0),
    ("seat_position", "down", POSITION, 150, {}, 130), ("seat_position", "up", POSITION, 150, {}, 170),
    ("seat_position", "down", POSITION, 10, {}, 0),
    ("seat_position", "up", POSITION, 150, {"amount": 50.0, "amount_unit": "mm"}, 200),
    ("recline", "up", RECLINE, 20.0, {}, 25.0),
    ("recline", "down", RECLINE, 20.0, {"amount": 10.0, "amount_unit": "degree"}, 10.0),
    ("charge_limit", "up", LIMIT, 90, {}, 100), ("charge_limit", "down", LIMIT, 90, {}, 80),
    ("wiper", "up", WIPER, "SLOW", {}, "MEDIUM"), ("wiper", "up", WIPER, "FAST", {}, "FAST"),
    ("wiper", "down", WIPER, "FAST", {}, "MEDIUM"),
    ("wiper", "down", WIPER, "SLOW", {}, "SLOW"), ("wiper", "up", WIPER, "OFF", {}, "SLOW"),
    ("wiper", "down", WIPER, "OFF", {}, "OFF"),
]  # fmt: skip


@pytest.mark.parametrize(("control", "operation", "path", "now", "amount", "wanted"), STEPS)
def test_step(
    control: str, operation: str, path: str, now: Scalar, amount: dict[str, SlotValue], wanted: Scalar
) -> None:
    found = value(f"{control}.{operation}", situation({path: now}), **amount)
    assert found == wanted
    assert type(found) is type(wanted)


@pytest.mark.parametrize(
    ("control", "path", "now"), [("fan", FAN, 40), ("seat_heating", HEATING, 33), ("massage", MASSAGE, 33)]
)
def test_percent_in_a_step_means_points(control: str, path: str, now: int) -> None:
    slots: dict[str, SlotValue] = {"amount": 10.0, "amount_unit": "percent"}
    assert value(f"{control}.up", situation({path: now}), **slots) == now + 10


@pytest.mark.parametrize(("control", "path", "now", "wanted"), [("volume", VOLUME, 30, 50), ("window", WINDOW, 20, 60)])
def test_levels_in_a_step_mean_steps(control: str, path: str, now: int, wanted: int) -> None:
    slots: dict[str, SlotValue] = {"amount": 2.0, "amount_unit": "level"}
    assert value(f"{control}.up", situation({path: now}), **slots) == wanted


def test_a_step_from_an_unknown_value_is_told_as_such() -> None:
    found = plan("temperature.up", situation({TEMPERATURE: None}))
    assert isinstance(found, Tell)
    assert found.kind != "unsupported"


def test_a_step_from_an_unknown_value_sets_nothing() -> None:
    assert not isinstance(plan("temperature.up", situation({TEMPERATURE: None})), Do)


NUMBERS = sorted(name for name, control in PROFILE.controls.items() if control.step is not None or control.levels)


@given(st.sampled_from(NUMBERS), st.data())
def test_whatever_is_stepped_to_fits_the_signal_and_goes_the_right_way(name: str, data: st.DataObject) -> None:
    control = PROFILE.controls[name]
    signal = PROFILE.signals[next(iter(control.targets.values()))[0]]
    low, high = spoken_range(control, signal)
    now = data.draw(st.integers(int(low), int(high)))
    direction = data.draw(st.sampled_from([1, -1]))
    amount = data.draw(st.none() | st.integers(1, 50).map(float))
    found = stepped(control, signal, signal.cast(now), direction, amount)
    assert isinstance(found, int | float)
    assert signal.fault(found) == ""
    own, before = control.sign * found, control.sign * now
    if before >= 0:
        assert (own - before) * direction >= 0
