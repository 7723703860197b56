"""What a scenario file may say; `docs/scenarios.md` explains it with examples.

A scenario is in one language when it gets here: `load.py` has made one of it for each language it names.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, model_validator

from cockpit.types import Lang, Zone
from hil.scenario.expectations import Expectation, Expected
from hil.scenario.outcome import Level
from hil.scenario.steps import (
    Cancel,
    Drive,
    Inject,
    Mend,
    Part,
    Put,
    Restart,
    Say,
    Send,
    Values,
    Wait,
)

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
    given: Values = Field(default_factory=dict)
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
