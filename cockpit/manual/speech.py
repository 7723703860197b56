"""What of a section can be said in the time there is."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cockpit.types import Lang

LONGEST_S = 12.0
NAMING_S = 1.5
"""For the words around the section's name."""
SECONDS = {"zh": 0.22, "en": 0.38}
"""A syllable of Chinese, a word of English: what the voices take at their usual speed, rounded up."""
BESIDE = 0.35
"""A second sentence is said too if it is worth at most this much less than the best."""


def fitting(title: str, sentences: Sequence[str], worth: NDArray[np.float32], lang: Lang) -> tuple[str, ...]:
    """The best one or two of `sentences` in their order, cut at a clause where even one is too long."""
    left_s = LONGEST_S - NAMING_S - seconds(title, lang)
    order = [int(place) for place in np.argsort(-worth, kind="stable")]
    best = order[0]
    left_s -= seconds(sentences[best], lang)
    chosen = [best]
    if len(order) > 1 and worth[best] - worth[order[1]] <= BESIDE and seconds(sentences[order[1]], lang) <= left_s:
        chosen.append(order[1])
    if left_s < 0:
        return (_cut(sentences[best], seconds(sentences[best], lang) + left_s, lang),)
    return tuple(sentences[place] for place in sorted(chosen))


def seconds(text: str, lang: Lang) -> float:
    """About how long it takes to say `text`; a digit is as long as a syllable or half a word."""
    digits = len(re.findall(r"\d", text))
    units = len(re.findall(r"[\u3400-\u9fff]", text)) if lang == "zh" else 0
    words = len(re.findall(r"[A-Za-z]+(?:'[a-z]+)?", text))
    return SECONDS[lang] * (units + words + (digits if lang == "zh" else digits / 2))


def _cut(sentence: str, room_s: float, lang: Lang) -> str:
    """The clauses of `sentence` from its beginning that fit into `room_s`, one at least."""
    clauses: list[str] = re.findall(r"[^,，;；:：]+[,，;；:：]?", sentence)
    kept = clauses[0]
    for clause in clauses[1:]:
        if seconds(kept + clause, lang) > room_s:
            break
        kept += clause
    return kept.rstrip(" ,，;；:：.。") + ("。" if lang == "zh" else ".")
