"""What lies between a mouth and a microphone: the cabin, and the pitch of another throat. Mono at 16 kHz."""

from __future__ import annotations

import numpy as np
import soxr

from cockpit.types import SAMPLE_RATE_HZ, Pcm

T60_S = (0.05, 0.15)
"""How long sound lives in a car's cabin until it is 60 dB weaker, from a small and soft one to a large and hard one."""
DIRECT_DB = 3.0
"""How much stronger the direct sound is than all that comes back, a hand's length to a metre from the mouth."""
FIRST_S = 0.0015
"""The nearest wall's sound comes so much later: half a metre of a way round."""


def response(t60_s: float, rng: np.random.Generator) -> Pcm:
    """A cabin: direct sound, then noise that dies away exponentially."""
    t = np.arange(int(t60_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    tail = rng.standard_normal(len(t)) * 10 ** (-3 * t / t60_s)
    tail[t < FIRST_S] = 0.0
    tail *= 10 ** (-DIRECT_DB / 20) / np.sqrt(np.sum(np.square(tail)))
    tail[0] = 1.0
    return tail.astype(np.float32)


def heard_in(pcm: Pcm, cabin: Pcm) -> Pcm:
    """`pcm` as it sounds in `cabin`, as long and as loud as it was."""
    size = len(pcm) + len(cabin) - 1
    sound = np.fft.irfft(np.fft.rfft(pcm, size) * np.fft.rfft(cabin, size), size)[: len(pcm)]
    loud = float(np.sqrt(np.mean(np.square(sound))))
    return (sound * (float(np.sqrt(np.mean(np.square(pcm)))) / max(loud, 1e-9))).astype(np.float32)


def pitched(pcm: Pcm, factor: float) -> Pcm:
    """Higher by `factor` with all its formants, and so much faster."""
    return np.asarray(soxr.resample(pcm, SAMPLE_RATE_HZ * factor, SAMPLE_RATE_HZ), np.float32)
