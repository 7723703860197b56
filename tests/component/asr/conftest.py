"""Speech to hear: English by Piper, and sounds that are no speech."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from piper import PiperVoice, SynthesisConfig

from cockpit.audio.wav import resample
from cockpit.config import Settings
from cockpit.types import Pcm

ENGLISH = {
    "air": "Turn on the air conditioning.",
    "temperature": "Set the temperature to twenty two degrees.",
    "windows": "Close all the windows.",
    "airport": "Navigate to the airport.",
    "cold": "I'm cold.",
}


@pytest.fixture(scope="session")
def models() -> Path:
    return Settings().models_dir


@pytest.fixture(scope="session")
def english(models: Path) -> dict[str, Pcm]:
    """The sentences of `ENGLISH`, spoken, the same in every run: Piper's noise is off."""
    same = SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0)
    voice = PiperVoice.load(models / "piper-en-joe" / "en_US-joe-medium.onnx")
    spoken = {}
    for name, text in ENGLISH.items():
        pieces = [chunk.audio_float_array for chunk in voice.synthesize(text, same)]
        spoken[name] = resample(np.concatenate(pieces).astype(np.float32), voice.config.sample_rate)
    return spoken


@pytest.fixture(params=["silence", "white", "brown", "hum"])
def nothing_said(request: pytest.FixtureRequest) -> Pcm:
    """30 s in which nobody speaks."""
    return not_speech(request.param)


def not_speech(kind: str, seconds: float = 30.0) -> Pcm:
    samples = int(seconds * 16_000)
    white = np.random.default_rng(3).standard_normal(samples)
    if kind == "silence":
        sound = np.zeros(samples)
    elif kind == "hum":
        sound = np.sin(2 * np.pi * 100 * np.arange(samples) / 16_000)
    elif kind == "brown":
        spectrum = np.fft.rfft(white)
        sound = np.fft.irfft(spectrum / np.arange(1, len(spectrum) + 1), samples)
    else:
        sound = white
    return (0.1 * sound / max(np.abs(sound).max(), 1e-9)).astype(np.float32)
