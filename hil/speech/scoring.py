"""How wrong a transcript is: word, syllable and character error rates, numbers and punctuation aside.

Both texts are first written as they are read aloud, so that "21" and "twenty one" are one. Chinese is not written in
words: what stands in for them is the syllable, by its sound without the tone, for homophones are no fault of the ear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pypinyin import lazy_pinyin
from rapidfuzz.distance import Levenshtein

from cockpit.nlu.tokens import clean, tokenise
from cockpit.tts.speech import NORMALISE
from cockpit.types import Lang


@dataclass(frozen=True, slots=True)
class Errors:
    """So many words (or syllables) and characters wrong, of so many that were said."""

    wrong_words: int = 0
    words: int = 0
    wrong_characters: int = 0
    characters: int = 0

    def __add__(self, other: Errors) -> Errors:
        return Errors(
            self.wrong_words + other.wrong_words,
            self.words + other.words,
            self.wrong_characters + other.wrong_characters,
            self.characters + other.characters,
        )

    @property
    def word_rate(self) -> float:
        """Over 1 where more was made up than was said."""
        return self.wrong_words / max(1, self.words)

    @property
    def character_rate(self) -> float:
        return self.wrong_characters / max(1, self.characters)


def total(errors: Iterable[Errors]) -> Errors:
    return sum(errors, Errors())


def errors(said: str, heard: str, lang: Lang) -> Errors:
    """Substituted, left out and made up, by the fewest edits; of figures, the reading that is nearer counts."""
    apart = re.sub(r"(?<=\d)(?=\d)", " ", heard)
    return min((_errors(said, text, lang) for text in (heard, apart)), key=lambda found: found.wrong_characters)


def _errors(said: str, heard: str, lang: Lang) -> Errors:
    ours, theirs = spoken_words(said, lang), spoken_words(heard, lang)
    letters, others = "".join(ours), "".join(theirs)
    wrong_characters = Levenshtein.distance(letters, others)
    if lang == "zh":
        ours, theirs = lazy_pinyin(ours), lazy_pinyin(theirs)
    return Errors(Levenshtein.distance(ours, theirs), len(ours), wrong_characters, len(letters))


def spoken_words(text: str, lang: Lang) -> list[str]:
    """Words, or Chinese characters, as they are read aloud."""
    return [token.text for token in tokenise(clean(NORMALISE[lang](text))) if not token.punctuation]
