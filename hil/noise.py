"""Noise of a car and of people talking, made here, mixed under speech at a stated ratio. Mono at 16 kHz.

A ratio is of mean powers over the whole, nothing weighted. Nearly all of a car's noise lies below 200 Hz, where there
is little speech, so 0 dB of it disturbs much less than 0 dB of babble.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cockpit.types import SAMPLE_RATE_HZ, Pcm

KNEE_HZ = 40.0
"""Road: below it as strong as at it, above it weaker by 6 dB an octave."""
SPEED_KMH = 100.0
"""At which the road is 1 by the white noise that it is made from, and the others are what stands here."""
ROAD_GROWS, WIND_GROWS = 1.75, 3.0
"""Amplitude by the power of the speed: 35 and 60 dB a decade, as the field reckons with for tyres and for wind."""
WIND, WIND_KNEE_HZ, GUST_S = 0.03, 1000.0, 0.5
"""Wind at the windows: so strong up to its knee, above it weaker by 6 dB an octave; stronger and weaker by a third from
gust to gust."""
ENGINE = 0.1
"""Amplitude of the ignition's tone, whatever the speed; its harmonics fall by 6 dB an octave."""
IDLE_RPM, RPM_PER_KMH, IGNITIONS = 800.0, 22.0, 2
"""Four cylinders in top gear: two ignitions a revolution."""
HARMONICS = 8
VOICES = 6


def car(samples: int, rng: np.random.Generator, speed_kmh: float = SPEED_KMH) -> Pcm:
    """Road, wind and engine at a speed; at 0 the engine alone."""
    white, share = rng.standard_normal(samples), speed_kmh / SPEED_KMH
    road = share**ROAD_GROWS * _falling(white, KNEE_HZ)
    wind = WIND * share**WIND_GROWS * (1 + _slow(samples, rng) / 3) * _falling(white, WIND_KNEE_HZ)
    sound: Pcm = (road + wind + engine(samples, rng, speed_kmh)).astype(np.float32)
    return sound


def _falling(white: NDArray[np.float64], knee_hz: float) -> NDArray[np.float64]:
    """Weaker by 6 dB an octave above the knee."""
    hertz = np.fft.rfftfreq(len(white), 1 / SAMPLE_RATE_HZ)
    falling: NDArray[np.float64] = np.fft.irfft(np.fft.rfft(white) / np.maximum(hertz / knee_hz, 1), len(white))
    return falling


def engine(samples: int, rng: np.random.Generator, speed_kmh: float) -> NDArray[np.float64]:
    """The ignition's tone and its harmonics; the revolutions drift by a hundredth."""
    revolutions = max(IDLE_RPM, RPM_PER_KMH * speed_kmh) / 60 * (1 + 0.01 * _slow(samples, rng))
    phase = 2 * np.pi * np.cumsum(revolutions * IGNITIONS) / SAMPLE_RATE_HZ
    orders = range(1, HARMONICS + 1)
    tones: NDArray[np.float64] = sum((np.sin(n * phase + rng.uniform(0, 6)) / n for n in orders), np.zeros(samples))
    tones *= ENGINE
    return tones


def _slow(samples: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Wanders between -1 and 1, once every `GUST_S`."""
    step = int(GUST_S * SAMPLE_RATE_HZ)
    points = rng.uniform(-1, 1, samples // step + 2)
    return np.interp(np.arange(samples), np.arange(len(points)) * step, points)


def babble(samples: int, speech: Sequence[Pcm], rng: np.random.Generator) -> Pcm:
    """`VOICES` of the recordings in `speech` at once, equally loud, each from anywhere in it and over again."""
    mixed = np.zeros(samples, np.float32)
    for number in rng.choice(len(speech), VOICES, replace=len(speech) < VOICES):
        voice = speech[number] / max(float(np.sqrt(np.mean(np.square(speech[number])))), 1e-6)
        mixed += np.resize(np.roll(voice, rng.integers(len(voice))), samples)
    return mixed


def mixed(speech: Pcm, noise: Pcm, snr_db: float) -> Pcm:
    """`speech` with as long a `noise` under it, so much weaker by mean power over the whole."""
    power = float(np.mean(np.square(noise)))
    if power == 0.0:
        return speech
    gain = np.sqrt(float(np.mean(np.square(speech))) / power / 10 ** (snr_db / 10))
    return (speech + noise * np.float32(gain)).astype(np.float32)
