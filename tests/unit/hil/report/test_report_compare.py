"""Runs against each other."""

from __future__ import annotations

import numpy as np
import pytest

from hil.report.compare import compared, shift
from hil.scenario.outcome import Figure
from tests.report_runs import attempt, run, scenario

BAD = attempt(ok=False)


def test_each_scenario_is_told_by_what_became_of_it() -> None:
    before = run(scenario("kept"), scenario("broke"), scenario("mended", BAD), scenario("bad", BAD), scenario("gone"))
    now = run(
        scenario("kept"), scenario("broke", BAD), scenario("mended"), scenario("bad", BAD), scenario("new"), hours=1
    )
    found = compared(now, [before])
    assert {name: history.became for name, history in found.histories.items()} == {
        "kept": "",
        "broke": "new failure",
        "mended": "fixed",
        "bad": "still failing",
        "new": "new",
    }
    assert found.gone == ("gone",)
    assert found.became("new failure") == ["broke"]


def test_the_newest_earlier_run_decides_in_whatever_order_they_are_given() -> None:
    first, second = run(scenario("a", BAD)), run(scenario("a"), hours=1)
    found = compared(run(scenario("a", BAD), hours=2), [second, first])
    assert found.histories["a"].became == "new failure"
    assert found.histories["a"].passed == ((0, 1), (1, 1))


def test_a_run_that_left_a_scenario_out_does_not_hide_what_it_did_before() -> None:
    runs = [run(scenario("a")), run(scenario("b"), hours=1)]
    found = compared(run(scenario("a", BAD), hours=2), runs)
    assert found.histories["a"].became == "new failure"
    assert found.histories["a"].passed == ((1, 1), None)


def test_without_earlier_runs_nothing_is_new() -> None:
    found = compared(run(scenario("a", BAD)), [])
    assert found.histories["a"].became == ""
    assert found.shifts == ()


def test_a_figure_is_compared_only_in_its_own_unit() -> None:
    before = run(figures=(Figure(name="memory", unit="MB", value=900.0, limit=None),))
    other = run(hours=1, figures=(Figure(name="memory", unit="GB", value=0.9, limit=None),))
    now = run(hours=2, figures=(Figure(name="memory", unit="MB", value=950.0, limit=None),))
    assert compared(now, [before, other]).figures == {"memory": (900.0, None)}


@pytest.mark.parametrize(
    ("now", "earlier", "moved"),
    [
        ([400, 410, 420], [300, 305, 310], "slower"),
        ([300, 305, 310], [400, 410, 420], "faster"),
        ([315, 316, 317], [300, 301, 302], ""),  # less than 20 ms
        ([1090, 1091, 1092], [1000, 1001, 1002], ""),  # less than 10 %
        ([300, 400, 500], [250, 300, 350], ""),  # within the noise
        ([900, 900], [300, 300, 300], ""),  # too few
        ([900, 900, 900], [300], ""),
    ],
)
def test_a_median_has_moved_by_the_rule(now: list[float], earlier: list[float], moved: str) -> None:
    assert shift("a", "x", now, earlier).moved == moved


def test_a_slower_stage_is_found_in_a_run() -> None:
    def three(ms: float) -> list[float]:
        return [ms, ms + 3, ms + 6]

    before = run(scenario("a", *(attempt(n, hear_ms=ms) for n, ms in enumerate(three(300)))))
    now = run(scenario("a", *(attempt(n, hear_ms=ms) for n, ms in enumerate(three(390)))), hours=1)
    assert [(one.what, one.moved) for one in compared(now, [before]).moved] == [("turn 1: hear", "slower")]


@pytest.mark.parametrize("spread", [0.05, 0.15, 0.3])
def test_mere_noise_is_seldom_flagged(spread: float) -> None:
    """Three figures against three, which is the least that is compared, in log-normal noise of that spread."""
    chance = np.random.default_rng(6)
    drawn = 400.0 * np.exp(spread * chance.standard_normal((4000, 6)))
    flagged = sum(bool(shift("a", "x", row[:3].tolist(), row[3:].tolist()).moved) for row in drawn)
    assert flagged / len(drawn) < 0.02
