"""What Vosk is told that it can hear."""

from __future__ import annotations

import json
from pathlib import Path
from typing import ClassVar

import pytest

from cockpit.asr import vosk as module
from cockpit.asr.vosk import VoskRecognizer, grammar_of
from cockpit.types import Lang


class Said:
    """Satisfies `ports.Expectation`."""

    words = ("open",)

    def __init__(self, *phrases: str) -> None:
        self.phrases = phrases

    def cost(self, first: str, second: str, word: str) -> float:
        return 1.0


class Kaldi:
    """Stands where vosk's recogniser does and keeps what it is made of: no model of either language can be pulled."""

    made: ClassVar[list[tuple[object, ...]]] = []

    def __init__(self, *arguments: object) -> None:
        self.made.append(arguments)

    def SetWords(self, wanted: bool) -> None:  # noqa: N802 (vosk's name)
        assert wanted


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> VoskRecognizer:
    monkeypatch.setattr(Kaldi, "made", [])
    monkeypatch.setattr(module.vosk, "KaldiRecognizer", Kaldi)
    recogniser = VoskRecognizer(Path("vosk-small-cn"), ("zh", "en"))
    monkeypatch.setattr(recogniser, "_model", "the model")
    return recogniser


@pytest.mark.parametrize(
    ("lang", "phrases", "grammar"),
    [
        ("en", ("Open the window", "open  the window", "fan up"), ["open the window", "fan up", "[unk]"]),
        ("zh", ("打开空调", "风量 三档"), ["打 开 空 调", "风 量 三 档", "[unk]"]),
    ],
)
def test_what_is_expected_is_all_that_can_be_heard(
    engine: VoskRecognizer, lang: Lang, phrases: tuple[str, ...], grammar: list[str]
) -> None:
    engine.stream(lang, Said(*phrases))
    ((model, rate, told),) = Kaldi.made
    assert (model, rate, json.loads(str(told))) == ("the model", 16_000, grammar)


def test_without_an_expectation_all_speech_can_be_heard(engine: VoskRecognizer) -> None:
    engine.stream("en")
    assert Kaldi.made == [("the model", 16_000)]


def test_a_phrase_comes_once() -> None:
    assert grammar_of(Said("Yes", "yes", "no"), "en") == ("yes", "no")
