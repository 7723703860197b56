"""A run as JUnit XML, as CI servers read it: one test case a scenario, one a budget.

What fails the run is a `failure`; what could not be brought to its end an `error`; a `should` that was not met is
`skipped` with its reason, because it fails nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from hil.report.lanes import turns
from hil.scenario.outcome import Attempt, Figure, RunOutcome, ScenarioOutcome

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may hold, not even escaped."""


def write_junit(run: RunOutcome, file: Path) -> None:
    suites = ET.Element("testsuites", name=f"cockpit hil on {_clean(run.rig)}")
    scenarios = _suite(suites, "scenarios", run)
    for scenario in run.scenarios:
        _scenario(scenarios, scenario)
    budgets = _suite(suites, "budgets", run)
    for figure in run.figures:
        _figure(budgets, figure)
    for suite in (scenarios, budgets):
        _count(suite)
    _count(suites)
    scenarios.set("time", f"{run.took_s:.3f}")
    suites.set("time", f"{run.took_s:.3f}")
    ET.indent(suites)
    ET.ElementTree(suites).write(file, "utf-8", xml_declaration=True)


def _suite(parent: ET.Element, name: str, run: RunOutcome) -> ET.Element:
    suite = ET.SubElement(parent, "testsuite", name=name, hostname=_clean(run.rig))
    suite.set("timestamp", run.began.isoformat(timespec="seconds"))
    _properties(suite, {"rig": run.rig, "build": run.build})
    return suite


def _properties(parent: ET.Element, of: dict[str, str]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in of.items():
        ET.SubElement(properties, "property", name=name, value=_clean(value))


def _scenario(suite: ET.Element, scenario: ScenarioOutcome) -> None:
    took_s = sum(attempt.took_s for attempt in scenario.attempts)
    case = ET.SubElement(suite, "testcase", name=_clean(scenario.id), classname=_classname(scenario.file))
    case.set("time", f"{took_s:.3f}")
    case.set("file", _clean(scenario.file))
    passed = sum(attempt.passed for attempt in scenario.attempts)
    of = {"title": scenario.title, "level": scenario.level, "tags": " ".join(scenario.tags)}
    _properties(case, {**of, "passed": f"{passed} of {len(scenario.attempts)}"})
    _verdict(case, scenario)
    ET.SubElement(case, "system-out").text = _clean("\n".join(_account(scenario)))


def _classname(file: str) -> str:
    return _clean(re.sub(r"\.ya?ml$", "", file).replace("/", "."))


def _verdict(case: ET.Element, scenario: ScenarioOutcome) -> None:
    if scenario.passed:
        return
    wrong = [f"attempt {attempt.number}: {what}" for attempt in scenario.attempts for what in _wrong(attempt)]
    message = wrong[0] if wrong else "it was not run"
    lies = any(not claim.ok for attempt in scenario.attempts for claim in attempt.claims)
    errors = any(attempt.error for attempt in scenario.attempts) or not scenario.attempts
    if scenario.level == "should" and not lies:
        ET.SubElement(case, "skipped", message=_clean(f"should, not met: {message}"))
        return
    kind = "false-claim" if lies else "not-ended" if errors else "expectation"
    element = ET.SubElement(case, "error" if kind == "not-ended" else "failure", type=kind, message=_clean(message))
    element.text = _clean("\n".join(wrong))


def _wrong(attempt: Attempt) -> Iterator[str]:
    """Lies first: each of them fails the run, whatever the scenario's level."""
    for claim in attempt.claims:
        if not claim.ok:
            yield f"false claim “{claim.text}”: says {claim.claimed}; the bus showed {claim.shown or 'nothing'}"
    if attempt.error:
        yield attempt.error
    for finding in attempt.findings:
        if not finding.ok and finding.level == "must":
            yield f"step {finding.step}: wanted {finding.wanted}{_instead(finding.got)}"


def _instead(got: str) -> str:
    return f"; got {got}" if got else ""


def _account(scenario: ScenarioOutcome) -> Iterator[str]:
    """What was said and answered, in words, and each `should` that was not met."""
    for attempt in scenario.attempts:
        yield f"attempt {attempt.number}: {'passed' if attempt.passed else 'failed'} in {attempt.took_s:.1f} s"
        for turn in turns(attempt.entries):
            yield f"  heard “{turn.heard}”, replied ({turn.kind}) “{turn.reply}”"
        for finding in attempt.findings:
            if not finding.ok and finding.level == "should":
                yield f"  should, not met: {finding.wanted}{_instead(finding.got)}"


def _figure(suite: ET.Element, figure: Figure) -> None:
    case = ET.SubElement(suite, "testcase", name=_clean(figure.name), classname="budgets", time="0")
    limit = "none" if figure.limit is None else f"{figure.limit:g} {figure.unit}"
    value = "not measured" if figure.value is None else f"{figure.value:g} {figure.unit}"
    _properties(case, {"value": value, "limit": limit})
    if not figure.ok:
        kind = "not-measured" if figure.value is None else "over-budget"
        ET.SubElement(case, "failure", type=kind, message=_clean(f"{figure.name}: {value}, limit {limit}"))


def _count(element: ET.Element) -> None:
    cases: Iterable[ET.Element] = [*element.iter("testcase")]
    element.set("tests", str(sum(1 for _ in cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(sum(case.find(tag) is not None for case in cases)))


def _clean(text: str) -> str:
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
