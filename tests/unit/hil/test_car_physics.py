"""The car's physics on virtual time: cabin, road, batteries, tyres, and that it is the same every time."""

from __future__ import annotations

import pytest

from hil.rig.errors import RigError
from hil.vehicle.driving import course
from tests.unit.hil.car_bench import CABIN, MOVING, SPEED, TEMPERATURE, VOLTAGE, WINDOW, Bench

AC = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
OUTSIDE = "Vehicle.Exterior.AirTemperature"
STATIONS = [f"Vehicle.Cabin.HVAC.Station.{row}.{side}" for row in ("Row1", "Row2") for side in ("Driver", "Passenger")]
GEAR = "Vehicle.Powertrain.Transmission.CurrentGear"
BRAKE = "Vehicle.Chassis.ParkingBrake.IsEngaged"
ODOMETER = "Vehicle.Powertrain.Transmission.TravelledDistance"
LEVEL = "Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed"
RANGE = "Vehicle.Powertrain.Range"
CHARGING = "Vehicle.Powertrain.TractionBattery.Charging.IsCharging"
TIME_LEFT = "Vehicle.Powertrain.TractionBattery.Charging.TimeToComplete"
TYRE = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure"
TYRE_LOW = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.IsPressureLow"
RAIN = "Vehicle.Body.Raindetection.Intensity"
LONGITUDE = "Vehicle.CurrentLocation.Longitude"


def after_minutes(bench: Bench, minutes: float) -> float:
    bench.pass_(60 * minutes)
    return float(bench.value(CABIN))


def test_a_parked_car_stays_as_it_is() -> None:
    bench = Bench()
    before = dict(bench.car.values)
    bench.pass_(60)
    changed = {path for path, value in bench.car.values.items() if before[path] != value}
    assert changed <= {CABIN}
    assert bench.value(CABIN) == pytest.approx(23.0, abs=0.2)


def test_a_cold_cabin_warms_slowly() -> None:
    bench = Bench()
    bench.car.prepare({CABIN: 0.0, OUTSIDE: 0.0, **{f"{one}.FanSpeed": 80 for one in STATIONS}})
    assert 0.5 < after_minutes(bench, 0.5) < 5
    assert 15 < after_minutes(bench, 15) < 26


def test_a_hot_cabin_cools_with_cooling_only() -> None:
    hot = {CABIN: 45.0, OUTSIDE: 35.0, **{f"{one}.FanSpeed": 100 for one in STATIONS}}
    without, cooled = Bench(), Bench()
    without.car.prepare(hot)
    cooled.car.prepare({**hot, AC: True})
    assert after_minutes(without, 20) > 34
    assert after_minutes(cooled, 20) < 26


def test_an_open_window_lets_the_outside_in_and_more_so_at_speed() -> None:
    closed, opened, driven = Bench(), Bench(), Bench()
    cold = {CABIN: 23.0, OUTSIDE: -10.0, **{f"{one}.FanSpeed": 0 for one in STATIONS}}
    closed.car.prepare(cold)
    opened.car.prepare({**cold, WINDOW: 100})
    driven.car.prepare({**cold, WINDOW: 100, SPEED: 80.0})
    assert after_minutes(closed, 2) > after_minutes(opened, 2) + 2 > after_minutes(driven, 2) + 4


def test_the_zone_that_wants_it_warmer_is_warmer() -> None:
    bench = Bench()
    bench.car.prepare({TEMPERATURE: 30.0})
    bench.pass_(600)
    zones = bench.car._models[2].zones_c  # type: ignore[attr-defined]
    assert zones[0] == max(zones)
    assert zones[0] - min(zones) > 1


def test_the_car_follows_its_cycle_and_parks() -> None:
    bench = Bench()
    bench.car.drive("highway")
    bench.pass_(5)
    assert 0 < bench.value(SPEED) <= 5 * 3.0 * 3.6
    assert (bench.value(MOVING), bench.value(BRAKE), bench.value(GEAR)) == (True, False, 3)
    bench.pass_(120)
    assert bench.value(SPEED) > 120
    bench.car.drive("stand")
    bench.pass_(2)
    assert bench.value(MOVING) is True
    bench.pass_(10)
    assert (bench.value(SPEED), bench.value(MOVING), bench.value(BRAKE), bench.value(GEAR)) == (0.0, False, True, 0)


def test_a_cycle_begins_again_and_brings_its_weather() -> None:
    bench = Bench()
    bench.car.drive("stop-and-go")
    seen = set()
    for _ in range(130):
        bench.pass_(1)
        seen.add(bench.value(RAIN))
    assert max(seen) == 60
    bench.pass_(5)
    assert 5 < bench.value(SPEED) < 9


def test_an_unknown_cycle_is_refused() -> None:
    with pytest.raises(RigError, match="rig-unsupported"):
        Bench().car.drive("to the moon")


@pytest.mark.parametrize(("at_s", "value"), [(-1, 5), (0, 5), (5, 10), (10, 15), (15, 0), (99, 0)])
def test_a_track_is_a_line_between_its_points(at_s: float, value: float) -> None:
    assert course([(0, 5), (10, 15), (10, 0), (20, 0)], at_s) == pytest.approx(value)


def test_distance_range_place_and_charge_follow_the_speed() -> None:
    bench = Bench()
    bench.car.put(SPEED, 72.0)
    bench.pass_(500)
    assert bench.value(ODOMETER) == pytest.approx(15240.5, abs=0.11)
    assert bench.value(RANGE) == pytest.approx(348_000, abs=100)
    assert bench.value(LEVEL) == pytest.approx(72 - 10_000 / 4972, abs=0.11)
    assert bench.value(LONGITUDE) == pytest.approx(121.4737 + 0.105, abs=0.001)


def test_charging_ends_at_its_limit_and_says_how_long() -> None:
    bench = Bench()
    bench.car.prepare({CHARGING: True, LEVEL: 89.0, TIME_LEFT: 600})
    bench.pass_(300)
    assert bench.value(TIME_LEFT) == 300
    assert bench.value(LEVEL) == pytest.approx(89.5, abs=0.1)
    bench.pass_(400)
    assert (bench.value(CHARGING), bench.value(LEVEL), bench.value(TIME_LEFT)) == (False, 90.0, 0)


def test_the_battery_sags_under_load_and_is_charged_on_the_road() -> None:
    bench = Bench()
    assert bench.value(VOLTAGE) == 12.6
    bench.do("Vehicle.Body.Windshield.Front.IsHeatingOn", True)
    bench.pass_(1)
    assert bench.value(VOLTAGE) == 12.5
    bench.car.put(SPEED, 50.0)
    assert bench.value(VOLTAGE) == 14.2
    bench.car.prepare({VOLTAGE: 11.4})
    bench.pass_(1)
    assert bench.value(VOLTAGE) == 11.4


def test_tyres_warm_up_on_the_road_and_a_flat_one_is_told() -> None:
    bench = Bench()
    bench.car.put(SPEED, 100.0)
    bench.pass_(900)
    assert 250 < bench.value(TYRE) < 260
    bench.car.put(TYRE, 150)
    assert (bench.value(TYRE), bench.value(TYRE_LOW)) == (150, True)


def test_moving_follows_speed_unless_it_is_named() -> None:
    bench = Bench()
    bench.car.put(SPEED, 30.0)
    assert bench.value(MOVING) is True
    bench.car.prepare({SPEED: 30.0, MOVING: False})
    bench.pass_(1)
    assert (bench.value(SPEED), bench.value(MOVING)) == (30.0, False)


def test_prepare_takes_back_everything() -> None:
    bench = Bench()
    before = dict(bench.car.values)
    bench.car.drive("urban")
    bench.car.begin("stuck")
    bench.tell(WINDOW, 100)
    bench.pass_(3)
    bench.car.prepare({})
    assert bench.car.values == before
    bench.pass_(3)
    assert bench.car.values == before
    assert bench.car.answers() == []
    assert bench.do(WINDOW, 10) == ["accepted", "succeeded"]


def test_the_same_seed_is_the_same_car() -> None:
    def drive(seed: int) -> list[object]:
        bench = Bench(seed=seed, noise=1.0)
        bench.car.drive("urban")
        told: list[object] = []
        for second in range(40):
            bench.tell(TEMPERATURE, 16 + second % 14)
            bench.pass_(1)
            told.append(bench.car.reports())
        return [told, bench.said, dict(bench.car.values)]

    assert drive(7) == drive(7)
    assert drive(7) != drive(8)


@pytest.mark.parametrize(("path", "value"), [("Vehicle.Fridge", 1), (SPEED, "fast"), (WINDOW, 300)])
def test_what_the_car_cannot_have_is_refused(path: str, value: int | str) -> None:
    with pytest.raises(RigError, match="rig-unsupported"):
        Bench().car.put(path, value)
