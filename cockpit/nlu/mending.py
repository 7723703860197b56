"""What was probably said where a recogniser wrote something else: a noisy channel (Kernighan, Church and Gale 1990).

Candidates for a word are the known words for which it may have been heard; which of them were meant is told by those
beside them (`Wording`). Tokens stay as many as they are, so that what was heard can be found again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from heapq import nsmallest
from math import log

from rapidfuzz import process
from rapidfuzz.distance import OSA

from cockpit.nlu.mishearing import cost
from cockpit.nlu.sound import HOMOPHONE, sounds_en, syllables
from cockpit.nlu.wording import EDGE, Wording
from cockpit.types import Lang

SAME_SOUND: Mapping[Lang, float] = {"zh": 4.2, "en": 1.2}
NEAR_SOUND = 3.0
"""What it costs to believe that a word was heard for another, in nats: of the same sound, in English of a near one.
Chosen on the development half of models/eval/sets, misheard."""
MISHEARD, UNHEARD_OF = 0.7, 7.0
"""What a nat of `mishearing.cost` adds to that in Chinese, and the cost from which a syllable is not heard for another.
Chosen on recordings of the development half (`python -m hil.speech.commands --half dev`)."""
PER_LETTER = 6.0
"""What it costs in English besides, per share of letters that differ."""
LEAST_LIKE, LEAST_LIKE_ALONE = 0.55, 0.8
"""Share of letters that must agree; the second where nothing beside a word tells what was meant, unless both sound the
same."""
MOST: Mapping[Lang, int] = {"zh": 40, "en": 12}
"""Candidates for a word: those that are likeliest by how they sound and how common they are."""
COMMON: Mapping[Lang, float] = {"zh": 0.5, "en": 1.0}
"""What a nat of being more common counts there."""
PATHS = 12
"""Endings of what was heard so far that are followed further."""
READINGS, WORTH = 3, 2.0
"""Readings that are worth a look, and how many nats dearer than the first one may be."""
LEAST_COUNT = 3
"""Occurrences from which a word is known."""
MAX_REMEMBERED = 4096

Candidates = Sequence[tuple[str, float]]
Path = tuple[float, tuple[str, ...]]
"""Words with what it costs to believe them, in nats."""


class Mender:
    """Mends one language."""

    def __init__(self, wording: Wording, lang: Lang) -> None:
        self._wording, self._lang = wording, lang
        self._known = sorted(word for word, count in wording.words.items() if count >= LEAST_COUNT and word.isalpha())
        self._familiar = frozenset(self._known)
        self._remembered: dict[str, Candidates] = {}
        self._by_syllable: Mapping[str, list[str]] | None = None
        self._misheard: dict[str, Mapping[str, float]] = {}

    def mended(self, words: Sequence[str]) -> Sequence[tuple[str, ...]]:
        """The likeliest readings of `words`, each of as many, the likeliest first: at most `READINGS`, none of them
        dearer than the first by more than `WORTH`. Nothing stands beside an English word that is said alone."""
        spelt = [word for word in words if word[0].isalnum()]
        if self._lang == "en" and len(spelt) == 1:
            return [tuple(other if word in spelt else word for word in words) for other in self._alone(spelt[0])]
        ends = sorted(
            (cost + self._wording.cost(*last, EDGE), path)
            for last, paths in self._paths(words).items()
            for cost, path in paths
        )
        return [path for cost, path in ends[:READINGS] if cost - ends[0][0] <= WORTH]

    def _alone(self, word: str) -> list[str]:
        """What `word` may have been when it is all that was said."""
        known = [other for other, _ in self.candidates(word) if _alike(other, word)]
        return known[:READINGS]

    def _paths(self, words: Sequence[str]) -> Mapping[tuple[str, str], list[Path]]:
        """The likeliest readings by their last two words."""
        paths: dict[tuple[str, str], list[Path]] = {(EDGE, EDGE): [(0.0, ())]}
        for word in words:
            longer: dict[tuple[str, str], list[Path]] = defaultdict(list)
            for (first, second), known in paths.items():
                for candidate, price in self.candidates(word):
                    dearer = price + self._wording.cost(first, second, candidate)
                    longer[second, candidate] += [(cost + dearer, (*path, candidate)) for cost, path in known]
            best = {last: nsmallest(READINGS, found) for last, found in longer.items()}
            paths = dict(nsmallest(PATHS, best.items(), key=lambda item: item[1][0][0]))
        return paths

    def strange(self, words: Sequence[str]) -> float:
        """Share of the words that are none, as far as is known: misspelt rather than heard for others."""
        spelt = [word for word in words if word.isalpha()]
        return sum(word not in self._familiar for word in spelt) / max(1, len(spelt))

    def candidates(self, word: str) -> Candidates:
        """`word` itself, which costs nothing, and the known words it may have been, with what each costs."""
        if not word.isalpha():
            return ((word, 0.0),)
        if word not in self._remembered:
            if len(self._remembered) >= MAX_REMEMBERED:
                self._remembered.clear()
            found = self._zh(word) if self._lang == "zh" and word >= "\u3400" else self._en(word)
            others = sorted(((other, cost) for other, cost in found.items() if other != word), key=lambda item: item[1])
            self._remembered[word] = ((word, 0.0), *others)
        return self._remembered[word]

    def _zh(self, word: str) -> dict[str, float]:
        found: dict[str, float] = {}
        for syllable in syllables(word):
            for other, price in self._heard_for(syllable).items():
                found[other] = min(price, found.get(other, price))
        return self._likeliest(found)

    def _heard_for(self, syllable: str) -> Mapping[str, float]:
        """The words for which `syllable` may have been heard, with what each costs."""
        if syllable not in self._misheard:
            costs = {said: cost(said, syllable) for said in self._index()}
            self._misheard[syllable] = {
                word: SAME_SOUND["zh"] + MISHEARD * nats
                for said, nats in costs.items()
                if nats <= UNHEARD_OF
                for word in self._index()[said]
            }
        return self._misheard[syllable]

    def _likeliest(self, prices: Mapping[str, float]) -> dict[str, float]:
        share, words = COMMON[self._lang], self._wording.words
        return dict(nsmallest(MOST[self._lang], prices.items(), key=lambda item: item[1] - share * log(words[item[0]])))

    def _index(self) -> Mapping[str, list[str]]:
        if self._by_syllable is None:
            index: dict[str, list[str]] = defaultdict(list)
            for word in self._known:
                for syllable in syllables(word):
                    index[syllable].append(word)
            self._by_syllable = index
        return self._by_syllable

    def _en(self, word: str) -> dict[str, float]:
        spelt = process.extract(
            word, self._known, scorer=OSA.normalized_similarity, score_cutoff=LEAST_LIKE, limit=None
        )
        prices = {other: self._price(other, word) + PER_LETTER * (1 - likeness) for other, likeness, _ in spelt}
        return self._likeliest(prices)

    def _price(self, other: str, word: str) -> float:
        return NEAR_SOUND if sounds_en((other,), (word,)) is None else SAME_SOUND["en"]


def _alike(one: str, other: str) -> bool:
    same = sounds_en((one,), (other,)) == HOMOPHONE
    return same or OSA.normalized_similarity(one, other) >= LEAST_LIKE_ALONE
