"""Text to tokens: one Chinese character, one word, one number in digits, or one punctuation mark each."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_TOKEN = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff〇]"  # a Chinese character
    r"|\d+(?:[.:]\d+)*"  # 22.5, 18:30
    r"|[^\W\d_]+"  # a word of letters
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
    """Compatibility forms folded and apostrophes away, so that `what's` and `whats` are one word."""
    return re.sub(r"['’`]", "", unicodedata.normalize("NFKC", text))


def tokenise(cleaned: str) -> tuple[Token, ...]:
    """The tokens of a cleaned text in order. Characters that carry no words are dropped."""
    found = _TOKEN.finditer(cleaned)
    return tuple(Token(match.group().casefold(), match.start(), match.end()) for match in found)
