"""Confidences are made what they say, and the curve shows whether they are."""

from __future__ import annotations

import random

import pytest

from cockpit.nlu.confidence import Evidence
from cockpit.types import Act
from models.eval.calibration import PRIOR, Alone, Said, acts_alone, fitted, reliability
from models.eval.sets import Row, Wanted
from tests.unit.cli.considered import candidate, consideration

WEIGHTS = (0.9, 0.6, 0.3, 0.2, 1.5, -0.8, 0.1)


def heard(count: int = 8000) -> list[Alone]:
    """Acts that are right as often as the weights say."""
    rng = random.Random(1)
    acts = []
    for _ in range(count):
        evidence = Evidence(*(rng.uniform(0.02, 0.98) for _ in range(5)), mended=rng.random() < 0.3)
        acts.append(Alone(evidence, rng.random() < evidence.confidence(WEIGHTS)))
    return acts


def fit(acts: list[Alone], counts: list[float] | None = None) -> tuple[float, ...]:
    measures, right = [one.evidence.measures for one in acts], [one.right for one in acts]
    return fitted(measures, right, counts or [1.0] * len(acts))


def test_the_fit_finds_what_the_evidence_is_worth() -> None:
    assert fit(heard()) == pytest.approx(WEIGHTS, abs=0.15)


def test_acts_of_no_weight_do_not_count() -> None:
    said = heard()
    wrong = [Alone(Evidence(0.9, 0.9, 0.9, 0.9), right=False)] * 5000
    assert fit([*said, *wrong], [1.0] * len(said) + [0.0] * 5000) == fit(said)


def test_few_acts_hardly_move_the_weights() -> None:
    assert fit([Alone(Evidence(0.9, 0.9, 0.9, 0.9), right=True)]) == pytest.approx(PRIOR, abs=0.3)


def test_acts_that_the_network_alone_vouches_for() -> None:
    act, other = Act("ac.on", text="ac on"), Act("fan.on", text="fan on")
    proposed = tuple(candidate(one.text, (0, 2), {one.intent: 0.9}) for one in (act, other))
    rows = [Row("ac on, fan on", "en", (Wanted("ac.on", {}),))]
    found = consideration("ac on, fan on", "en", proposed, "network", "network_alone")
    got = [*acts_alone(rows, [found], [(act, other)])]
    assert [one.right for one in got] == [True, False]
    assert got[0].evidence == proposed[0].evidence
    vouched = consideration("ac on, fan on", "en", proposed, "both", "agreed")
    assert [*acts_alone(rows, [vouched], [(act, other)])] == []


def test_the_error_is_how_far_the_curve_lies_off() -> None:
    assert reliability([Said(0.95, right=True)] * 19 + [Said(0.95, right=False)])["ece"] == pytest.approx(0.0)
    assert reliability([Said(0.95, right=False)] * 20)["ece"] == pytest.approx(0.95)
