"""Commands with a share of their characters misheard."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz.distance import Levenshtein

from cockpit.nlu.tokens import clean, tokenise
from cockpit.types import LANGS, Lang
from models.eval.sets import Row
from models.training.noise import Noise, counted

RATES = (0.05, 0.1, 0.2)
SEEDS = (1, 2, 3)
LOST = 0.1
"""Share of the misheard words that are lost altogether."""


class Mishearing:
    """Garbles utterances. What words are exchanged for comes from the utterances of `known`."""

    def __init__(self, known: Sequence[Row]) -> None:
        self._counts = {lang: counted(_words(row.say) for row in known if row.lang == lang) for lang in LANGS}

    def rows(self, rows: Sequence[Row], rate: float, seed: int) -> Iterator[Row]:
        """`rows` as a recogniser would write them that gets `rate` of their characters wrong, over each language as a
        whole: a character is too much of most sentences and an exchanged word keeps some of its letters."""
        rng = random.Random(seed)
        ears = {lang: _Ear(Noise(lang, self._counts[lang], rng), rate, rng) for lang in LANGS}
        for row in rows:
            yield replace(row, say=written(ears[row.lang].heard(_words(row.say)), row.lang))


@dataclass
class _Ear:
    """Mishears one language. `owed` is how many characters are still to get wrong."""

    noise: Noise
    rate: float
    rng: random.Random
    owed: float = field(default=0.0)

    def heard(self, words: Sequence[str]) -> list[str]:
        self.owed += self.rate * sum(map(len, words))
        said = list(words)
        for place in self.rng.sample(range(len(said)), len(said)):
            if self.owed <= 0:
                break
            if said[place].isalpha():
                said[place] = "" if self.rng.random() < LOST else self.noise.heard_for(said[place])
                self.owed -= Levenshtein.distance(words[place], said[place])
        return [word for word in said if word] or list(words)


def error_rate(rows: Sequence[Row], heard: Sequence[Row]) -> float:
    """Share of the characters that are wrong in `heard`, spaces aside."""
    pairs = [("".join(_words(row.say)), "".join(_words(other.say))) for row, other in zip(rows, heard, strict=True)]
    wrong = sum(Levenshtein.distance(one, other) for one, other in pairs)
    return wrong / max(1, sum(len(one) for one, _ in pairs))


def written(words: Sequence[str], lang: Lang) -> str:
    """Words as text; in Chinese only between two that are not."""
    text = ""
    for word in words:
        apart = lang == "en" or (_latin(text[-1:]) and _latin(word[:1]))
        text += f" {word}" if text and apart else word
    return text


def _latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


def _words(text: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokenise(clean(text)))
