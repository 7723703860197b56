"""Lays what was heard along a phrase graph: the cheapest way to say some sentence of it, with mistakes.

A dynamic program over heard words and states. Every mistake has a price: a word that was heard but does not belong, one
that belongs but was not heard, one heard for another. So a sentence that was heard only in part is still found, with
the slots that were heard; how dear it was tells how far to believe it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import heappop, heappush
from itertools import pairwise

from rapidfuzz.distance import OSA

from cockpit.nlu.grammar import FREE_KINDS
from cockpit.nlu.matcher import Matcher, Skips
from cockpit.nlu.quantities import Quantity
from cockpit.nlu.sound import sound_key, sounds_zh
from cockpit.nlu.tokens import Token, clean, tokenise
from cockpit.phrasegraph import Arc, PhraseGraph
from cockpit.types import Lang, SlotValue

STRANGE, STRANGE_VALUE, FILLER = 0.8, 1.2, 0.05
"""Price of a heard word that is passed over: any, one that some slot could have, one that means nothing."""
UNHEARD, UNHEARD_VALUE = 0.6, 1.0
"""Price of a word of the graph that was not heard: of a sentence, of what fills a slot."""
MISSED = 0.7
"""Price of a slot that must be there and was not heard; it has no value then."""
SUBSTITUTED, VALUE_SUBSTITUTED = 1.2, 1.0
"""Price of hearing one word for another that sounds entirely different; less the more alike they are."""
KNOWN, CLEARLY = 0.5, 0.35
"""What it costs besides where the heard word is one of the pack's own, which the recogniser leaned on, and clearly
another one."""
AS_IT_IS = 0.2
"""What a word may cost that counts as heard: that of a Chinese homophone."""
LEAST_ALIKE = 0.35
"""Words less alike than this are not taken for each other."""
FREE_WORD = 0.15
TOO_DEAR, SPREAD = 4.0, 2.0
"""Ways of which this much has been paid are not followed further, nor those that are so much dearer than the best."""
MAX_WORDS = 60
"""More are no utterance of a pack."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """An intent with its slots. `cost` is what was paid for all mistakes, of `words` heard ones that mean something."""

    intent: str
    slots: dict[str, SlotValue]
    cost: float
    words: int

    @property
    def fit(self) -> float:
        """1 where every word is in its place, less the more was paid per word; 0 at the least."""
        return max(0.0, 1.0 - self.cost / max(1, self.words))


@dataclass(frozen=True, slots=True)
class _Way:
    """The cheapest way to a state: its cost, where it came from and what happened on the last step."""

    cost: float
    before: tuple[int, int] | None = None
    arc: Arc | None = None
    value: object = None


class Aligner:
    """Aligns with one graph. `fillers` are words that mean nothing there."""

    def __init__(self, graph: PhraseGraph, lang: Lang, fillers: frozenset[str] = frozenset()) -> None:
        self._graph, self._lang, self._fillers = graph, lang, fillers
        self._in_slot = _states_in_slots(graph)
        arcs = ((state, arc) for state, all_ in enumerate(graph.arcs) for arc in all_)
        self._values = frozenset(arc.word for state, arc in arcs if arc.word and self._in_slot[state])

    def align(self, text: str) -> Alignment | None:
        """The cheapest sentence for `text`; None where any would be too dear, where no word of
        it was heard as it is, and where there are no words or too many."""
        cleaned = clean(text)
        tokens = tuple(token for token in tokenise(cleaned) if not token.punctuation)
        if not 0 < len(tokens) <= MAX_WORDS:
            return None
        values = Matcher(cleaned, tokens, self._lang, Skips({}, {}, {}))
        ways: list[dict[int, _Way]] = [{} for _ in range(len(tokens) + 1)]
        ways[0] = {begin: _Way(0.0) for begin in self._graph.begins}
        for at in range(len(tokens) + 1):
            self._step(ways, at, tokens, values)
        ends = [(way.cost, state) for state, way in ways[-1].items() if state in self._graph.ends]
        if not ends:
            return None
        cost, end = min(ends)
        steps = _ways_to(ways, (len(tokens), end))
        if not _heard(steps):
            return None
        telling = sum(token.text not in self._fillers for token in tokens)
        return Alignment(self._graph.ends[end], _slots(steps), cost, telling)

    def _step(self, ways: list[dict[int, _Way]], at: int, tokens: tuple[Token, ...], values: Matcher) -> None:
        """Go on from all that is reached at word `at`. States come in order, since every arc leads to a later one."""
        here = ways[at]
        dearest = min((way.cost for way in here.values()), default=0.0) + SPREAD
        reached = sorted(state for state, way in here.items() if way.cost <= dearest)
        queued = set(reached)
        while reached:
            state = heappop(reached)
            way = here[state]
            if at < len(tokens):
                _better(ways[at + 1], state, _Way(way.cost + self._strange(tokens[at].text), (at, state)))
            for arc in self._graph.arcs[state]:
                for end, cost, value in self._passed(arc, state, at, tokens, values):
                    _better(ways[end], arc.target, _Way(way.cost + cost, (at, state), arc, value))
                if arc.target in here and arc.target not in queued:
                    queued.add(arc.target)
                    heappush(reached, arc.target)

    def _passed(
        self, arc: Arc, state: int, at: int, tokens: tuple[Token, ...], values: Matcher
    ) -> list[tuple[int, float, object]]:
        """The ways to pass an arc from word `at` on: the place after it, the price, and the value if it has one."""
        if arc.kind in FREE_KINDS:
            ends = range(at + 1, len(tokens) + 1)
            return [(end, FREE_WORD * (end - at), values.said(at, end)) for end in ends]
        if arc.kind:
            return [(end, 0.0, value) for end, value in values.grounded(arc.kind, at)] if at < len(tokens) else []
        if not arc.word:
            return [(at, MISSED if arc.missed else 0.0, None)]
        inside = self._in_slot[state]
        found: list[tuple[int, float, object]] = [(at, UNHEARD_VALUE if inside else UNHEARD, None)]
        dear = VALUE_SUBSTITUTED if inside else SUBSTITUTED
        for length in (1, 2) if self._lang == "en" else (1,):
            words = [token.text for token in tokens[at : at + length]]
            said = "".join(words)
            unlike = apart(arc.word, said, self._lang) if at + length <= len(tokens) else 1.0
            if unlike <= 1 - LEAST_ALIKE:
                known = KNOWN if unlike > CLEARLY and not self._graph.words.isdisjoint(words) else 0.0
                found.append((at + length, unlike * dear + known, None))
        return found

    def _strange(self, word: str) -> float:
        if word in self._fillers:
            return FILLER
        return STRANGE_VALUE if word in self._values else STRANGE


WRITTEN: Mapping[Lang, Mapping[str, tuple[str, ...]]] = {
    "zh": {
        "两": ("2", "二"),
        "幺": ("1", "一"),
        **{char: (str(n),) for n, char in enumerate("零一二三四五六七八九十")},
    },
    "en": {word: (str(n),) for n, word in enumerate("zero one two three four five six seven eight nine ten".split())},
}
"""What recognisers write for a word that a pack spells out."""


@lru_cache(maxsize=65_536)
def apart(word: str, said: str, lang: Lang) -> float:
    """How differently two words sound, 0 the same to 1 not alike at all."""
    if word == said or said in WRITTEN[lang].get(word, ()):
        return 0.0
    if lang == "zh":
        sound = sounds_zh((word, word), (said, word))
        return 1.0 if sound is None else sound
    letters = OSA.normalized_distance(word, said)
    return (letters + OSA.normalized_distance(sound_key(word), sound_key(said))) / 2


def _states_in_slots(graph: PhraseGraph) -> list[bool]:
    """For each state whether it lies between the opening and the closing of a slot."""
    inside = [False] * len(graph.arcs)
    for state, arcs in enumerate(graph.arcs):
        for arc in arcs:
            if not arc.kind:
                inside[arc.target] = bool(arc.opens) or (inside[state] and arc.closes is None)
    return inside


def _better(ways: dict[int, _Way], state: int, way: _Way) -> None:
    if way.cost <= TOO_DEAR and (state not in ways or way.cost < ways[state].cost):
        ways[state] = way


def _ways_to(ways: Sequence[dict[int, _Way]], last: tuple[int, int]) -> list[_Way]:
    """The steps of the way to `last`, in order."""
    steps: list[_Way] = []
    place: tuple[int, int] | None = last
    while place is not None:
        steps.append(ways[place[0]][place[1]])
        place = steps[-1].before
    return steps[::-1]


def _slots(steps: Sequence[_Way]) -> dict[str, SlotValue]:
    """The slots that a way passed."""
    slots: dict[str, SlotValue] = {}
    for step in steps:
        if step.arc is not None and step.arc.closes is not None:
            name, value = step.arc.closes
            slots[name] = value
        elif step.arc is not None and step.arc.kind:
            slots |= _value(step.arc.opens, step.value)
    return slots


def _heard(steps: Sequence[_Way]) -> bool:
    """Whether anything on a way was heard as it is, at least by its sound: a word, a value of a kind."""
    return any(
        step.arc is not None and (step.arc.kind or (step.arc.word and step.cost - before.cost <= AS_IT_IS))
        for before, step in pairwise(steps)
    )


def _value(name: str, value: object) -> dict[str, SlotValue]:
    if not isinstance(value, Quantity):
        return {name: str(value)}
    number = int(value.value) if float(value.value).is_integer() else value.value
    return {name: number} if value.unit == "none" else {name: number, f"{name}_unit": value.unit}
