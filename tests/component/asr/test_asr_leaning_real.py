"""The real engines with the shipped skills in mind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from cockpit.asr.moonshine import MoonshineRecognizer
from cockpit.asr.whisper import WhisperRecognizer
from cockpit.config import Settings
from cockpit.nlu.expectation import Expectations
from cockpit.ports import Recognizer
from cockpit.runtime.expecting import likely
from cockpit.types import Lang, Pcm

pytestmark = pytest.mark.models

WORDS = {"air": "air conditioning", "windows": "windows", "airport": "airport"}


@pytest.fixture(scope="module", params=["moonshine", "whisper"])
def engine(request: pytest.FixtureRequest, models: Path) -> Iterator[Recognizer]:
    made: Recognizer = (
        MoonshineRecognizer(models / "moonshine-base-en", 2)
        if request.param == "moonshine"
        else WhisperRecognizer(models / "whisper-base", 2)
    )
    made.load()
    yield made
    made.close()


@pytest.fixture(scope="module")
def known() -> Mapping[Lang, Expectations]:
    return likely(Settings())


@pytest.mark.parametrize("name", WORDS)
def test_commands_are_heard(
    engine: Recognizer, known: Mapping[Lang, Expectations], english: dict[str, Pcm], name: str
) -> None:
    heard = engine.recognise(english[name], "en", known["en"].expected())
    assert WORDS[name] in heard.text.lower()
    assert heard.confidence > 0.5
    assert heard.text not in heard.alternatives


def test_where_nobody_speaks_nothing_is_made_up(
    engine: Recognizer, known: Mapping[Lang, Expectations], nothing_said: Pcm
) -> None:
    heard = engine.recognise(nothing_said, "en", known["en"].expected())
    assert (heard.text, heard.alternatives) == ("", ())
