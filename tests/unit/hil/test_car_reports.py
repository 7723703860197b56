"""What the car tells of its signals, and how often."""

from __future__ import annotations

from itertools import pairwise
from statistics import stdev

from cockpit.types import Scalar
from hil.vehicle.car import TICK_S
from tests.unit.hil.car_bench import CABIN, LIGHT, MOVING, PROFILE, SPEED, VOLTAGE, WINDOW, Bench

TYRE = "Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure"
SENSORS = {path for path, signal in PROFILE.signals.items() if signal.kind == "sensor"}


def told(bench: Bench, seconds: float) -> dict[str, list[tuple[float, Scalar]]]:
    """Times and values of all that is told within `seconds`, by path."""
    found: dict[str, list[tuple[float, Scalar]]] = {}
    for _ in range(round(seconds / TICK_S)):
        bench.car.step()
        for path, value in bench.car.reports():
            found.setdefault(path, []).append((bench.car.now_s, value))
    return found


def values(bench: Bench, path: str, seconds: float) -> list[Scalar]:
    return [value for _, value in told(bench, seconds).get(path, [])]


def settled(**how: float) -> Bench:
    bench = Bench(**how)
    bench.car.reports()
    return bench


def test_everything_is_told_once_and_sensors_every_second() -> None:
    bench = Bench()
    assert dict(bench.car.reports()) == bench.car.values
    assert bench.car.reports() == []
    found = told(bench, 3.0)
    assert found.keys() == SENSORS
    assert {len(times) for times in found.values()} <= {2, 3}
    bench.car.retell()
    assert {path for path, _ in bench.car.reports()} == set(PROFILE.signals)


def test_a_moving_part_is_told_ten_times_a_second_and_where_it_stops_at_once() -> None:
    bench = settled()
    bench.tell(WINDOW, 77)
    found = told(bench, 4.0)[WINDOW]
    gaps = [after[0] - before[0] for before, after in pairwise(found)]
    assert min(gaps[:-1]) >= 0.0999
    assert len(found) >= 30
    assert found[-1][1] == 77


def test_a_set_value_is_told_in_the_step_in_which_it_is_set() -> None:
    bench = settled()
    bench.tell(LIGHT, True)
    while bench.value(LIGHT) is False:
        bench.car.step()
        reports = dict(bench.car.reports())
    assert reports[LIGHT] is True


def test_speed_is_told_at_most_ten_times_a_second() -> None:
    bench = settled()
    bench.car.drive("urban")
    found = told(bench, 5.0)
    assert 20 < len(found[SPEED]) <= 50
    assert next(value for _, value in found[MOVING]) is True


def test_a_drifting_sensor_leaves_the_truth_and_comes_back() -> None:
    bench = settled()
    name = bench.car.begin("sensor-drift", {"path": TYRE, "per_s": -4})
    assert values(bench, TYRE, 10.0)[-1] in range(199, 205)
    assert bench.value(TYRE) == 240
    bench.car.end(name)
    assert values(bench, TYRE, 1.5)[-1] == 240


def test_a_noisy_sensor_scatters_around_the_truth() -> None:
    bench = settled()
    bench.car.begin("sensor-noise", {"path": CABIN, "deviation": 2.0})
    seen = [float(value) for value in values(bench, CABIN, 60)]
    assert 1.0 < stdev(seen) < 3.0
    assert set(values(settled(), VOLTAGE, 20)) == {12.6}
    assert len(set(values(settled(noise=3.0), VOLTAGE, 20))) > 1


def test_a_frozen_sensor_is_silent_or_repeats_itself() -> None:
    silent, repeating = settled(), settled()
    silent.car.begin("frozen-sensor", {"path": SPEED})
    repeating.car.begin("frozen-sensor", {"path": SPEED, "repeated": True})
    for bench in (silent, repeating):
        bench.car.put(SPEED, 60.0)
    assert values(silent, SPEED, 5) == []
    assert silent.car.told(SPEED) is None
    assert set(values(repeating, SPEED, 5)) == {0.0}
    assert (silent.value(SPEED), repeating.car.told(SPEED)) == (60.0, 0.0)
    silent.car.faults.clear()
    assert values(silent, SPEED, 1.5)[0] == 60.0
