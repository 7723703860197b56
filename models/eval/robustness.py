"""Commands with a share of their characters misheard."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from cockpit.nlu.tokens import clean, tokenise
from cockpit.types import LANGS, Lang
from models.eval.sets import Row
from models.training.noise import Noise, counted, garbled

RATES = (0.05, 0.1, 0.2)
SEEDS = (1, 2, 3)


class Mishearing:
    """Garbles utterances. What words are exchanged for comes from the utterances of `known`."""

    def __init__(self, known: Sequence[Row]) -> None:
        self._counts = {lang: counted(_words(row.say) for row in known if row.lang == lang) for lang in LANGS}

    def rows(self, rows: Sequence[Row], rate: float, seed: int) -> Iterator[Row]:
        """`rows` as a poor recogniser would write them."""
        rng = random.Random(seed)
        noises: dict[Lang, Noise] = {lang: Noise(lang, self._counts[lang], rng) for lang in LANGS}
        for row in rows:
            words = garbled(_words(row.say), rate, noises[row.lang], rng)
            yield replace(row, say=written(words, row.lang))


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
