"""Everything that leads to an understanding, for whoever wants to see it."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.nlu.confidence import Evidence
from cockpit.nlu.grounding import Grounded
from cockpit.nlu.segments import Segment
from cockpit.nlu.tagger import Tagged
from cockpit.nlu.templates import TemplateReading
from cockpit.nlu.tokens import Token
from cockpit.types import Act, Lang, Understanding


@dataclass(frozen=True, slots=True)
class Candidate:
    """One act as the network proposes it."""

    segment: Segment
    grounded: Grounded
    evidence: Evidence
    act: Act


@dataclass(frozen=True, slots=True)
class Consideration:
    """Everything that led to an understanding, for `cockpit explain`. `chosen` is `network`, `both`, `templates` or
    `nothing`; `why` a key of the explanations in the language files. `mended` is what was looked at instead of what a
    recogniser wrote; empty where that was taken as it is."""

    tokens: tuple[Token, ...]
    tagged: Tagged | None
    candidates: tuple[Candidate, ...]
    reading: TemplateReading | None
    support: float
    chosen: str
    why: str
    understanding: Understanding
    mended: str = ""


@dataclass(frozen=True, slots=True)
class Utterance:
    """`text` as it came, `cleaned` as `tokens` count its places."""

    text: str
    cleaned: str
    tokens: tuple[Token, ...]
    lang: Lang
    expecting: str
