"""Error rates of transcripts."""

from __future__ import annotations

import pytest

from cockpit.types import Lang
from hil.speech.scoring import Errors, errors, total


@pytest.mark.parametrize(
    ("said", "heard", "lang"),
    [
        ("Set it to twenty one degrees.", "set it to 21 degrees", "en"),
        ("what's the weather", "Whats the weather?", "en"),
        ("two nine three four zero", "29340", "en"),
        ("温度调到二十二度", "温度调到22度。", "zh"),
    ],
)
def test_writing_is_no_error(said: str, heard: str, lang: Lang) -> None:
    found = errors(said, heard, lang)
    assert (found.wrong_words, found.wrong_characters) == (0, 0)
    assert found.words > 2


def test_words_are_counted_by_edits() -> None:
    found = errors("turn on the seat heating", "turn on my sea heating please", "en")
    assert (found.wrong_words, found.words, found.word_rate) == (3, 5, 0.6)
    assert found.wrong_characters == 10
    assert found.characters == len("turnontheseatheating")


def test_a_homophone_is_a_wrong_character_and_no_wrong_syllable() -> None:
    found = errors("副驾座椅", "付架座椅", "zh")
    assert (found.wrong_words, found.words) == (0, 4)
    assert (found.wrong_characters, found.characters) == (2, 4)


def test_more_can_be_made_up_than_was_said() -> None:
    assert errors("yes", "yes you can do that", "en").word_rate == 4.0
    assert errors("yes", "", "en") == Errors(1, 1, 3, 3)


def test_rates_are_of_all_words_together() -> None:
    assert total([Errors(1, 1, 3, 3), Errors(0, 3, 0, 9)]).word_rate == 0.25
    assert Errors().character_rate == 0.0
