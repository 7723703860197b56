"""What decoders share: how long a text can be, noticing that it goes round in circles, telling several texts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from cockpit.types import SAMPLE_RATE_HZ, Lang, Pcm, Transcript

_LONGEST_LOOP = 12
_ROUNDS = 3
WORTH = 5.0
"""Nats by which another text may be less likely by its sound than the best and still be worth a look."""


def token_limit(pcm: Pcm, per_second: float, constant: int = 12) -> int:
    """How many tokens speech of this length can hold."""
    return math.ceil(len(pcm) / SAMPLE_RATE_HZ * per_second) + constant


def loop_length(tokens: Sequence[int]) -> int:
    """Length of a piece that `tokens` ends with three times over, 0 when there is none.

    Single tokens may come three times ("no no no"); they count as a loop from twice that on.
    """
    for length in range(1, _LONGEST_LOOP + 1):
        rounds = _ROUNDS * 2 if length == 1 else _ROUNDS
        piece = list(tokens[-length:])
        if len(tokens) >= length * rounds and list(tokens[-length * rounds :]) == piece * rounds:
            return length
    return 0


def told(found: Iterable[tuple[str, Sequence[int], float]], lang: Lang, engine: str) -> Transcript:
    """The transcript of texts with their tokens and log probabilities, the likeliest first: that one, and beside it
    those that are worth a look and differ in more than punctuation. The confidence is the geometric mean of the
    tokens' probabilities."""
    kept: dict[str, tuple[str, Sequence[int], float]] = {}
    for one in found:
        spoken = "".join(char for char in one[0].casefold() if char.isalnum() or char == " ").strip()
        if spoken:
            kept.setdefault(spoken, one)
    if not kept:
        return Transcript("", lang, engine, 0.0)
    (text, tokens, likely), *others = kept.values()
    near = tuple(other for other, _, log_probability in others if log_probability >= likely - WORTH)
    return Transcript(text, lang, engine, math.exp(min(likely / (len(tokens) + 1), 0.0)), alternatives=near)
