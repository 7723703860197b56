"""Text to tokens: one Chinese character, one word, one number in digits, or one punctuation mark each."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_TOKEN = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff〇]"  # a Chinese character
    r"|\d+(?:[.:]\d+)*"  # 22.5, 18:30
    r"|[^\W\d_\u3400-\u9fff]+(?:['’][^\W\d_\u3400-\u9fff]+)*"  # a word of letters
    r"|[%°#+]"
    r"|-(?=\d)"
    r"|[,.;!?、。:…]"
)
_PUNCTUATION = frozenset(",.;!?、。:…")


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is folded for matching; `start` and `end` point into the cleaned text."""

    text: str
    start: int
    end: int

    @property
    def punctuation(self) -> bool:
        return self.text in _PUNCTUATION

    @property
    def chinese(self) -> bool:
        return len(self.text) == 1 and self.text >= "\u3400"


def clean(text: str) -> str:
    """The text with compatibility forms folded; what tokens point into."""
    return unicodedata.normalize("NFKC", text)


def tokenise(cleaned: str) -> tuple[Token, ...]:
    """The tokens of a cleaned text in order. Characters that carry no words are dropped, and so are apostrophes:
    `what's` and `whats` are one word."""
    return tuple(Token(_fold(match.group()), match.start(), match.end()) for match in _TOKEN.finditer(cleaned))


def _fold(word: str) -> str:
    return word.replace("'", "").replace("’", "").casefold()
