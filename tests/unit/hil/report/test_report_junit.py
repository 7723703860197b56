"""JUnit XML, read back by a library that CI tools use."""

from __future__ import annotations

from pathlib import Path

import pytest
from junitparser import Error, Failure, JUnitXml, Properties, Skipped, TestCase

from hil.report.junit import write_junit
from hil.scenario.outcome import Figure, RunOutcome
from tests.report_runs import attempt, everything, run, scenario


def written(outcome: RunOutcome, folder: Path) -> dict[str, TestCase]:
    file = folder / "run.xml"
    write_junit(outcome, file)
    return {case.name: case for suite in JUnitXml.fromfile(str(file)) for case in suite}


def test_the_counts_are_those_of_the_cases(tmp_path: Path) -> None:
    written(everything(), tmp_path)
    xml = JUnitXml.fromfile(str(tmp_path / "run.xml"))
    assert (xml.tests, xml.failures, xml.errors, xml.skipped) == (8, 4, 1, 1)
    before = [(suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) for suite in xml]
    assert before == [("scenarios", 5, 2, 1, 1), ("budgets", 3, 2, 0, 0)]
    for suite in xml:
        suite.update_statistics()
    assert [(suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) for suite in xml] == before


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("unsteady", Failure, "attempt 2: step 3: wanted reply done; got failed: 车窗没有动。"),
        ("lies", Failure, "attempt 1: false claim “车窗已打开。”: says Window = 100; the bus showed Window = 40"),
        ("breaks", Error, "attempt 1: rig-late: not online"),
        ("should-fails", Skipped, "should, not met: attempt 1: step 3: wanted reply done; got failed: 车窗没有动。"),
        ("memory", Failure, "memory: 1700 MB, limit 1600 MB"),
        ("jitter", Failure, "jitter: not measured, limit 5 ms"),
    ],
)
def test_what_did_not_pass_says_why_in_words(name: str, kind: type, words: str, tmp_path: Path) -> None:
    (verdict,) = written(everything(), tmp_path)[name].result
    assert (type(verdict), verdict.message) == (kind, words)


def test_what_passed_has_no_verdict_and_tells_what_was_said(tmp_path: Path) -> None:
    case = written(everything(), tmp_path)["passes"]
    assert case.is_passed
    assert (case.classname, case.time) == ("hil.scenarios.window", 4.0)
    assert "heard “打开车窗”, replied (done) “车窗已打开。”" in case.system_out
    assert {one.name: one.value for one in case.iterchildren(Properties) for one in one} == {
        "title": "打开车窗 passes",
        "level": "must",
        "tags": "zh window",
        "passed": "2 of 2",
    }


def test_a_false_claim_fails_even_where_the_scenario_only_should_pass(tmp_path: Path) -> None:
    outcome = run(scenario("lies", attempt(truth=False), level="should"))
    assert not outcome.passed
    (verdict,) = written(outcome, tmp_path)["lies"].result
    assert (type(verdict), verdict.type) == (Failure, "false-claim")


def test_a_scenario_that_was_not_run_is_an_error(tmp_path: Path) -> None:
    (verdict,) = written(run(scenario("a", attempts=())), tmp_path)["a"].result
    assert (type(verdict), verdict.message) == (Error, "it was not run")


def test_a_figure_without_a_limit_passes(tmp_path: Path) -> None:
    figure = Figure(name="jitter", unit="ms", value=4.0, limit=None)
    assert written(run(figures=(figure,)), tmp_path)["jitter"].is_passed


def test_what_no_xml_may_hold_is_replaced(tmp_path: Path) -> None:
    bad = attempt(error="it said \x00\x1b[31m<no> & \ud800 \U0001f600")
    (verdict,) = written(run(scenario("a", bad)), tmp_path)["a"].result
    assert verdict.message == "attempt 1: it said \ufffd\ufffd[31m<no> & \ufffd \U0001f600"
