"""What greedy decoders share: how long a text can be, and noticing that it goes round in circles."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from cockpit.types import SAMPLE_RATE_HZ, Pcm

_LONGEST_LOOP = 12
_ROUNDS = 3


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


def different(texts: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    """Those of `texts`, each with its log probability, that differ in more than punctuation from all before them."""
    kept: dict[str, tuple[str, float]] = {}
    for text, log_probability in texts:
        spoken = "".join(char for char in text.casefold() if char.isalnum() or char == " ").strip()
        if spoken and spoken not in kept:
            kept[spoken] = text, log_probability
    return [*kept.values()]
