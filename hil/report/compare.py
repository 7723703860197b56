"""This run against earlier ones: what newly fails, what is mended, what became slower or faster.

The rule for times: a median has moved when it changed by more than 10 %, by more than 20 ms, and by more than 2.5 times
the noise; noise is what nine of ten figures of both sides keep within of their own side's median. Fewer than three
figures on either side move nothing. A test holds that mere noise is flagged less than twice in a hundred times even
with three figures against three.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

import numpy as np

from hil.report.lanes import latencies
from hil.scenario.outcome import Figure, RunOutcome, ScenarioOutcome

SHARE = 0.10
LEAST_MS = 20.0
NOISES = 2.5
FEWEST = 3
"""Figures needed on either side."""

Moved = Literal["slower", "faster", ""]
Became = Literal["new failure", "fixed", "still failing", "new", ""]


@dataclass(frozen=True, slots=True)
class Shift:
    """Two sets of figures of one measure, in milliseconds."""

    scenario: str
    what: str
    now: float
    """Median of this run."""
    earlier: float
    """Median of all earlier runs."""
    noise: float
    counts: tuple[int, int]
    """Figures of this run and of the earlier ones."""

    @property
    def moved(self) -> Moved:
        change = self.now - self.earlier
        bound = max(LEAST_MS, SHARE * abs(self.earlier), NOISES * self.noise)
        if min(self.counts) < FEWEST or abs(change) <= bound:
            return ""
        return "slower" if change > 0 else "faster"


@dataclass(frozen=True, slots=True)
class History:
    """How one scenario did: passed and all attempts in each earlier run, oldest first; None where it was not run."""

    became: Became
    passed: tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`runs` are the earlier ones, oldest first. `gone` are scenarios of the newest of them that were not run now."""

    runs: tuple[RunOutcome, ...]
    histories: dict[str, History]
    gone: tuple[str, ...]
    shifts: tuple[Shift, ...]
    figures: dict[str, tuple[float | None, ...]]
    """Values of a budget's figure in the earlier runs."""

    def became(self, kind: Became) -> list[str]:
        return [name for name, history in self.histories.items() if history.became == kind]

    @property
    def moved(self) -> list[Shift]:
        """What became slower or faster, the largest change first."""
        return sorted((one for one in self.shifts if one.moved), key=lambda one: -abs(one.now - one.earlier))


def compared(run: RunOutcome, earlier: Sequence[RunOutcome]) -> Comparison:
    runs = tuple(sorted(earlier, key=lambda one: one.began))
    by_id = [{one.id: one for one in before.scenarios} for before in runs]
    histories = {one.id: _history(one, [before.get(one.id) for before in by_id]) for one in run.scenarios}
    gone = tuple(name for name in (by_id[-1] if by_id else {}) if name not in histories)
    figures = {one.name: tuple(_value(one, before) for before in runs) for one in run.figures}
    return Comparison(runs, histories, gone, _shifts(run, runs), figures)


def _history(now: ScenarioOutcome, before: Sequence[ScenarioOutcome | None]) -> History:
    counts = tuple(
        None if one is None else (sum(it.passed for it in one.attempts), len(one.attempts)) for one in before
    )
    last = next((one for one in reversed(before) if one is not None), None)
    became: Became
    if last is None:
        became = "new" if before else ""
    elif now.passed:
        became = "" if last.passed else "fixed"
    else:
        became = "new failure" if last.passed else "still failing"
    return History(became, counts)


def _passed(scenario: ScenarioOutcome) -> tuple[int, int]:
    return sum(attempt.passed for attempt in scenario.attempts), len(scenario.attempts)


def _value(figure: Figure, run: RunOutcome) -> float | None:
    return next((one.value for one in run.figures if (one.name, one.unit) == (figure.name, figure.unit)), None)


def _shifts(run: RunOutcome, runs: Sequence[RunOutcome]) -> tuple[Shift, ...]:
    before: dict[tuple[str, str], list[float]] = {}
    for one in runs:
        for key, values in latencies(one).items():
            before.setdefault(key, []).extend(values)
    return tuple(shift(key[0], key[1], values, before[key]) for key, values in latencies(run).items() if key in before)


def shift(scenario: str, what: str, now: Sequence[float], earlier: Sequence[float]) -> Shift:
    """Neither side may be empty."""
    away = [abs(value - median(side)) for side in (now, earlier) for value in side]
    noise = float(np.percentile(away, 90))
    return Shift(scenario, what, median(now), median(earlier), noise, (len(now), len(earlier)))
