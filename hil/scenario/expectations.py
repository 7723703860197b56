"""What can be expected. Unknown keys are errors."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from cockpit.types import ReplyKind
from hil.scenario.comparison import Wanted
from hil.scenario.outcome import Level
from hil.scenario.steps import Step

Path = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.*?]+$")]
"""A VSS path; `*` stands for any part of one."""
Milliseconds = Annotated[float, Field(gt=0, le=3_600_000)]


class Expectation(Step):
    """What all expectations share. What is expected must come after the last `say` (or the step named by `after`)
    began, and `within_ms` counts from the moment at which it was said."""

    level: Level = "must"
    after: str = ""
    within_ms: Milliseconds | None = None
    absent: bool = False
    """That it does not come: for `for_ms`, or else until the turn ended."""
    for_ms: Milliseconds | None = None
    count: Annotated[int, Field(ge=1)] | None = None
    """Exactly so many until the turn ended (or for `for_ms`); at least one where it is not told."""

    @model_validator(mode="after")
    def _consistent(self) -> Expectation:
        if self.absent and (self.within_ms is not None or self.count is not None):
            raise ValueError("what is absent has no within_ms and no count")
        if self.for_ms is not None and not (self.absent or self.count):
            raise ValueError("for_ms goes with absent or count")
        return self


class Heard(Expectation):
    """What was recognised and understood."""

    expect: Literal["heard"]
    text: Wanted | None = None
    intents: list[str] | None = None
    """Exactly these, in order."""

    @model_validator(mode="after")
    def _one(self) -> Heard:
        if (self.text is None) == (self.intents is None):
            raise ValueError("heard wants a text or intents, one of them")
        return self


class SetSent(Expectation):
    """A wanted value on the bus."""

    expect: Literal["set"]
    path: Path = "*"
    value: Wanted | None = None


class ResultCame(Expectation):
    """What the vehicle answered to a set of this turn."""

    expect: Literal["result"]
    path: Path = "*"
    status: Wanted
    code: Wanted | None = None


class StateIs(Expectation):
    """A signal as the bus shows it: now, or at some time until the deadline."""

    expect: Literal["state"]
    path: Path
    value: Wanted


class CarIs(Expectation):
    """A signal as the car itself holds it, whatever it reports."""

    expect: Literal["car"]
    path: Path
    value: Wanted


class AppAsked(Expectation):
    """A request to an app; `status` asks for the app's answer instead."""

    expect: Literal["app"]
    app: str
    action: str = "*"
    args: dict[str, Wanted] = Field(default_factory=dict)
    status: Wanted | None = None


class Spoken(Expectation):
    """The reply."""

    expect: Literal["spoken"]
    kind: ReplyKind | list[ReplyKind] | None = None
    says: str | list[str] = Field(default_factory=list)
    """All of these are in it, whatever the punctuation and case."""
    not_says: str | list[str] = Field(default_factory=list)


class Sounded(Expectation):
    """The reply is heard: its first sound."""

    expect: Literal["sound"]


class EventCame(Expectation):
    """An event of the assistant, of whatever turn."""

    expect: Literal["event"]
    type: str
    fields: dict[str, Wanted] = Field(default_factory=dict)


Expected = Annotated[
    Heard | SetSent | ResultCame | StateIs | CarIs | AppAsked | Spoken | Sounded | EventCame,
    Field(discriminator="expect"),
]
