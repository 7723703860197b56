"""What is likely to be said, weighed against what is heard while it is decoded (shallow fusion, Gulcehre et al. 2015).

A text's score is the log probability that the recogniser gives it, less `weight` times what its words cost by an
`Expectation`. No word costs more than `DEAREST`, so that free speech stays possible.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cockpit.asr.leaning import Heard
from cockpit.ports import Expectation

DEAREST = 9.0
"""Nats: the surprise at a word that is never said in a car."""
NUMBER = 4.0
"""Of a number in figures, which are seldom learned."""
EDGE = ""
"""Stands before the first word and after the last."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Tokens so far. `last` are the two words before the one under way (`partial`), which is `strange` if no known word
    begins so, and paid for; `bytes` begin a character that is not complete."""

    tokens: tuple[int, ...] = ()
    log_probability: float = 0.0
    paid: float = 0.0
    last: tuple[str, str] = (EDGE, EDGE)
    partial: str = ""
    strange: bool = False
    bytes: bytes = b""

    @property
    def score(self) -> float:
        return self.log_probability - self.paid


class Fusion:
    """The expectation as a search sees it: by tokens, whose bytes are `texts`, rather than words. `gain` is what each
    word earns: a price on words would make short texts cheap. Without an expectation only the sound counts."""

    def __init__(self, expectation: Expectation | None, texts: Sequence[bytes], weight: float, gain: float) -> None:
        self._expectation, self._texts = expectation, texts
        self._weight, self._gain = (weight, gain) if expectation else (0.0, 0.0)
        self._cost = lru_cache(maxsize=65_536)(self._priced)

    def begin(self) -> Hypothesis:
        return Hypothesis()

    def extended(self, before: Hypothesis, token: int, log_probability: float) -> Hypothesis:
        """`before` with one more token."""
        paid, last, partial, strange = before.paid, before.last, before.partial, before.strange
        text, rest = _decoded(before.bytes + self._texts[token])
        for char in text.casefold():
            if char >= "\u3400" and char.isalpha():
                paid, last = self._closed(paid, last, partial, strange)
                paid, last = self._closed(paid, last, char, strange=False)
                partial, strange = "", False
            elif char.isalnum():
                partial += char
            elif char not in "'’":
                paid, last = self._closed(paid, last, partial, strange)
                partial, strange = "", False
        if partial and not strange and not self._begins(partial):
            paid, strange = paid + self._weight * DEAREST - self._gain, True
        total = before.log_probability + log_probability
        return Hypothesis((*before.tokens, token), total, paid, last, partial, strange, rest)

    def ended(self, hypothesis: Hypothesis, log_probability: float) -> Heard:
        paid, last = self._closed(hypothesis.paid, hypothesis.last, hypothesis.partial, hypothesis.strange)
        paid += self._weight * self._cost(*last, EDGE)
        total = hypothesis.log_probability + log_probability
        return Heard(hypothesis.tokens, total, total - paid)

    def _closed(self, paid: float, last: tuple[str, str], word: str, strange: bool) -> tuple[float, tuple[str, str]]:
        """With `word` over; there may be none under way."""
        if not word:
            return paid, last
        price = 0.0 if strange else self._weight * self._cost(*last, word) - self._gain
        return paid + price, (last[1], word)

    def _priced(self, first: str, second: str, word: str) -> float:
        if self._expectation is None:
            return 0.0
        return min(NUMBER if word.isdecimal() else DEAREST, self._expectation.cost(first, second, word))

    def _begins(self, partial: str) -> bool:
        """Whether some known word begins with `partial`."""
        words = self._expectation.words if self._expectation else ()
        at = bisect_left(words, partial)
        return partial[0].isdecimal() or (at < len(words) and words[at].startswith(partial))


def _decoded(data: bytes) -> tuple[str, bytes]:
    """The text of `data`, and the bytes at its end that only begin a character."""
    try:
        return data.decode(), b""
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return data[: error.start].decode(), data[error.start :]
        return data.decode("utf-8", "replace"), b""
