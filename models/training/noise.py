"""Words as recognisers get them wrong: homophones, near sounds, misspelt, lost and cut words.

Chinese characters are exchanged for others with the same or a near pinyin syllable, English words for words that
sound alike; both are drawn from the words that are given, by how common they are there. Values are misheard like all
else: where one lies stays to be learned, what it is is not read by the network.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from pypinyin import Style, pinyin
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from cockpit.nlu.sound import sounds_en
from cockpit.types import Lang
from models.training.examples import Example, after_edit

LETTERS = "aeiourstln"
FUZZY = {"zh": "z", "ch": "c", "sh": "s", "n": "l", "f": "h", "ang": "an", "eng": "en", "ing": "in"}


@lru_cache(maxsize=16_384)
def syllable(character: str) -> str:
    """Pinyin without tone; empty for what is no Chinese character."""
    return pinyin(character, style=Style.NORMAL)[0][0] if character >= "\u3400" else ""


@lru_cache(maxsize=4096)
def blurred(sound: str) -> str:
    """A syllable as those hear it who do not tell zh from z, n from l or -ing from -in."""
    for clear, near in FUZZY.items():
        if sound.startswith(clear) or (len(clear) > 2 and sound.endswith(clear)):
            sound = sound.replace(clear, near, 1)
    return sound


class Noise:
    """`words` are the training words of a language with their counts."""

    def __init__(self, lang: Lang, words: Mapping[str, int], rng: random.Random) -> None:
        self._lang, self._rng = lang, rng
        self._same: dict[str, list[str]] = defaultdict(list)
        self._near: dict[str, list[str]] = defaultdict(list)
        self._common = [word for word, count in words.items() if count > 1 and word.isalpha()]
        self._counts = words
        if lang == "zh":
            for word in self._common:
                if len(word) == 1 and word >= "\u3400":
                    self._same[syllable(word)].append(word)
                    self._near[blurred(syllable(word))].append(word)
        self._alike: dict[str, list[str]] = {}

    def misheard(self, example: Example, rate: float) -> Example:
        """About `rate` of the words exchanged, misspelt, lost or cut."""
        kept: list[tuple[str, int]] = []
        for place, word in enumerate(example.words):
            if not word.isalpha() or self._rng.random() >= rate:
                kept.append((word, place))
            else:
                kept += [(new, place) for new in self._changed(word)]
        return after_edit(example, kept) if kept else example

    def _changed(self, word: str) -> Sequence[str]:
        kind = self._rng.random()
        if kind < 0.12:
            return ()
        if kind < 0.18:
            return (word, word) if self._lang == "zh" else (word, self._rng.choice(("the", "a", "uh", "and")))
        if word.isascii() and len(word) > 3 and kind < 0.4:
            return self._misspelt(word)
        return (self.heard_for(word),)

    def _misspelt(self, word: str) -> Sequence[str]:
        """`word` with a letter lost, doubled or exchanged, or written as two words."""
        at = self._rng.randrange(1, len(word) - 1)
        kind = self._rng.choice(("two", "lost", "doubled", "exchanged"))
        if kind == "two":
            return word[:at], word[at:]
        if kind == "doubled":
            return (word[: at + 1] + word[at:],)
        return (word[:at] + (self._rng.choice(LETTERS) if kind == "exchanged" else "") + word[at + 1 :],)

    def heard_for(self, word: str) -> str:
        """A word that sounds like `word`; itself when there is none."""
        found = self._zh(word) if self._lang == "zh" and word >= "\u3400" else self._en(word)
        others = [other for other in found if other != word]
        return self._rng.choices(others, [self._counts[o] ** 0.5 for o in others])[0] if others else word

    def _zh(self, word: str) -> list[str]:
        same = self._same.get(syllable(word), [])
        near = self._near.get(blurred(syllable(word)), [])
        return near if len(same) < 2 or self._rng.random() < 0.3 else same

    def _en(self, word: str) -> list[str]:
        if word not in self._alike:
            spelt = process.extract(
                word, self._common, scorer=Levenshtein.normalized_similarity, score_cutoff=0.55, limit=25
            )
            self._alike[word] = [
                other for other, likeness, _ in spelt if likeness >= 0.72 or sounds_en((word,), (other,)) is not None
            ]
        return self._alike[word]


def counted(texts: Iterable[Sequence[str]]) -> Counter[str]:
    return Counter(word for words in texts for word in words)
