"""What is known at the moment at which it is decided who answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from cockpit.types import DialogAct, Understanding

PrivacyClass = Literal[
    "none", "contacts", "messages", "calendar", "places", "trips", "positions", "plates", "phone_numbers", "voice",
    "identity", "personal", "unsure",
]  # fmt: skip
"""What kind of private thing a text holds: `identity` are e-mail addresses, numbers of papers, accounts and passwords,
`personal` what is about the speaker or their people otherwise, `unsure` that something only seems to be private."""

LinkLevel = Literal["none", "weak", "good"]
Thermal = Literal["normal", "warm", "hot"]


@dataclass(frozen=True, slots=True)
class Link:
    """The way to the cloud, as last estimated. `rtt_ms` is None where nothing came back lately; `loss` is 0..1."""

    level: LinkLevel = "none"
    rtt_ms: float | None = None
    loss: float = 0.0


@dataclass(frozen=True, slots=True)
class Situation:
    """One part of a request, and the state of everything that could answer it.

    `sure`, `confidence`, `kind` and `complexity` are tier 0's judgement (`types.Understanding`); `reads` tells that its
    acts only ask for values of the car, `doubtful` that it must ask before it acts. `manual` is how well the owner's
    manual fits, 0..1. Money and price are in the policy's currency; `money_left` None is no limit. Times are seconds:
    `elapsed_s` since the request ended, `left_s` until the turn's deadline. `free_mb` None is unknown.
    """

    sure: bool = False
    doubtful: bool = False
    reads: bool = False
    confidence: float = 0.0
    kind: DialogAct = ""
    complexity: str = ""
    privacy: PrivacyClass = "unsure"
    manual: float = 0.0
    link: Link = Link()
    metered: bool = False
    money_left: float | None = None
    price: float = 0.0
    elapsed_s: float = 0.0
    left_s: float = 12.0
    thermal: Thermal = "normal"
    free_mb: float | None = None
    local_ready: bool = False
    cloud_ready: bool = False
    kill_switch: bool = False


READING = (".read", ".query", ".ask")
"""How intents end that only ask for the car's values."""


def situated(understood: Understanding, now: Situation, *, asked: bool = False) -> Situation:
    """`now` with tier 0's judgement of one part; what is private is for `PrivacyJudge` to say. `asked` parts are what
    tier 0 cannot answer, so that its acts count for nothing."""
    acts = () if asked else understood.acts
    talk = understood.complexity == "talk"
    return replace(
        now,
        sure=understood.sure and not asked,
        doubtful=any(act.doubtful for act in acts),
        reads=bool(acts) and all(act.intent.endswith(READING) for act in acts),
        confidence=understood.confidence,
        kind="chat" if asked else understood.kind,
        complexity="knowledge" if asked and not talk else understood.complexity,
    )
