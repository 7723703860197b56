"""Parts that take time: how long, what stops them, and what is said of it. On virtual time."""

from __future__ import annotations

import pytest

from hil.vehicle.motion import Motion
from tests.unit.hil.car_bench import LIGHT, MIRROR, OTHER_WINDOW, ROOF, SEAT, SUNROOF, TEMPERATURE, TRUNK, WINDOW, Bench


def test_a_window_takes_four_seconds_and_says_how_far_it_is() -> None:
    bench = Bench()
    bench.tell(WINDOW, 100)
    assert bench.until_over() == pytest.approx(4.0, abs=0.2)
    assert bench.said[:2] == ["accepted", "in_progress"]
    assert bench.said[-1] == "succeeded"
    told = [one.progress for one in bench.results if one.progress is not None]
    assert told == sorted(told)
    assert len(told) == 8
    assert bench.value(WINDOW) == 100


def test_a_fast_car_is_as_much_faster_as_it_is_told() -> None:
    bench = Bench(percent_per_s=200.0)
    bench.tell(WINDOW, 100)
    assert bench.until_over() == pytest.approx(0.5, abs=0.15)


def test_seats_move_in_millimetres() -> None:
    bench = Bench()
    bench.tell(SEAT, 210)
    bench.pass_(1.0)
    assert 165 < bench.value(SEAT) < 185
    bench.until_over()
    assert (bench.value(SEAT), bench.said[-1]) == (210, "succeeded")


def test_lights_are_on_at_once() -> None:
    bench = Bench()
    bench.tell(LIGHT, True)
    assert bench.until_over() <= 0.1
    assert bench.said == ["accepted", "succeeded"]


def test_an_obstacle_stops_an_opening_window_where_it_is() -> None:
    bench = Bench()
    bench.car.begin("obstacle", {"path": WINDOW, "at": 40})
    assert bench.do(WINDOW, 100) == ["accepted", "failed obstacle"]
    assert bench.value(WINDOW) == 40
    assert bench.do(WINDOW, 100) == ["accepted", "failed obstacle"]
    assert bench.do(WINDOW, 10) == ["accepted", "succeeded"]
    assert bench.do(OTHER_WINDOW, 100) == ["accepted", "succeeded"]


def test_a_closing_window_goes_back_a_little_from_what_it_pinches() -> None:
    bench = Bench()
    bench.car.put(WINDOW, 100)
    name = bench.car.begin("obstacle", {"path": "*.Window.Position", "at": 40})
    bench.tell(WINDOW, 0)
    lowest = 100.0
    while bench.open:
        bench.pass_(0.05)
        lowest = min(lowest, float(bench.value(WINDOW)))
    assert lowest == 40
    assert (bench.said[-1], bench.value(WINDOW)) == ("failed obstacle", 50)
    bench.car.end(name)
    assert bench.do(WINDOW, 0) == ["accepted", "succeeded"]


def test_a_tilted_sunroof_closes_from_below() -> None:
    bench = Bench()
    bench.do(SUNROOF, "TILT_UP")
    assert bench.value(ROOF) == -100
    bench.car.begin("obstacle", {"path": ROOF, "at": -40})
    assert bench.do(SUNROOF, "CLOSE") == ["accepted", "failed obstacle"]
    assert bench.value(ROOF) == -50


def test_a_push_that_leads_nowhere_is_done_at_once() -> None:
    assert Bench().do(SUNROOF, "INACTIVE", 0.2) == ["accepted", "succeeded"]


def test_a_newer_command_supersedes_the_one_under_way() -> None:
    bench = Bench()
    bench.tell(WINDOW, 100)
    bench.pass_(1.0)
    bench.tell(WINDOW, 0)
    bench.until_over()
    assert [word for word in bench.said if word != "in_progress"] == [
        "accepted", "accepted", "failed superseded", "succeeded"
    ]  # fmt: skip
    assert bench.value(WINDOW) == 0


def test_values_that_are_set_at_once_keep_their_order() -> None:
    bench = Bench()
    for number in range(16, 31):
        bench.tell(TEMPERATURE, number)
    bench.until_over()
    assert bench.value(TEMPERATURE) == 30
    assert bench.said.count("succeeded") == 15


def test_a_trunk_is_busy_while_it_swings() -> None:
    bench = Bench()
    bench.tell(TRUNK, True)
    bench.pass_(1.0)
    assert bench.value(TRUNK) is True
    bench.tell(TRUNK, False)
    assert bench.said[-1] == "rejected busy"
    assert bench.until_over() == pytest.approx(3.0, abs=0.3)
    assert bench.do(TRUNK, False) == ["accepted", "succeeded"]
    assert bench.value(TRUNK) is False


def test_a_mirror_is_folded_when_it_has_arrived() -> None:
    bench = Bench()
    bench.tell(MIRROR, True)
    bench.pass_(1.0)
    assert bench.value(MIRROR) is False
    bench.until_over()
    assert bench.value(MIRROR) is True


def test_movements_are_slow_at_low_voltage_and_refused_below_it() -> None:
    bench = Bench()
    weak = bench.car.begin("low-voltage", {"volts": 10.0})
    bench.tell(WINDOW, 100)
    assert bench.until_over() == pytest.approx(8.0, abs=0.3)
    bench.car.end(weak)
    bench.car.begin("low-voltage", {"volts": 8.5})
    assert bench.do(WINDOW, 0) == ["rejected low-voltage"]
    assert bench.do(LIGHT, True) == ["accepted", "succeeded"]


def test_a_voltage_that_drops_leaves_the_window_where_it_is() -> None:
    bench = Bench()
    bench.tell(WINDOW, 100)
    bench.pass_(2.0)
    bench.car.begin("low-voltage", {"volts": 8.5})
    bench.until_over()
    assert bench.said[-1] == "failed low-voltage"
    assert 40 < bench.value(WINDOW) < 60


def test_a_window_that_is_moved_by_hand_goes_on_from_there() -> None:
    bench = Bench()
    bench.tell(WINDOW, 100)
    bench.pass_(1.0)
    bench.car.put(WINDOW, 90)
    assert bench.until_over() < 0.6
    assert (bench.said[-1], bench.value(WINDOW)) == ("succeeded", 100)


@pytest.mark.parametrize(("begin", "wanted"), [(0.0, 100.0), (100.0, 0.0), (-100.0, 0.0), (30.0, 30.0)])
def test_a_free_movement_ends_where_it_is_wanted(begin: float, wanted: float) -> None:
    motion = Motion(begin, wanted, reverses=10)
    steps = 0
    while not motion.advance(7.0):
        steps += 1
        assert steps < 100
    assert (motion.here, motion.blocked, motion.progress) == (wanted, False, 1.0)
