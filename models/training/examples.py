"""A training example: an utterance as tokens, with everything that the network is to learn of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cockpit.nlu.labels import COMPLEXITIES, KINDS, kind_of
from cockpit.types import Lang


@dataclass(frozen=True, slots=True)
class SlotSpan:
    """Tokens `start` to `end` fill the slot `name`."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ActSpan:
    """Tokens `start` to `end` are an act with `intent`."""

    intent: str
    start: int
    end: int
    slots: tuple[SlotSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """`slots_known` and `acts_known` tell which labels are to be believed; empty `kind` or `complexity` are unknown."""

    lang: Lang
    words: tuple[str, ...]
    acts: tuple[ActSpan, ...] = ()
    kind: str = ""
    complexity: str = ""
    complete: bool | None = True
    private: bool | None = None
    expecting: str = ""
    acts_known: bool = True
    slots_known: bool = True
    source: str = ""

    def __post_init__(self) -> None:
        assert self.kind in ("", *KINDS)
        assert self.complexity in ("", *COMPLEXITIES)

    @property
    def text(self) -> str:
        return ("" if self.lang == "zh" else " ").join(self.words)


def joined(parts: Sequence[Example], between: Sequence[Sequence[str]]) -> Example:
    """Several utterances in one breath: `between[n]` are the words after part n."""
    words: list[str] = []
    acts: list[ActSpan] = []
    for part, link in zip(parts, (*between, ()), strict=True):
        acts += [moved(act, len(words)) for act in part.acts]
        words += [*part.words, *link]
    first = parts[0]
    return replace(
        first,
        words=tuple(words),
        acts=tuple(acts),
        kind=kind_of(act.intent for act in acts),
        complexity="several" if len(acts) > 1 else first.complexity,
        private=any(part.private for part in parts),
        slots_known=all(part.slots_known for part in parts),
    )


def moved(act: ActSpan, by: int) -> ActSpan:
    """The act as it lies after `by` more tokens were put before it."""
    slots = tuple(SlotSpan(slot.name, slot.start + by, slot.end + by) for slot in act.slots)
    return ActSpan(act.intent, act.start + by, act.end + by, slots)


def after_edit(example: Example, kept: Sequence[tuple[str, int]]) -> Example:
    """The example with other words: `kept` are (word, index of the old word it stands for, or -1 for a new one).

    A new word belongs to what lies on both sides of it. Acts and slots that lose all their words are gone.
    """
    place: dict[int, list[int]] = {}
    for new, (_, old) in enumerate(kept):
        place.setdefault(old, []).append(new)

    def span(start: int, end: int) -> tuple[int, int] | None:
        found = [new for old in range(start, end) for new in place.get(old, ())]
        return (min(found), max(found) + 1) if found else None

    acts = []
    for act in example.acts:
        where = span(act.start, act.end)
        if where is None:
            continue
        slots = [(slot.name, span(slot.start, slot.end)) for slot in act.slots]
        acts.append(ActSpan(act.intent, *where, tuple(SlotSpan(name, *at) for name, at in slots if at)))
    return replace(example, words=tuple(word for word, _ in kept), acts=tuple(acts))
