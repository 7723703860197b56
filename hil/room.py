"""A car's inside between a mouth or loudspeaker and a microphone, made up: delay, response, a loudspeaker's limits."""

from __future__ import annotations

import numpy as np
import soxr

from cockpit.types import SAMPLE_RATE_HZ, Pcm

T60_S = 0.08
"""Time in which sound dies by 60 dB. Cars are measured at 0.05 to 0.1 s."""
DIRECT = 0.7
"""Share of the first arrival in the energy."""


def response(delay_s: float, rng: np.random.Generator, t60_s: float = T60_S) -> Pcm:
    """Impulse response of unit energy: the first arrival after `delay_s`, then noise that dies away exponentially."""
    delay, tail = round(delay_s * SAMPLE_RATE_HZ), round(t60_s * SAMPLE_RATE_HZ)
    late = rng.standard_normal(tail) * 10 ** (-3 * np.arange(tail) / tail)
    late *= np.sqrt((1 - DIRECT) / np.square(late).sum())
    made = np.zeros(delay + 1 + tail)
    made[delay] = np.sqrt(DIRECT)
    made[delay + 1 :] = late
    return made.astype(np.float32)


def heard(sound: Pcm, impulse: Pcm) -> Pcm:
    """`sound` as it arrives, as long as it was."""
    size = len(sound) + len(impulse) - 1
    spectrum = np.fft.rfft(sound, size) * np.fft.rfft(impulse, size)
    return np.asarray(np.fft.irfft(spectrum, size)[: len(sound)], np.float32)


def loudspeaker(sound: Pcm, drive: float = 1.5) -> Pcm:
    """Soft clipping, as of a small driver played loud: about -25 dB of distortion at the peaks for a `drive` of 1.5."""
    return np.asarray(np.tanh(drive * sound) / drive, np.float32)


def at_level(sound: Pcm, level_db: float) -> Pcm:
    """`sound` with its speech (the louder half of its 20 ms pieces) at `level_db` under full scale, RMS."""
    return sound * np.float32(10 ** ((level_db - speech_level_db(sound)) / 20))


def speech_level_db(sound: Pcm) -> float:
    """RMS level of the louder half of the 20 ms pieces, in dB under full scale."""
    piece = SAMPLE_RATE_HZ // 50
    powers = np.square(sound[: len(sound) // piece * piece].reshape(-1, piece)).mean(axis=1)
    loud = powers[powers >= powers.max() / 1000]
    return float(10 * np.log10(loud.mean() + 1e-12))


def skewed(sound: Pcm, parts_per_million: float) -> Pcm:
    """`sound` as a crystal that is off by so much has it."""
    return np.asarray(soxr.resample(sound, SAMPLE_RATE_HZ * (1 + parts_per_million * 1e-6), SAMPLE_RATE_HZ), np.float32)
