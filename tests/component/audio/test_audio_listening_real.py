"""Silero VAD on real sound."""

from __future__ import annotations

import numpy as np
import pytest
from piper import PiperVoice

from cockpit.audio.endpointing import SpeechEnd, trim
from cockpit.audio.listening import Detectors, Listener
from cockpit.audio.sources import PushSource, WavSource
from cockpit.audio.vad import SileroVad
from cockpit.audio.wav import encode_wav, resample
from cockpit.config import AudioSettings, Settings
from cockpit.ports import AudioSource
from cockpit.types import Pcm

NOISES = {"silence": 0.0, "quiet noise": 0.003, "noise": 0.03, "loud noise": 0.2}


def noise(level: float, seconds: float) -> Pcm:
    return (level * np.random.default_rng(5).standard_normal(int(seconds * 16_000))).astype(np.float32)


async def heard(source: AudioSource) -> list[SpeechEnd]:
    listener = Listener(source, Detectors(SileroVad()), AudioSettings())
    return [event async for event in listener.events() if isinstance(event, SpeechEnd)]


def played(sound: Pcm) -> WavSource:
    return WavSource(encode_wav(sound), "driver")


@pytest.mark.parametrize("kind", NOISES)
async def test_30_s_without_speech_hold_no_utterance(kind: str) -> None:
    sound = noise(NOISES[kind], 30)
    assert await heard(played(sound)) == []
    assert trim(sound, SileroVad(), AudioSettings()) is None


@pytest.fixture(scope="module")
def speech() -> Pcm:
    voice = PiperVoice.load(Settings().models_dir / "piper-en-joe" / "en_US-joe-medium.onnx")
    pieces = [chunk.audio_float_array for chunk in voice.synthesize("Open the window and turn on the light.")]
    return resample(np.concatenate(pieces).astype(np.float32), voice.config.sample_rate)


@pytest.mark.models
async def test_speech_with_pauses_and_noise_around_it(speech: Pcm) -> None:
    pause = np.zeros(24_000, np.float32)
    sound = np.concatenate((pause, speech, pause, speech, pause))
    found = await heard(played(sound + noise(0.002, len(sound) / 16_000 + 1)[: len(sound)]))
    assert len(found) == 2
    assert all(abs(len(end.pcm) - len(speech)) < 12_000 for end in found)


@pytest.mark.models
async def test_a_live_stream_of_20_ms_frames(speech: Pcm) -> None:
    source = PushSource("rear_right", capacity=1000)
    sound = (np.pad(speech, (8_000, 16_000)) * 32767).astype("<i2").tobytes()
    for at in range(0, len(sound), 640):
        source.push(sound[at : at + 640])
    source.close()
    (found,) = await heard(source)
    assert abs(len(found.pcm) - len(speech)) < 12_000


@pytest.mark.models
def test_trim_takes_seconds_of_silence_away(speech: Pcm) -> None:
    trimmed = trim(np.pad(speech, (64_000, 80_000)), SileroVad(), AudioSettings())
    assert trimmed is not None
    assert abs(len(trimmed) - len(speech)) < 12_000
