"""Beam search that leans on a phrase graph, on a decoder of a few tokens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from cockpit.asr.leaning import Heard, Leaning, Logits, search
from cockpit.phrasegraph import Arc, PhraseGraph

END = 2
TEXTS = ["", "", "", " dark", " ro", "ast", "se", " a", " dog", ","]
IDS = {text: token for token, text in enumerate(TEXTS)}
GRAPH = PhraseGraph(((Arc(1, "dark"),), (Arc(2, "roast"),), ()), (0,), {2: "order"})


class Decoder:
    """Gives after each text the chances that a test wrote down."""

    def __init__(self, chances: dict[str, dict[str, float]]) -> None:
        self._chances = chances
        self._said: list[str] = [""]

    def first(self) -> Logits:
        return self._logits("")

    def step(self, rows: Sequence[int], tokens: Sequence[int]) -> Logits:
        self._said = [self._said[row] + TEXTS[token] for row, token in zip(rows, tokens, strict=True)]
        return np.stack([self._logits(said) for said in self._said])

    def _logits(self, said: str) -> Logits:
        logits = np.full(len(TEXTS), -20.0, np.float32)
        for text, chance in self._chances.get(said, {".": 1.0}).items():
            logits[END if text == "." else IDS[text]] = np.log(chance)
        return logits


ROSE = {
    "": {" dark": 0.9, " dog": 0.1},
    " dark": {" ro": 0.9, ".": 0.1},
    " dark ro": {"se": 0.7, "ast": 0.3},
}


def heard(chances: dict[str, dict[str, float]], cost: float, limit: int = 6) -> list[Heard]:
    decoder = Decoder(chances)
    return search(decoder.first(), decoder.step, Leaning(GRAPH, TEXTS, cost), END, limit)


def text(found: Heard) -> str:
    return "".join(TEXTS[token] for token in found.tokens)


def test_without_a_price_the_likeliest_text_wins() -> None:
    assert text(heard(ROSE, 0.0)[0]) == " dark rose"


def test_what_is_expected_wins_over_what_sounds_a_little_likelier() -> None:
    first, second, *_ = heard(ROSE, 1.5)
    assert (text(first), text(second)) == (" dark roast", " dark rose")
    assert second.log_probability > first.log_probability


def test_free_speech_is_still_heard() -> None:
    assert text(heard({"": {" a": 0.99, " dark": 0.01}, " a": {" dog": 1.0}}, 1.5)[0]) == " a dog"


def test_a_text_does_not_end_early_to_be_cheap() -> None:
    found = heard({"": {" a": 1.0}, " a": {" dog": 0.97, ".": 0.03}, " a dog": {".": 1.0}}, 4.0)
    assert text(found[0]) == " a dog"
    assert " a" not in [text(one) for one in found]


def test_an_expected_phrase_may_come_after_strange_words_and_punctuation() -> None:
    chances = {
        "": {" a": 1.0},
        " a": {",": 1.0},
        " a,": {" dark": 1.0},
        " a, dark": {" ro": 1.0},
        " a, dark ro": {"se": 0.7, "ast": 0.3},
    }
    assert text(heard(chances, 1.5)[0]) == " a, dark roast"


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_no_text_is_longer_than_the_limit(limit: int) -> None:
    endless = {"": {" a": 1.0}} | {" a" * n: {" a": 0.9, ".": 0.1} for n in range(1, 9)}
    found = heard(endless, 1.0, limit)
    assert found
    assert max(len(one.tokens) for one in found) == limit
