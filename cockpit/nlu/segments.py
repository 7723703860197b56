"""From the network's probabilities to acts: where each begins and ends, what it could mean, and its slots' places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cockpit.nlu.labels import BEGIN, OUTSIDE, Labels
from cockpit.nlu.tagger import Array, Tagged
from cockpit.nlu.tokens import Token

ALTERNATIVES = 5


@dataclass(frozen=True, slots=True)
class SlotTag:
    """Tokens `start` to `end` were tagged as the slot `name`."""

    name: str
    start: int
    end: int
    probability: float


@dataclass(frozen=True, slots=True)
class Segment:
    """Tokens `start` to `end` are one act. `meanings` are (intent, probability), the likeliest first; `bounds` is the
    mean probability of its tags."""

    start: int
    end: int
    meanings: tuple[tuple[str, float], ...]
    bounds: float
    slots: tuple[SlotTag, ...]

    @property
    def confidence(self) -> float:
        return self.meanings[0][1]


class Segmenter:
    """Cuts tagged utterances into segments."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._intents = [*labels.pairs]
        pairs = [labels.pairs[intent] for intent in self._intents]
        self._targets = np.array([labels.targets.index(target) for target, _ in pairs])
        self._operations = np.array([labels.operations.index(operation) for _, operation in pairs])
        self._answers = np.array([intent.startswith("answer.") for intent in self._intents])

    def segments(self, tagged: Tagged, tokens: Sequence[Token], expecting: str = "") -> list[Segment]:
        """The acts of an utterance in order. Neighbours that mean the same are one, unless each has a value for the
        same slot."""
        found: list[Segment] = []
        for start, end in _bounds(tagged.act, tokens):
            segment = self._segment(tagged, start, end, expecting)
            if found and _one_act(found[-1], segment):
                found[-1] = self._segment(tagged, found[-1].start, end, expecting)
            else:
                found.append(segment)
        return found

    def probability(self, tagged: Tagged, start: int, end: int, intent: str, expecting: str = "") -> float:
        """How likely the network holds it that tokens `start` to `end` mean `intent`; 0 for one it does not know."""
        if intent not in self._labels.pairs or end <= start:
            return 0.0
        return float(self._meanings(tagged, start, end, expecting)[self._intents.index(intent)])

    def _meanings(self, tagged: Tagged, start: int, end: int, expecting: str) -> Array:
        target = tagged.target[start:end].mean(0)[self._targets]
        operation = tagged.operation[start:end].mean(0)[self._operations]
        scores = target + operation
        if not expecting:
            scores = np.where(self._answers, -np.inf, scores)
        raised = np.exp(scores - scores.max())
        meanings: Array = raised / raised.sum()
        return meanings

    def _segment(self, tagged: Tagged, start: int, end: int, expecting: str) -> Segment:
        meanings = self._meanings(tagged, start, end, expecting)
        best = np.argsort(-meanings)[:ALTERNATIVES]
        bounds = float((1.0 - tagged.act[start:end, OUTSIDE]).mean())
        likeliest = tuple((self._intents[n], float(meanings[n])) for n in best)
        return Segment(start, end, likeliest, bounds, tuple(self._slots(tagged, start, end)))

    def _slots(self, tagged: Tagged, start: int, end: int) -> Iterator[SlotTag]:
        at = start
        while at < end:
            label = int(tagged.slot[at].argmax())
            if label == 0:
                at += 1
                continue
            begin = label if label % 2 else label - 1
            last = at + 1
            while last < end and int(tagged.slot[last].argmax()) == begin + 1:
                last += 1
            sure = float(tagged.slot[at:last, [begin, begin + 1]].sum(1).mean())
            yield SlotTag(self._labels.slots[(begin - 1) // 2], at, last, sure)
            at = last


def _one_act(first: Segment, second: Segment) -> bool:
    filled = {tag.name for tag in first.slots} & {tag.name for tag in second.slots}
    return first.end == second.start and first.meanings[0][0] == second.meanings[0][0] and not filled


def _bounds(act: Array, tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Where the acts lie: an act goes on until the next begins, or until words outside of any."""
    classes = act.argmax(1)
    start = None
    for at, found in enumerate(classes):
        if start is not None and found in (OUTSIDE, BEGIN):
            yield start, at
            start = None
        if found != OUTSIDE and start is None and not tokens[at].punctuation:
            start = at
    if start is not None:
        yield start, len(classes)
