"""Decoding with what is likely to be said in mind, on a decoder of a few tokens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from cockpit.asr.decoding import WORTH, told
from cockpit.asr.fusion import DEAREST, Fusion
from cockpit.asr.leaning import Heard, Logits, search
from cockpit.nlu.wording import Wording

END = 0
TEXTS = [
    b"",
    b" dome",
    b" don",
    b"'t",
    b" light",
    b" off",
    b".",
    "打".encode(),
    "开".encode()[:2],
    "开".encode()[2:],
    b" 21",
]
IDS = {text: token for token, text in enumerate(TEXTS)}
SAID = [["dome", "light", "off"], ["打", "开"]] * 5


class Counted:
    """Satisfies `ports.Expectation`."""

    phrases: Sequence[str] = ()

    def __init__(self, sentences: Sequence[Sequence[str]]) -> None:
        wording = Wording.counted(sentences)
        self.words, self.cost = sorted(wording.words), wording.cost


def chances(of: dict[bytes, float]) -> Logits:
    logits = np.full(len(TEXTS), -20.0, np.float32)
    for text, chance in of.items():
        logits[IDS[text]] = np.log(chance)
    return logits


def heard(sound: Sequence[dict[bytes, float]], weight: float, enough: int = 1) -> list[Heard]:
    """Of sound that gives the same chances whatever came before."""
    at = 0

    def step(rows: Sequence[int], tokens: Sequence[int]) -> Logits:
        nonlocal at
        at += 1
        return np.stack([chances(sound[at] if at < len(sound) else {b"": 1.0})] * len(rows))

    fusion = Fusion(Counted(SAID), TEXTS, weight, 0.0)
    return search(chances(sound[0]), step, fusion, END, 6, 4, enough)


def text(found: Heard) -> str:
    return b"".join(TEXTS[token] for token in found.tokens).decode()


DOME: list[dict[bytes, float]] = [
    {b" dome": 0.3, b" don": 0.7},
    {b" light": 0.9, b" off": 0.1},
    {b" off": 0.99, b"": 0.01},
]


def test_what_is_said_in_a_car_wins_over_what_sounds_a_little_likelier() -> None:
    assert text(heard(DOME, 0.0)[0]) == " don light off"
    assert text(heard(DOME, 0.5)[0]) == " dome light off"


def test_other_texts_come_too_when_enough_are_wanted() -> None:
    assert {text(one) for one in heard(DOME, 0.5, enough=2)} >= {" dome light off", " don light off"}


def test_the_log_probability_is_of_the_sound_alone() -> None:
    first = heard(DOME, 0.5)[0]
    assert first.log_probability == pytest.approx(np.log(0.3 * 0.9 * 0.99), abs=1e-3)
    assert first.score < first.log_probability


def paid(*tokens: bytes) -> float:
    fusion = Fusion(Counted(SAID), TEXTS, 1.0, 0.0)
    hypothesis = fusion.begin()
    for token in tokens:
        hypothesis = fusion.extended(hypothesis, IDS[token], 0.0)
    return -fusion.ended(hypothesis, 0.0).score


def test_a_character_in_two_tokens_is_one_word() -> None:
    whole = Counted(SAID)
    costs = [whole.cost("", "", "打"), whole.cost("", "打", "开"), whole.cost("打", "开", "")]
    assert paid("打".encode(), "开".encode()[:2], "开".encode()[2:]) == pytest.approx(sum(costs))


def test_a_strange_word_costs_no_more_than_the_dearest_and_is_paid_once() -> None:
    assert paid(b" don", b"'t") < 2 * DEAREST + 0.1
    assert paid(b" don", b"'t") == pytest.approx(paid(b" don"), abs=2.0)


def test_punctuation_costs_nothing() -> None:
    assert paid(b" light", b" off", b".") == pytest.approx(paid(b" light", b" off"))


def test_without_an_expectation_only_the_sound_counts() -> None:
    fusion = Fusion(None, TEXTS, 1.0, 1.0)
    assert fusion.ended(fusion.extended(fusion.begin(), IDS[b" don"], -1.0), -0.5).score == pytest.approx(-1.5)


def test_texts_that_differ_in_punctuation_alone_are_one() -> None:
    found = [("Open it.", [1, 2, 3], -1.0), ("open it", [1, 2], -2.0), ("", [], -2.5), ("opened", [4], -3.0)]
    heard = told(found, "en", "engine")
    assert (heard.text, heard.alternatives) == ("Open it.", ("opened",))
    assert heard.confidence == pytest.approx(np.exp(-0.25))


def test_what_is_far_less_likely_is_not_told() -> None:
    assert told([("open", [1], -1.0), ("shut", [2], -1.1 - WORTH)], "en", "engine").alternatives == ()


def test_where_nothing_was_said_nothing_is_told() -> None:
    assert told([("...", [1], -1.0)], "zh", "engine").text == ""
