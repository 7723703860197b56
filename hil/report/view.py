"""What the page shows, as plain JSON: the overview of a run, and for each scenario what is drawn when it is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from math import isfinite
from statistics import median
from typing import Any

import numpy as np

from hil.report.compare import Comparison
from hil.report.faults import fault_spans
from hil.report.lanes import MEASURES, lane, language, turns
from hil.report.thinning import thinned
from hil.scenario.outcome import Attempt, RunOutcome, ScenarioOutcome

Json = dict[str, Any]

MOST_ENTRIES = 35_000
"""Entries of a whole page; each attempt has an equal share."""
SHARE = (60, 1500)
"""The least and the most that one attempt has of them."""
LONGEST = 400
"""Letters of one text within an entry."""
MOST_ITEMS = 40
"""Items of one list or object within an entry."""
MOST_SHIFTS = 40
"""Changes of times shown one by one."""


def overview(run: RunOutcome, comparison: Comparison, sounds: Json) -> Json:
    """Everything but the insides of scenarios."""
    return {
        "rig": run.rig,
        "build": run.build,
        "began": run.began.isoformat(timespec="seconds"),
        "took_s": round(run.took_s, 1),
        "passed": run.passed,
        "figures": [
            {**figure.model_dump(), "ok": figure.ok, "earlier": comparison.figures.get(figure.name, ())}
            for figure in run.figures
        ],
        "stages": _stages(run, comparison),
        "comparison": _comparison(comparison),
        "scenarios": [_row(scenario, comparison) for scenario in run.scenarios],
        "sounds": sounds,
    }


def _row(scenario: ScenarioOutcome, comparison: Comparison) -> Json:
    history = comparison.histories[scenario.id]
    findings = [finding for attempt in scenario.attempts for finding in attempt.findings]
    claims = [claim for attempt in scenario.attempts for claim in attempt.claims]
    return {
        **scenario.model_dump(exclude={"attempts"}),
        "lang": language(scenario),
        "passed": scenario.passed,
        "attempts": [attempt.passed for attempt in scenario.attempts],
        "took_s": round(sum(attempt.took_s for attempt in scenario.attempts), 1),
        "findings": [sum(finding.ok for finding in findings), len(findings)],
        "claims": [sum(claim.ok for claim in claims), len(claims)],
        "why": _why(scenario),
        "became": history.became,
        "earlier": history.passed,
        "moved": sorted({shift.moved for shift in comparison.moved if shift.scenario == scenario.id}),
    }


def _why(scenario: ScenarioOutcome) -> str:
    """The gravest thing that is wrong with a scenario, in few words: what was claimed falsely, what broke, what was
    expected."""
    for attempt in scenario.attempts:
        if lie := next((claim for claim in attempt.claims if not claim.ok), None):
            return f"“{lie.text}” ≠ {lie.shown or '–'}"
    if error := next((attempt.error for attempt in scenario.attempts if attempt.error), ""):
        return error
    wrong = [one for attempt in scenario.attempts for one in attempt.findings if not one.ok]
    first = min(wrong, key=lambda one: one.level != "must", default=None)
    return f"{first.wanted} ≠ {first.got or '–'}" if first else ""


def _stages(run: RunOutcome, comparison: Comparison) -> list[Json]:
    """Milliseconds of each stage over all turns, by language."""
    now, before = _timings(run), [_timings(one) for one in comparison.runs]
    rows = []
    for (lang, stage), values in now.items():
        earlier = [value for one in before for value in one.get((lang, stage), ())]
        p95 = round(float(np.percentile(values, 95)), 1)
        row = {"lang": lang, "stage": stage, "count": len(values), "median": round(median(values), 1), "p95": p95}
        rows.append({**row, "earlier": round(median(earlier), 1) if earlier else None})
    return sorted(rows, key=lambda row: (row["lang"] != "zh", MEASURES.index(row["stage"])))


def _timings(run: RunOutcome) -> dict[tuple[str, str], list[float]]:
    found: dict[tuple[str, str], list[float]] = {}
    for scenario in run.scenarios:
        for attempt in scenario.attempts:
            for turn in turns(attempt.entries):
                for stage in MEASURES:
                    if stage in turn.timings:
                        found.setdefault((turn.lang, stage), []).append(turn.timings[stage])
    return found


def _comparison(comparison: Comparison) -> Json:
    moved = comparison.moved
    runs = [
        {
            "build": one.build,
            "began": one.began.isoformat(timespec="seconds"),
            "passed": one.passed,
            "scenarios": [sum(scenario.passed for scenario in one.scenarios), len(one.scenarios)],
        }
        for one in comparison.runs
    ]
    return {
        "runs": runs,
        "gone": list(comparison.gone),
        "compared": len(comparison.shifts),
        "moved": len(moved),
        "shifts": [{**asdict(one), "moved": one.moved} for one in moved[:MOST_SHIFTS]],
    }


class Names:
    """Every topic and other name of a page once; entries have its place in `all`."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, name: str) -> int:
        return self._places.setdefault(name, len(self._places))

    @property
    def all(self) -> list[str]:
        return [*self._places]


def inside(scenario: ScenarioOutcome, share: int, keys: Mapping[str, str], names: Names) -> Json:
    """One scenario's attempts; `keys` names the sound of a file."""
    return {"attempts": [_attempt(attempt, share, keys, names) for attempt in scenario.attempts]}


def share(run: RunOutcome) -> int:
    """Entries that one attempt may show."""
    attempts = sum(len(scenario.attempts) for scenario in run.scenarios)
    least, most = SHARE
    return max(least, min(most, MOST_ENTRIES // max(1, attempts)))


def _attempt(attempt: Attempt, share: int, keys: Mapping[str, str], names: Names) -> Json:
    shown = thinned(attempt.entries, share)
    entries = []
    for entry in shown.entries:
        data = _bounded(entry.data)
        if entry.source == "audio" and entry.data.get("file") in keys:
            data["sound"] = keys[entry.data["file"]]
        entries.append([round(entry.at_s, 4), lane(entry), names.place(entry.name), data])
    return {
        "number": attempt.number,
        "passed": attempt.passed,
        "took_s": round(attempt.took_s, 3),
        "error": attempt.error,
        "entries": entries,
        "seen": len(attempt.entries),
        "left_out": [(names.place(name), *counts) for name, counts in shown.left_out.items()],
        "turns": [asdict(turn) for turn in turns(attempt.entries)],
        "faults": [asdict(fault) for fault in fault_spans(attempt.entries)],
        "findings": [finding.model_dump() for finding in attempt.findings],
        "claims": [claim.model_dump() for claim in attempt.claims],
    }


def _bounded(value: Any) -> Any:
    """`value` with its long texts, lists and objects cut, each telling how much there was."""
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, str):
        return value if len(value) <= LONGEST else f"{value[:LONGEST]}… ({len(value)})"
    if isinstance(value, dict):
        kept: Json = {key: _bounded(value[key]) for key in list(value)[:MOST_ITEMS]}
        return kept if len(value) <= MOST_ITEMS else {**kept, "…": len(value)}
    if isinstance(value, list | tuple):
        items = [_bounded(one) for one in value[:MOST_ITEMS]]
        return items if len(value) <= MOST_ITEMS else [*items, f"… ({len(value)})"]
    return value
