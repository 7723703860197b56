"""How long a silence is waited out after what was said so far, by the shipped network."""

from __future__ import annotations

import pytest

from cockpit.config import Settings
from cockpit.runtime.drafts import Draft
from cockpit.runtime.hearing import Heard
from cockpit.runtime.patience import Patience
from cockpit.runtime.turn import language_of
from cockpit.runtime.understanding import understanding
from cockpit.types import Transcript

SETTINGS = Settings()
AUDIO = SETTINGS.audio


def silence_ms(text: str) -> int:
    known = understanding(SETTINGS)
    lang = language_of(text) or "zh"
    heard = Heard(Transcript(text, lang, "test", 1.0), known.understander.understand(text, lang))
    return Patience(AUDIO, known.skills).milliseconds(Draft(heard, ""))


@pytest.mark.parametrize(
    "text",
    ["打开空调", "温度调到二十二度", "关闭所有车窗", "打开副驾座椅加热", "下一首",
     "turn on the AC", "close all windows", "set the temperature to twenty one degrees", "next song", "call Emily"],
)  # fmt: skip
def test_a_complete_command_ends_soon(text: str) -> None:
    assert silence_ms(text) == AUDIO.end_silence_complete_ms


@pytest.mark.parametrize(
    "text",
    ["把空调调到", "请帮我把", "把副驾", "车窗开到", "打电话给", "打开空调然后", "打开空调，并且",
     "set the temperature to", "turn on the", "open the", "I want to", "open the window and", "navigate to",
     "温度调到", "call"],
)  # fmt: skip
def test_a_sentence_that_breaks_off_is_waited_for(text: str) -> None:
    assert silence_ms(text) == AUDIO.end_silence_incomplete_ms


@pytest.mark.parametrize("text", ["", "导航到上海", "navigate to the airport", "今天真热啊", "Set the volume to 2."])
def test_what_may_be_all_or_not_is_waited_for_as_usual(text: str) -> None:
    assert silence_ms(text) == AUDIO.end_silence_ms
