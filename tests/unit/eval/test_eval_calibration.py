"""Confidences are made what they say, and the curve shows whether they are."""

from __future__ import annotations

import random
from math import exp, log

import pytest

from models.eval.calibration import Said, fitted, reliability


def overconfident(slope: float, offset: float, count: int = 6000) -> list[Said]:
    rng = random.Random(1)
    said = []
    for _ in range(count):
        confidence = rng.uniform(0.02, 0.98)
        right = 1 / (1 + exp(-(slope * log(confidence / (1 - confidence)) + offset)))
        said.append(Said(confidence, rng.random() < right))
    return said


@pytest.mark.parametrize(("slope", "offset"), [(1.0, 0.0), (0.5, -1.0), (1.6, 0.4)])
def test_the_fit_finds_how_far_confidence_is_off(slope: float, offset: float) -> None:
    said = overconfident(slope, offset)
    assert fitted(said, [1.0] * len(said)) == pytest.approx((slope, offset), abs=0.12)


def test_acts_of_no_weight_do_not_count() -> None:
    said = overconfident(1.0, 0.0)
    wrong = [Said(0.9, right=False)] * 5000
    assert fitted([*said, *wrong], [1.0] * len(said) + [0.0] * 5000) == pytest.approx((1.0, 0.0), abs=0.12)


def test_few_acts_hardly_move_the_confidence() -> None:
    assert fitted([Said(0.9, right=True)], [1.0]) == pytest.approx((1.0, 0.0), abs=0.2)


def test_the_error_is_how_far_the_curve_lies_off() -> None:
    assert reliability([Said(0.95, right=True)] * 19 + [Said(0.95, right=False)])["ece"] == pytest.approx(0.0)
    assert reliability([Said(0.95, right=False)] * 20)["ece"] == pytest.approx(0.95)
