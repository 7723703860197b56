"""What a run came to: written as `run.json`, read by reports and compared with earlier runs."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from hil.trace import Record, Seen

Level = Literal["must", "should"]
"""A `must` that fails fails the run; a `should` is reported."""


class Finding(Record):
    """One expectation and whether it was met. `at_s` is when it was decided; `step` its place in the timeline."""

    step: int
    at_s: float
    level: Level
    ok: bool
    wanted: str
    """The expectation in words."""
    got: str = ""
    """What came instead, in words."""
    took_ms: float | None = None
    """From what it was counted from, where it has a `within_ms`."""
    budget_ms: float | None = None


class Claim(Record):
    """One thing that a reply says of the car or an app, against what the bus showed at that moment."""

    turn: str
    at_s: float
    text: str
    """The reply."""
    claimed: str
    """What it says, in terms of the bus: `Vehicle….Window = 40`, `app navigation.navigate succeeded`."""
    shown: str
    """What the bus had shown until then."""
    ok: bool


class Attempt(Record):
    """One time through a scenario."""

    number: int
    took_s: float
    entries: tuple[Seen, ...]
    findings: tuple[Finding, ...]
    claims: tuple[Claim, ...]
    error: str = ""
    """Why it could not be brought to its end (a broken rig, a service that did not come up); empty where it was."""

    @property
    def passed(self) -> bool:
        failed = any(not finding.ok and finding.level == "must" for finding in self.findings)
        return not self.error and not failed and all(claim.ok for claim in self.claims)


class ScenarioOutcome(Record):
    """A scenario with its attempts: pass^k holds when every one of the k passed."""

    id: str
    title: str
    file: str
    tags: tuple[str, ...]
    level: Level
    attempts: tuple[Attempt, ...]

    @property
    def passed(self) -> bool:
        return bool(self.attempts) and all(attempt.passed for attempt in self.attempts)


class Figure(Record):
    """One figure of a rig's budgets. `value` None means that it could not be had, which fails the run."""

    name: str
    unit: str
    value: float | None
    limit: float | None
    """None where it is reported only."""

    @property
    def ok(self) -> bool:
        return self.value is not None and (self.limit is None or self.value <= self.limit)


class RunOutcome(Record):
    """All of one `cockpit hil run`."""

    rig: str
    build: str
    """Version of the assistant, and the commit where it is known."""
    began: datetime
    took_s: float
    scenarios: tuple[ScenarioOutcome, ...]
    figures: tuple[Figure, ...] = Field(default_factory=tuple)

    @property
    def passed(self) -> bool:
        """Every `must` scenario passed, no reply claimed what was not so, and no budget was broken or unmeasured."""
        truthful = all(claim.ok for one in self.scenarios for attempt in one.attempts for claim in attempt.claims)
        musts = all(one.passed for one in self.scenarios if one.level == "must")
        return bool(self.scenarios) and truthful and musts and all(figure.ok for figure in self.figures)
