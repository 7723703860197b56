"""What a scenario file may say. Unknown keys are errors; `docs/scenarios.md` explains it with examples.

A scenario is in one language when it gets here: `load.py` has made one of it for each language it names.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from cockpit.types import Lang, ReplyKind, Scalar, Zone
from hil.scenario.comparison import Wanted
from hil.scenario.outcome import Level

Path = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.*?]+$")]
"""A VSS path; `*` stands for any part of one where an expectation names it."""
Paths = dict[str, Scalar]
Seconds = Annotated[float, Field(ge=0, le=3600)]
Milliseconds = Annotated[float, Field(gt=0, le=3_600_000)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(Part):
    """What all steps share."""

    name: str = ""
    """By which an expectation (`after`) or `mend` refers to this step."""
    at: Seconds | None = None
    """Seconds from the beginning of the timeline; without it the step comes when the one before it is over."""


class Voiced(Part):
    """How a text is spoken: by a voice of the board, with noise under it."""

    noise: Literal["none", "car", "engine", "babble"] = "none"
    snr_db: Annotated[float, Field(ge=-20, le=60)] = 20.0
    speed_km_h: Annotated[float, Field(ge=0, le=250)] = 100.0
    """At which the car's noise is made."""


class Say(Step):
    """Something is said to the assistant: typed, or aloud where `wav` or `voice` is there."""

    say: Annotated[str, Field(min_length=1, max_length=1000)]
    """The words; with `wav` what is said in it."""
    wav: str = ""
    """A recording, beside the scenario's file."""
    voice: Voiced | None = None
    zone: Zone | None = None
    """The seat; the scenario's own when it is not told."""
    told_lang: bool = True
    """Whether a typed request says in which language it is."""
    answered: bool = True
    """Whether exactly one reply and one end of turn must follow, as the contract wants it."""
    waits: bool = True
    """Whether the turn before it must have ended; with `at` it never waits."""


class Put(Step):
    """Signals get values, as the world outside would give them."""

    put: Paths


class Drive(Step):
    drive: str
    """A drive cycle from now on; `stand` stops it."""


class Inject(Step):
    """A fault begins."""

    fault: str
    args: dict[str, Any] = Field(default_factory=dict, alias="with")


class Mend(Step):
    mend: str
    """The name of the step that began the fault, or `all`."""


class Cancel(Step):
    cancel: Zone | Literal["all"]


class Wait(Step):
    wait: Seconds | str
    """So many seconds, or an event's type: until the last thing that was said has come so far."""


class Restart(Step):
    restart: Literal["clean", "kill"]
    """The assistant is stopped (or killed as by `kill -9`) and started again."""


class Send(Step):
    """A message from somewhere else, below `cockpit/{vid}/`: a road event, a report of the link. Without an
    `id` it gets a new one."""

    send: str
    payload: dict[str, Any]


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

VERBS = ("say", "put", "drive", "fault", "mend", "cancel", "wait", "restart", "send", "expect")


def _verb(step: Any) -> str | None:
    """Which of the verbs a step has; none where it has several or none."""
    held = [verb for verb in VERBS if (verb in step if isinstance(step, dict) else hasattr(step, verb))]
    return held[0] if len(held) == 1 else None


AnyStep = Annotated[
    Annotated[Say, Tag("say")]
    | Annotated[Put, Tag("put")]
    | Annotated[Drive, Tag("drive")]
    | Annotated[Inject, Tag("fault")]
    | Annotated[Mend, Tag("mend")]
    | Annotated[Cancel, Tag("cancel")]
    | Annotated[Wait, Tag("wait")]
    | Annotated[Restart, Tag("restart")]
    | Annotated[Send, Tag("send")]
    | Annotated[Expected, Tag("expect")],
    Discriminator(
        _verb,
        custom_error_type="verb",
        custom_error_message="a step has exactly one of " + ", ".join(VERBS),
    ),
]


class Scenario(Part):
    """One scenario in one language."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    title: str
    lang: Lang
    zone: Zone = "driver"
    tags: list[str] = Field(default_factory=list)
    level: Level = "must"
    repeat: Annotated[int, Field(ge=1, le=1000)] = 1
    given: Paths = Field(default_factory=dict)
    """Signals that are not at their default when it begins."""
    deadline_s: Annotated[float, Field(gt=0, le=600)] = 15.0
    """How long anything is waited for where no `within_ms` or `for_ms` says more."""
    timeline: Annotated[list[AnyStep], Field(min_length=1)]

    @model_validator(mode="after")
    def _named(self) -> Scenario:
        """Names are given before they are used, and times go forward."""
        known: set[str] = set()
        now = 0.0
        for step in self.timeline:
            used = step.after if isinstance(step, Expectation) else step.mend if isinstance(step, Mend) else ""
            if used and used not in known | {"all"}:
                raise ValueError(f"no step before it is named {used!r}")
            if step.at is not None and step.at < now:
                raise ValueError(f"at: {step.at:g} comes after at: {now:g}")
            if step.name in known:
                raise ValueError(f"two steps are named {step.name!r}")
            now = step.at if step.at is not None else now
            known |= {step.name} - {""}
        return self

    @property
    def all_tags(self) -> tuple[str, ...]:
        """Those of the file, and what can be seen: language, level, faults, whether something is said aloud."""
        says = [step for step in self.timeline if isinstance(step, Say)]
        seen = [step.fault for step in self.timeline if isinstance(step, Inject)]
        seen += ["voice"] if any(say.wav or say.voice for say in says) else []
        return tuple(dict.fromkeys([self.lang, self.level, *self.tags, *seen]))
