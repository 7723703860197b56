"""What the voices say is understood by a recogniser, and the demo's recordings are what the manifest says."""

from __future__ import annotations

import re
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soxr
from faster_whisper import WhisperModel
from pypinyin import lazy_pinyin
from rapidfuzz import fuzz

from cockpit.config import Settings
from cockpit.ports import Synthesizer
from cockpit.tts.kokoro import KokoroSynthesizer
from cockpit.tts.normalise_zh import normalise
from cockpit.tts.piper import PiperSynthesizer
from cockpit.types import SAMPLE_RATE_HZ, Lang, Pcm
from hil.speech.record import FOLDER, utterances

MODELS = Settings().models_dir
CHINESE = ("打开空调", "还能跑多远", "明天天气怎么样", "打电话给王强", "空调已经打开了")
ENGLISH = ("turn on the air conditioning", "how far can we still drive", "the driver's window is open")


@pytest.fixture(scope="module")
def whisper() -> Any:
    return WhisperModel(str(MODELS / "whisper-base"), device="cpu", compute_type="int8", cpu_threads=2)


def heard(whisper: Any, pcm: Pcm, lang: Lang) -> str:
    prompt = "以下是普通话的句子。" if lang == "zh" else None
    segments, _ = whisper.transcribe(pcm, language=lang, initial_prompt=prompt, temperature=0.0)
    return "".join(segment.text for segment in segments)


def sound(text: str, lang: Lang) -> str:
    """Letters only; Chinese as pinyin without tones, so that homophones are the same."""
    if lang == "en":
        return re.sub(r"[^a-z ]", "", text.lower()).strip()
    return " ".join(lazy_pinyin(re.sub(r"[^\u4e00-\u9fff]", "", normalise(text))))


def similarity(whisper: Any, voice: Synthesizer, text: str, lang: Lang) -> float:
    pcm = np.concatenate(list(voice.synthesise(text, lang)))
    silence = np.zeros(SAMPLE_RATE_HZ // 3, np.float32)
    pcm = np.concatenate([silence, soxr.resample(pcm, voice.capabilities.rate_hz, SAMPLE_RATE_HZ), silence])
    return fuzz.ratio(sound(heard(whisper, pcm.astype(np.float32), lang), lang), sound(text, lang))


@pytest.mark.models
def test_chinese_of_kokoro_is_understood(whisper: Any) -> None:
    voice = KokoroSynthesizer(MODELS)
    voice.load()
    scores = {text: similarity(whisper, voice, text, "zh") for text in CHINESE}
    assert sum(score >= 80 for score in scores.values()) >= 4, scores


@pytest.mark.models
def test_english_of_piper_is_understood(whisper: Any) -> None:
    voice = PiperSynthesizer(MODELS, "piper-en-joe", "en")
    voice.load()
    scores = {text: similarity(whisper, voice, text, "en") for text in ENGLISH}
    assert min(scores.values()) >= 80, scores


@pytest.mark.models
def test_english_of_kokoro_is_understood(whisper: Any) -> None:
    voice = KokoroSynthesizer(MODELS)
    voice.load()
    scores = {text: similarity(whisper, voice, text, "en") for text in ENGLISH}
    assert sum(score >= 80 for score in scores.values()) >= 2, scores


def read(file: Path) -> Pcm:
    with wave.open(str(file)) as wav:
        assert (wav.getframerate(), wav.getnchannels(), wav.getsampwidth()) == (SAMPLE_RATE_HZ, 1, 2)
        return np.frombuffer(wav.readframes(wav.getnframes()), "<i2").astype(np.float32) / 32768


def test_the_recordings_are_whole() -> None:
    recorded = utterances()
    assert sum(one.lang == "zh" for one in recorded) == sum(one.lang == "en" for one in recorded) == 10
    assert {one.file for one in recorded} == set(FOLDER.glob("*.wav"))
    for one in recorded:
        pcm = read(one.file)
        edge = int(0.25 * SAMPLE_RATE_HZ)
        assert 1 < len(pcm) / SAMPLE_RATE_HZ < 5, one.text
        assert 0.5 < np.abs(pcm).max() < 0.9, one.text
        assert np.abs(pcm[:edge]).max() == np.abs(pcm[-edge:]).max() == 0, one.text


@pytest.mark.models
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_recordings_are_understood(whisper: Any, lang: Lang) -> None:
    scores = {
        one.text: fuzz.ratio(sound(heard(whisper, read(one.file), lang), lang), sound(one.text, lang))
        for one in utterances()
        if one.lang == lang
    }
    assert sum(score >= 90 for score in scores.values()) >= 9, scores
