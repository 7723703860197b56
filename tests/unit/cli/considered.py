"""Considerations made by hand, so that explanations can be tested without a trained network."""

from __future__ import annotations

import numpy as np

from cockpit.nlu.confidence import Evidence
from cockpit.nlu.consideration import Candidate, Consideration
from cockpit.nlu.grounding import Grounded
from cockpit.nlu.labels import COMPLEXITIES, KINDS
from cockpit.nlu.segments import Segment, SlotTag
from cockpit.nlu.tagger import Tagged
from cockpit.nlu.templates import TemplateReading
from cockpit.nlu.tokens import clean, tokenise
from cockpit.types import Act, Lang, SlotValue, Understanding

EMPTY = np.zeros((0, 0), np.float32)


def tagged(
    kind: str = "request",
    idle: float = 0.0,
    complete: float = 0.98,
    private: float = 0.03,
    pieces: tuple[str, ...] = (),
) -> Tagged:
    """A network that is sure of `kind` but for `idle`, which it takes for talk to somebody else."""
    kinds = dict.fromkeys(KINDS, 0.0) | {kind: 1.0 - idle, "not_addressed": idle}
    complexities = dict.fromkeys(COMPLEXITIES, 0.0) | {"simple": 1.0}
    return Tagged(EMPTY, EMPTY, EMPTY, EMPTY, kinds, complexities, complete, private, pieces)


def candidate(
    text: str,
    part: tuple[int, int],
    meanings: dict[str, float],
    slots: dict[str, SlotValue] | None = None,
    read: tuple[tuple[str, str], ...] = (),
    tags: tuple[SlotTag, ...] = (),
    missing: str = "",
) -> Candidate:
    """Tokens `part` of `text` with the meanings that the network gives them, the likeliest first."""
    tokens = tokenise(clean(text))
    segment = Segment(*part, tuple(meanings.items()), 0.98, tags)
    intent, sure = segment.meanings[0]
    said = clean(text)[tokens[part[0]].start : tokens[part[1] - 1].end]
    evidence = Evidence(sure, 1.0, 0.98, 1.0)
    return Candidate(
        segment, Grounded(slots or {}, read, missing), evidence, Act(intent, slots or {}, sure * 0.98, said)
    )


def consideration(
    text: str,
    lang: Lang,
    candidates: tuple[Candidate, ...],
    chosen: str,
    why: str,
    *,
    acts: tuple[Act, ...] | None = None,
    reading: TemplateReading | None = None,
    support: float = 0.0,
    network: Tagged | None = None,
) -> Consideration:
    """What was made of `text`: the candidates' acts unless others are given."""
    kept = tuple(c.act for c in candidates) if acts is None else acts
    understanding = Understanding(kept, lang, 0.9 if kept else 0.0, "" if kept else text)
    network = network or tagged()
    return Consideration(tokenise(clean(text)), network, candidates, reading, support, chosen, why, understanding)
