"""Noise of a car and of people talking, made here, mixed under speech at a stated ratio. Mono at 16 kHz."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cockpit.types import SAMPLE_RATE_HZ, Pcm

KNEE_HZ = 40.0
"""Road and engine: below it as strong as at it, above it weaker by 6 dB an octave."""
WIND = 0.02
"""White noise beside, by amplitude: wind at the windows."""
VOICES = 6


def car(samples: int, rng: np.random.Generator) -> Pcm:
    """Rumble with some wind."""
    white = rng.standard_normal(samples)
    spectrum = np.fft.rfft(white)
    spectrum /= np.maximum(np.fft.rfftfreq(samples, 1 / SAMPLE_RATE_HZ), KNEE_HZ) / KNEE_HZ
    return (np.fft.irfft(spectrum, samples) + WIND * white).astype(np.float32)


def babble(samples: int, speech: Sequence[Pcm], rng: np.random.Generator) -> Pcm:
    """`VOICES` of the recordings in `speech` at once, each from anywhere in it and over again."""
    mixed = np.zeros(samples, np.float32)
    for number in rng.choice(len(speech), VOICES):
        voice = speech[number]
        mixed += np.resize(np.roll(voice, rng.integers(len(voice))), samples)
    return mixed


def mixed(speech: Pcm, noise: Pcm, snr_db: float) -> Pcm:
    """`speech` with as long a `noise` under it, so much weaker by mean power over the whole."""
    power = float(np.mean(np.square(noise)))
    if power == 0.0:
        return speech
    gain = np.sqrt(float(np.mean(np.square(speech))) / power / 10 ** (snr_db / 10))
    return (speech + noise * np.float32(gain)).astype(np.float32)
