"""What a faulty car does and says, without a bus and on virtual time."""

from __future__ import annotations

import pytest

from cockpit.types import Scalar
from hil.vehicle.state import another
from tests.unit.hil.car_bench import LIGHT, OTHER_WINDOW, PROFILE, SPEED, SUNROOF, TEMPERATURE, TRUNK, WINDOW, Bench


def test_a_refusal_bears_its_code_and_concerns_its_paths_only() -> None:
    bench = Bench()
    name = bench.car.begin("reject", {"path": "*.Window.Position", "code": "busy"})
    assert bench.do(WINDOW, 10) == ["rejected busy"]
    assert bench.do(LIGHT, True) == ["accepted", "succeeded"]
    bench.car.end(name)
    assert bench.do(WINDOW, 10) == ["accepted", "succeeded"]


@pytest.mark.parametrize(
    ("path", "value", "expired", "said"),
    [
        (SPEED, 10.0, False, "rejected not-an-actuator"),
        ("Vehicle.Fridge", True, False, "rejected not-an-actuator"),
        (WINDOW, 101, False, "rejected wrong-range"),
        (WINDOW, None, False, "rejected wrong-type"),
        (WINDOW, [], False, "rejected wrong-type"),
        (SUNROOF, "AJAR", False, "rejected wrong-value"),
        (WINDOW, 10, True, "expired too-old"),
    ],
)
def test_what_is_wrong_is_not_done(path: str, value: object, expired: bool, said: str) -> None:
    bench = Bench()
    before = dict(bench.car.values)
    bench.tell(path, value, expired=expired)
    bench.pass_(1)
    assert bench.said == [said]
    assert bench.car.values == before


def test_a_control_unit_refuses_by_itself_what_is_dangerous() -> None:
    bench = Bench()
    bench.car.put(SPEED, 50.0)
    assert bench.do(TRUNK, True) == ["rejected refused"]
    bench.car.put(SPEED, 0.0)
    assert bench.do(TRUNK, True) == ["accepted", "succeeded"]


def test_silence_is_silent() -> None:
    bench = Bench()
    bench.car.begin("never-answer", {"path": WINDOW})
    bench.tell(WINDOW, 100)
    bench.pass_(10)
    assert (bench.said, bench.value(WINDOW)) == ([], 0)


def test_half_way_is_where_it_stands_whatever_it_says() -> None:
    bench = Bench()
    honest = bench.car.begin("half-way", {"share": 0.4})
    assert bench.do(WINDOW, 100) == ["accepted", "failed obstacle"]
    assert bench.value(WINDOW) == 40
    assert bench.do(TEMPERATURE, 19) == ["accepted", "failed obstacle"]
    assert bench.value(TEMPERATURE) == 22.0
    assert bench.do(LIGHT, True) == ["accepted", "failed obstacle"]
    assert bench.value(LIGHT) is False
    bench.car.end(honest)
    bench.car.begin("half-way", {"reports": "succeeded"})
    assert bench.do(OTHER_WINDOW, 100) == ["accepted", "succeeded"]
    assert bench.value(OTHER_WINDOW) == 50


@pytest.mark.parametrize(
    ("path", "told"), [(WINDOW, 50), (WINDOW, 100), (LIGHT, True), (TEMPERATURE, 22.0), (SUNROOF, "OPEN")]
)
def test_another_value_is_one_the_signal_can_have(path: str, told: Scalar) -> None:
    assert PROFILE.signals[path].fault(another(PROFILE.signals[path], told)) == ""
    bench = Bench()
    bench.car.begin("wrong-value", {"path": path})
    assert bench.do(path, told) == ["accepted", "succeeded"]
    assert bench.value(path) != told


def test_a_wrong_value_can_be_named() -> None:
    bench = Bench()
    bench.car.begin("wrong-value", {"path": WINDOW, "value": 30})
    assert bench.do(WINDOW, 80) == ["accepted", "succeeded"]
    assert bench.value(WINDOW) == 30


def test_late_is_done_all_the_same() -> None:
    bench = Bench()
    bench.car.begin("late", {"path": LIGHT, "s": 7})
    bench.tell(LIGHT, True)
    bench.pass_(6.9)
    assert (bench.said, bench.value(LIGHT)) == (["accepted"], False)
    bench.pass_(0.5)
    assert (bench.said, bench.value(LIGHT)) == (["accepted", "succeeded"], True)


def test_results_come_more_than_once() -> None:
    bench = Bench()
    bench.car.begin("duplicate-result", {"times": 3})
    assert bench.do(LIGHT, True) == ["accepted", "succeeded", "succeeded", "succeeded"]


def test_a_stuck_part_claims_success() -> None:
    bench = Bench()
    bench.car.begin("stuck")
    assert bench.do(WINDOW, 50) == ["accepted", "succeeded"]
    assert bench.value(WINDOW) == 0
