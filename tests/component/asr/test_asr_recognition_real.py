"""The front with the real engines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cockpit.asr.recognition import Recognition
from cockpit.config import AsrSettings
from cockpit.errors import ModelError
from cockpit.types import Pcm, Utterance

pytestmark = pytest.mark.models


async def test_english_is_detected_and_heard(models: Path, english: dict[str, Pcm]) -> None:
    recognition = Recognition(AsrSettings(deadline_s=60), models)
    transcript = await recognition.transcribe(Utterance(english["windows"], "driver", 0.0))
    assert (transcript.lang, transcript.engine) == ("en", "moonshine")
    assert re.sub(r"\W", "", transcript.text.lower()) == "closeallthewindows"
    recognition.close()


async def test_30_s_of_nothing_is_an_empty_transcript(models: Path, nothing_said: Pcm) -> None:
    recognition = Recognition(AsrSettings(deadline_s=60), models)
    assert (await recognition.transcribe(Utterance(nothing_said, "driver", 0.0))).text == ""
    recognition.close()


async def test_no_models_at_all(tmp_path: Path, english: dict[str, Pcm]) -> None:
    recognition = Recognition(AsrSettings(), tmp_path)
    assert recognition.ready() == {"zh": False, "en": False}
    for _ in range(2):
        with pytest.raises(ModelError) as error:
            await recognition.transcribe(Utterance(english["air"], "driver", 0.0))
        assert error.value.code == "model-missing"
    recognition.close()
