"""The shipped wake words on synthesised speech."""

from __future__ import annotations

import numpy as np
import pytest

from cockpit.audio.endpointing import SpeechEnd
from cockpit.audio.listening import Detectors, Listener
from cockpit.audio.sources import WavSource
from cockpit.audio.vad import SileroVad
from cockpit.audio.wake import WakeWords, Woken
from cockpit.audio.wav import encode_wav
from cockpit.config import ROOT, AudioSettings, Settings
from cockpit.types import SAMPLE_RATE_HZ, Lang, Pcm
from hil.music import music
from hil.speech.timed import TimedKokoro

pytestmark = pytest.mark.models

SAID: list[tuple[str, Lang, str, str]] = [
    ("nihao_xiaochi", "zh", "你好小驰", "打开空调"),
    ("xiaochi_xiaochi", "zh", "小驰小驰", "我想听歌"),
    ("hey_cockpit", "en", "hey cockpit", "open the window"),
    ("okay_cockpit", "en", "okay cockpit", "turn on the lights"),
]
TOO_NEAR = pytest.mark.xfail(strict=True, reason="the heads still take the nearest names for their own word")
SPEAKERS: dict[Lang, str] = {"zh": "zf_xiaobei", "en": "af_heart"}


@pytest.fixture(scope="module")
def voice() -> TimedKokoro:
    kokoro = TimedKokoro(Settings().models_dir)
    kokoro.load()
    return kokoro


@pytest.fixture(scope="module")
def wake() -> WakeWords:
    words = WakeWords(Settings().models_dir / "wake-features", ROOT / "models" / "wake")
    words.load()
    return words


def around(pcm: Pcm, before_s: float = 1.0, after_s: float = 1.5) -> Pcm:
    """With a quiet room around it."""
    sound = np.pad(pcm, (int(before_s * SAMPLE_RATE_HZ), int(after_s * SAMPLE_RATE_HZ)))
    return (sound + 2e-4 * np.random.default_rng(3).standard_normal(len(sound))).astype(np.float32)


def heard(wake: WakeWords, sound: Pcm) -> list[Woken]:
    wake.reset()
    return [woken for at in range(0, len(sound), 512) for woken in wake.take(sound[at : at + 512])]


def test_there_is_a_head_for_every_word(wake: WakeWords) -> None:
    assert set(wake.words) == {word for word, *_ in SAID}


@pytest.mark.parametrize(("word", "lang", "say", "then"), SAID)
def test_a_wake_word_is_found_alone(
    voice: TimedKokoro, wake: WakeWords, word: str, lang: Lang, say: str, then: str
) -> None:
    timed = voice.say(say, "", lang, SPEAKERS[lang])
    assert [(woken.word, woken.lang) for woken in heard(wake, around(timed.pcm))] == [(word, lang)]


@pytest.mark.parametrize(("word", "lang", "say", "then"), SAID)
async def test_a_command_in_the_same_breath_is_heard_whole(
    voice: TimedKokoro, wake: WakeWords, word: str, lang: Lang, say: str, then: str
) -> None:
    timed = voice.say(say, then, lang, SPEAKERS[lang])
    source = WavSource(encode_wav(around(timed.pcm)), "driver")
    wake.reset()
    listener = Listener(source, Detectors(SileroVad(), wake=lambda: wake), AudioSettings())
    events = [event async for event in listener.events() if isinstance(event, Woken | SpeechEnd)]
    assert [getattr(event, "word", "") for event in events] == [word, ""]
    woken, end = events
    assert isinstance(woken, Woken)
    assert isinstance(end, SpeechEnd)
    command = SAMPLE_RATE_HZ + timed.end
    assert -0.3 * SAMPLE_RATE_HZ <= woken.end_sample - command <= 0.05 * SAMPLE_RATE_HZ
    assert len(end.pcm) >= 0.9 * (np.flatnonzero(np.abs(timed.pcm) > 0.01)[-1] - timed.end)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        *(("zh", text) for text in ("你好", "小驰", "小吃", "打开空调")),
        *(("en", text) for text in ("hey", "the cockpit of the plane", "okay", "open the window")),
        *(pytest.param(*near, marks=TOO_NEAR) for near in (("zh", "你好小强"), ("en", "hey copper"))),
    ],
)
def test_what_only_sounds_like_one_wakes_nobody(voice: TimedKokoro, wake: WakeWords, lang: Lang, text: str) -> None:
    assert heard(wake, around(voice.say(text, "", lang, SPEAKERS[lang]).pcm)) == []


def test_music_wakes_nobody(wake: WakeWords) -> None:
    assert heard(wake, music(40 * SAMPLE_RATE_HZ, np.random.default_rng(11))) == []


def test_a_word_that_is_not_wanted_is_not_found(voice: TimedKokoro) -> None:
    only = WakeWords(Settings().models_dir / "wake-features", ROOT / "models" / "wake", words=["hey_cockpit"])
    only.load()
    assert only.words == ("hey_cockpit",)
    assert heard(only, around(voice.say("你好小驰", "", "zh", "zf_xiaobei").pcm)) == []
    assert len(heard(only, around(voice.say("hey cockpit", "", "en", "af_heart").pcm))) == 1
