"""How strong a sound is over time in bands of pitch, and what of one sound another accounts for.

Two microphones that hear one person, or a microphone and the loudspeaker it hears, rise and fall together. What is much
stronger in one than the other would have it is somebody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cockpit.types import SAMPLE_RATE_HZ, Pcm

HOP = 160
"""Samples between two frames: 10 ms."""
WINDOW = 512
"""Samples of a frame: 32 ms."""
EDGES_HZ = (200, 350, 500, 700, 900, 1200, 1600, 2100, 2700, 3500, 4500, 6000)
"""Speech without the rumble of the road, in bands about as wide as hearing resolves."""

Bands = NDArray[np.float32]
"""Power, of shape (frames, bands)."""

_BINS = np.rint(np.array(EDGES_HZ) * WINDOW / SAMPLE_RATE_HZ).astype(int)
_SHAPE = np.hanning(WINDOW).astype(np.float32)
_RANGE = 1e-3
"""Levels are compared over 30 dB: under that is noise."""
_DECAY = 0.4
"""What is left of the power in a car after 10 ms, at least."""
_NOISE_RANK, _NOISE_TIMES = 10, 4.0
"""Noise is what a tenth of the frames do not exceed; it may be this much stronger elsewhere."""
_GAIN_RANK = 35
_TINY = 1e-12


def bands(pcm: Pcm) -> Bands:
    """Mean power in each band, a frame every `HOP` samples; no frame for what is shorter than `WINDOW`."""
    if len(pcm) < WINDOW:
        return np.zeros((0, len(EDGES_HZ) - 1), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(pcm, WINDOW)[::HOP]
    power = np.square(np.abs(np.fft.rfft(frames * _SHAPE, axis=1)))
    sums = np.add.reduceat(power[:, : _BINS[-1]], _BINS[:-1], axis=1)
    return np.asarray(sums / (np.diff(_BINS) * WINDOW), np.float32)


def lingering(power: Bands) -> Bands:
    """Power with the tail that a car's inside gives it."""
    made = power.copy()
    for before, after in pairwise(made):
        np.maximum(after, before * np.float32(_DECAY), out=after)
    return made


def alike(one: Bands, other: Bands) -> float:
    """Correlation of the levels in dB, -1..1, over all bands together, each freed of its mean."""
    a, b = _levels(one), _levels(other)
    scale = float(np.sqrt(np.square(a).sum() * np.square(b).sum()))
    return float((a * b).sum()) / scale if scale else 0.0


def foreign_s(sound: Bands, others: Sequence[Bands], times: float) -> float:
    """How long most of `sound` was over `times` the power that any of `others`, of as many frames, accounts for.

    Each band has its own gain from the one to the other, a rather low one of where the other is strong, since in some
    of that somebody else speaks too; noise does not count.
    """
    expected = np.max([other * _gain(sound, other) for other in others], axis=0)
    noise = np.percentile(sound, _NOISE_RANK, axis=0)
    total = sound.sum(axis=1)
    stronger = np.where(sound > times * expected + _NOISE_TIMES * noise, sound, 0.0).sum(axis=1)
    return float(((stronger > total / 2) & (total > total.max() / 100)).sum()) * HOP / SAMPLE_RATE_HZ


def _gain(sound: Bands, other: Bands) -> Bands:
    """Of each band, from `other` to `sound`."""
    heard = other > other.max(axis=0) * 1e-2
    heard[:, ~heard.any(axis=0)] = True
    ratio = np.where(heard, np.log10(sound + _TINY) - np.log10(other + _TINY), np.nan)
    return np.asarray(10 ** np.nanpercentile(ratio, _GAIN_RANK, axis=0), np.float32)


def level_db(sound: Bands) -> tuple[float, float]:
    """Level of the speech in it, noise taken off, and of the noise; dB under full scale."""
    total = sound.sum(axis=1)
    noise = float(np.percentile(total, _NOISE_RANK))
    speech = float(np.mean(total[total >= np.percentile(total, 70)])) - noise
    return 10 * float(np.log10(max(speech, 0.0) + _TINY)), 10 * float(np.log10(noise + _TINY))


def _levels(power: Bands) -> Bands:
    level = np.log10(np.maximum(power, power.max(axis=0) * _RANGE) + _TINY)
    return np.asarray(level - level.mean(axis=0), np.float32)
