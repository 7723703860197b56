"""Whether an utterance was understood right, and what exactly went wrong where it was not."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from cockpit.nlu.labels import slot_stem
from cockpit.types import Act
from models.eval.sets import CHAT, Row, Wanted

Outcome = Literal["right", "asked_right", "asked_wrong", "refused", "wrong"]
"""`asked_…`: the car asks back before it does anything, and has or has not the right thing in mind; `refused`: a
command was taken for none; `wrong`: something else was done."""
OUTCOMES: tuple[Outcome, ...] = ("right", "asked_right", "asked_wrong", "refused", "wrong")
UNORDERED = frozenset({"zone", "avoid"})
"""Slots of which there may be several in any order (`zone`, `zone2`, …)."""
ARTICLES = ("the", "a", "an", "some")
PARTICLES = "的了吧呢啊呀哦嘛"


@dataclass(frozen=True, slots=True)
class SlotCount:
    """How many slots were found rightly, found though not wanted so, and missed."""

    right: int = 0
    extra: int = 0
    missed: int = 0

    def __add__(self, other: SlotCount) -> SlotCount:
        return SlotCount(self.right + other.right, self.extra + other.extra, self.missed + other.missed)


@dataclass(frozen=True, slots=True)
class Judged:
    """An utterance with what was understood. `pairs` are the acts side by side, None where one side has none."""

    row: Row
    got: tuple[Act, ...]
    pairs: tuple[tuple[Wanted | None, Act | None], ...]

    @property
    def intents_right(self) -> bool:
        return all(w is not None and g is not None and w.intent == g.intent for w, g in self.pairs)

    @property
    def understood(self) -> bool:
        """Whether the acts are those wanted, be they carried out or asked about."""
        return all(is_right(w, g) for w, g in self.pairs)

    @property
    def outcome(self) -> Outcome:
        if any(act.doubtful for act in self.got):
            return "asked_right" if self.understood else "asked_wrong"
        if self.understood:
            return "right"
        return "wrong" if self.got else "refused"


def judge(row: Row, got: Sequence[Act]) -> Judged:
    """What was understood of `row` beside what was wanted."""
    acts = tuple(act for act in got if act.intent not in CHAT)
    return Judged(row, acts, tuple(aligned(row.wanted, acts)))


def aligned(wanted: Sequence[Wanted], got: Sequence[Act]) -> Iterator[tuple[Wanted | None, Act | None]]:
    """The acts side by side: equal intents in order first, what lies between them one by one."""
    matcher = SequenceMatcher(None, [act.intent for act in wanted], [act.intent for act in got], autojunk=False)
    for _, w_start, w_end, g_start, g_end in matcher.get_opcodes():
        for n in range(max(w_end - w_start, g_end - g_start)):
            yield (
                wanted[w_start + n] if w_start + n < w_end else None,
                got[g_start + n] if g_start + n < g_end else None,
            )


def is_right(wanted: Wanted | None, got: Act | None) -> bool:
    """The same intent and every listed slot equal."""
    return wanted is not None and got is not None and wanted.intent == got.intent and not wrong_slots(wanted, got)


def wrong_slots(wanted: Wanted, got: Act) -> list[tuple[str, str, str]]:
    """(slot, wanted, got) of every listed slot that is not so."""
    stems = {slot_stem(name) for name in wanted.slots} & UNORDERED
    wrong = []
    for stem in sorted(stems):
        ours, theirs = _values(wanted.slots, stem), _values(got.slots, stem)
        if ours != theirs:
            wrong.append((stem, ", ".join(sorted(ours)), ", ".join(sorted(theirs))))
    for name, value in wanted.slots.items():
        if slot_stem(name) not in stems and not same_value(value, got.slots.get(name)):
            wrong.append((name, str(value), str(got.slots.get(name, ""))))
    return wrong


def _values(slots: Mapping[str, object], stem: str) -> set[str]:
    return {plain(str(value)) for name, value in slots.items() if slot_stem(name) == stem}


def same_value(wanted: object, got: object) -> bool:
    """Numbers compare as numbers, texts by their letters."""
    if isinstance(wanted, (int, float)):
        try:
            return float(str(got)) == float(wanted)
        except ValueError:
            return False
    return got is not None and plain(str(wanted)) == plain(str(got))


def plain(text: str) -> str:
    """Letters and figures only, without the articles and particles around them: "The Eiffel Tower." and 泡沫的."""
    words = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "").split()
    while len(words) > 1 and words[0] in ARTICLES:
        del words[0]
    letters = "".join(letter for word in words for letter in word if letter.isalnum())
    return letters.rstrip(PARTICLES) or letters


def slot_counts(judged: Judged) -> dict[str, SlotCount]:
    """Right, extra and missed slots by name; units belong to their values, slots of wrong intents count as wrong."""
    counts: dict[str, SlotCount] = {}
    for wanted, got in judged.pairs:
        alike = wanted is not None and got is not None and wanted.intent == got.intent
        ours = _entries(wanted.slots if wanted else {})
        theirs = _entries(got.slots if got else {})
        for stem in {*ours, *theirs}:
            left = [*theirs.get(stem, ())]
            right = 0
            for value in ours.get(stem, ()):
                found = next((other for other in left if alike and same_value(value, other)), None)
                if found is not None:
                    left.remove(found)
                    right += 1
            missed = len(ours.get(stem, ())) - right
            counts[stem] = counts.get(stem, SlotCount()) + SlotCount(right, len(left), missed)
    return counts


def _entries(slots: Mapping[str, object]) -> dict[str, list[object]]:
    entries: dict[str, list[object]] = {}
    for name, value in slots.items():
        if not name.endswith("_unit"):
            entries.setdefault(slot_stem(name), []).append(value)
    return entries
