"""A request of several parts taken apart, so that each goes to the tier that fits it.

"导航去虹桥机场，顺便讲讲那边有什么好吃的，把空调调低点": two acts for tier 0, and a question that it cannot
answer. Tier 0 is asked about each clause by itself, since one question in a sentence spoils its judgement of the whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from cockpit.types import Lang, Understanding
from cockpit.yamlfile import read_yaml

LANGUAGES = Path(__file__).parent.parent / "language"
MAX_CLAUSES = 8
"""A text with more of them is no request; it is left whole."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part in the order spoken. `asked` tells that it was split off as something that tier 0 cannot answer,
    whatever acts it saw in it; `before` then is the part with acts that it speaks of ("what is good to eat there"),
    None where it stands by itself."""

    text: str
    understood: Understanding
    asked: bool = False
    before: Part | None = None


@dataclass(frozen=True, slots=True)
class _Words:
    joints: re.Pattern[str]
    talk: re.Pattern[str]
    asks: re.Pattern[str]
    refers: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Clause:
    start: int
    end: int
    understood: Understanding
    asked: bool | None
    """None for a piece that says nothing by itself: it belongs to its neighbour."""


@cache
def _words(lang: Lang) -> _Words:
    raw: dict[str, Any] = read_yaml(LANGUAGES / lang / "splitting.yaml")
    joints = re.compile(f"(?:{raw['joints']})|(?={raw['opens']})", re.IGNORECASE)
    return _Words(joints, *(re.compile(raw[name], re.IGNORECASE) for name in ("talk", "asks", "refers")))


def split(whole: Understanding, text: str, understand: Callable[[str], Understanding]) -> tuple[Part, ...]:
    """The parts of `text`, of which `whole` is tier 0's judgement and `understand` gives that of a piece. One part, the
    whole, where it is all of one kind; a text without a word of asking costs no more than looking for one."""
    words = _words(whole.lang)
    alone = (Part(text, whole),)
    if not words.talk.search(text) and not words.asks.search(text):
        return alone
    spans = _spans(text, words.joints)
    if not 1 < len(spans) <= MAX_CLAUSES:
        return alone
    clauses = _settled([_clause(text, span, words, understand) for span in spans])
    if len({clause.asked for clause in clauses}) < 2:
        return alone
    return _joined(text, clauses, words, understand)


def _spans(text: str, joints: re.Pattern[str]) -> list[tuple[int, int]]:
    """Where the clauses lie; a figure's comma or point is no joint."""
    cuts = [m.span() for m in joints.finditer(text) if not re.fullmatch(r"\d[.,]\d", text[m.start() - 1 : m.end() + 1])]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if text[start:end].strip()]


def _clause(text: str, span: tuple[int, int], words: _Words, understand: Callable[[str], Understanding]) -> _Clause:
    piece = text[slice(*span)].strip()
    understood = understand(piece)
    if words.talk.search(piece):
        asked: bool | None = True
    elif understood.sure:
        asked = False
    elif words.asks.search(piece):
        asked = True
    else:
        asked = False if understood.acts else None
    return _Clause(*span, understood, asked)


def _settled(clauses: Sequence[_Clause]) -> list[_Clause]:
    """Pieces that say nothing by themselves taken with what is before them, at the beginning with what follows."""
    known = next((clause.asked for clause in clauses if clause.asked is not None), True)
    settled: list[_Clause] = []
    for clause in clauses:
        known = clause.asked if clause.asked is not None else known
        settled.append(replace(clause, asked=known))
    return settled


def _joined(
    text: str, clauses: Sequence[_Clause], words: _Words, understand: Callable[[str], Understanding]
) -> tuple[Part, ...]:
    parts: list[Part] = []
    for asked, group in groupby(clauses, key=lambda clause: bool(clause.asked)):
        run = [*group]
        piece = text[run[0].start : run[-1].end].strip()
        understood = run[0].understood if len(run) == 1 else _together(piece, run, understand)
        before = parts[-1] if parts and asked and words.refers.search(piece) else None
        parts.append(Part(piece, understood, asked, before))
    return tuple(parts)


def _together(piece: str, run: Sequence[_Clause], understand: Callable[[str], Understanding]) -> Understanding:
    """Tier 0's judgement of neighbours in one, or where that finds fewer acts, of each by itself."""
    whole = understand(piece)
    acts = tuple(act for clause in run for act in clause.understood.acts)
    if len(whole.acts) >= len(acts):
        return whole
    least = min(clause.understood.confidence for clause in run if clause.understood.acts)
    return replace(whole, acts=acts, confidence=least, unmatched="")
