"""What was probably said where a recogniser wrote something else: a noisy channel (Kernighan, Church and Gale 1990).

Candidates for a word are the known words that sound like it; which of them were meant is told by the words beside them
(`Wording`). Tokens stay as many as they are, so that what was heard can be found again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from cockpit.nlu.sound import near, sounds_en, syllables
from cockpit.nlu.wording import EDGE, Wording
from cockpit.types import Lang

SAME_SOUND: Mapping[Lang, float] = {"zh": 3.5, "en": 1.0}
NEAR_SOUND: Mapping[Lang, float] = {"zh": 5.0, "en": 2.5}
"""What it costs to believe that a word was heard for another, in nats: of the same sound, of a near one. Chosen on the
development half of models/eval/sets, misheard."""
PER_LETTER = 5.0
"""What it costs in English besides, per share of letters that differ."""
LEAST_LIKE = 0.55
MOST = 12
"""Candidates for a word."""
LEAST_COUNT = 3
"""Occurrences from which a word is known."""
MAX_REMEMBERED = 4096

Candidates = Sequence[tuple[str, float]]


class Mender:
    """Mends one language."""

    def __init__(self, wording: Wording, lang: Lang) -> None:
        self._wording, self._lang = wording, lang
        self._known = sorted(word for word, count in wording.words.items() if count >= LEAST_COUNT and word.isalpha())
        self._remembered: dict[str, Candidates] = {}
        self._by_syllable: Mapping[str, list[str]] | None = None
        self._near: dict[str, list[str]] = {}

    def mended(self, words: Sequence[str]) -> tuple[str, ...]:
        """The likeliest words behind `words`, as many as they are."""
        paths: dict[str, tuple[float, tuple[str, ...]]] = {EDGE: (0.0, ())}
        for word in words:
            longer: dict[str, tuple[float, tuple[str, ...]]] = {}
            for candidate, price in self.candidates(word):
                cost, path = min(
                    ((sum_ + self._wording.cost(last, candidate), so_far) for last, (sum_, so_far) in paths.items()),
                    key=lambda found: found[0],
                )
                longer[candidate] = (cost + price, (*path, candidate))
            paths = longer
        ends = ((cost + self._wording.cost(last, EDGE), path) for last, (cost, path) in paths.items())
        return min(ends, key=lambda found: found[0])[1]

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
        index = self._index()
        found: dict[str, float] = {}
        for syllable in syllables(word):
            if syllable not in self._near:
                self._near[syllable] = [other for other in index if near(syllable, other)]
            for other in self._near[syllable]:
                found |= dict.fromkeys(index[other], NEAR_SOUND[self._lang])
        for syllable in syllables(word):
            found |= dict.fromkeys(index.get(syllable, ()), SAME_SOUND[self._lang])
        return found

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
            word, self._known, scorer=Levenshtein.normalized_similarity, score_cutoff=LEAST_LIKE, limit=MOST
        )
        return {other: self._price(other, word) + PER_LETTER * (1 - likeness) for other, likeness, _ in spelt}

    def _price(self, other: str, word: str) -> float:
        return (NEAR_SOUND if sounds_en((other,), (word,)) is None else SAME_SOUND)[self._lang]
