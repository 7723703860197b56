"""Music as a radio plays it, made here: chords, bass, drums, and a voice that sings vowels. Mono at 16 kHz.

It has what misleads a listener for speech (formants, syllables, beats, voiced tones) and no word. The same seed makes
the same piece, so that what is measured on it can be measured again.
"""

from __future__ import annotations

from itertools import cycle

import numpy as np
from numpy.typing import NDArray

from cockpit.types import SAMPLE_RATE_HZ, Pcm

Sound = NDArray[np.float64]

PROGRESSIONS = ((0, 5, 3, 4), (0, 3, 4, 4), (5, 3, 0, 4), (0, 4, 5, 3))
"""Degrees of a scale that chords stand on, from 0."""
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
BEATS = 4
"""A bar."""
VOWELS = ((730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240))
"""First three formants in Hz of a, e, i, o, u, men (Peterson and Barney, J. Acoust. Soc. Am. 24, 1952)."""
BANDWIDTHS = (80.0, 100.0, 140.0)
VIBRATO_HZ, VIBRATO = 5.5, 0.012
LEVELS = {"chords": 0.25, "bass": 0.3, "drums": 0.3, "voice": 0.35}
PEAK = 0.7


def music(samples: int, rng: np.random.Generator) -> Pcm:
    """Pieces of about half a minute, one after the other, each with a key, a speed and instruments of its own."""
    made = np.zeros(0)
    while len(made) < samples:
        made = np.concatenate((made, piece(rng)))
    made = made[:samples]
    return (made * (PEAK / max(float(np.abs(made).max(initial=0.0)), 1e-9))).astype(np.float32)


def piece(rng: np.random.Generator, bars: int = 16) -> Sound:
    """`bars` bars; now and then without drums or without the voice."""
    beat = int(60 / rng.uniform(70, 140) * SAMPLE_RATE_HZ)
    scale = MAJOR if rng.random() < 0.6 else MINOR
    root, degrees = int(rng.integers(45, 57)), PROGRESSIONS[rng.integers(len(PROGRESSIONS))]
    bright = rng.uniform(0.6, 1.6)
    drums, sings = rng.random() < 0.8, rng.random() < 0.7
    mixed = np.zeros(bars * BEATS * beat)
    for bar, degree in zip(range(bars), cycle(degrees), strict=False):
        at, long = bar * BEATS * beat, BEATS * beat
        notes = [_note(scale, root, degree + third) for third in (0, 2, 4)]
        mixed[at : at + long] += LEVELS["chords"] / 3 * sum(_tone(_hertz(note), long, bright) for note in notes)
        for n in range(BEATS):
            here = slice(at + n * beat, at + (n + 1) * beat)
            mixed[here] += LEVELS["bass"] * _tone(_hertz(notes[0] - 12), beat, 2.0)
            if drums:
                mixed[here] += LEVELS["drums"] * _drum(n, beat, rng)
            if sings and rng.random() < 0.8:
                sung = _note(scale, root + 12, degree + int(rng.integers(-2, 5)))
                mixed[here] += LEVELS["voice"] * _sung(_hertz(sung), beat, rng)
    return mixed


def _note(scale: tuple[int, ...], root: int, degree: int) -> int:
    """MIDI number of a degree of the scale."""
    octave, step = divmod(degree, len(scale))
    return root + 12 * octave + scale[step]


def _hertz(note: float) -> float:
    return float(440 * 2 ** ((note - 69) / 12))


def _tone(hertz: float, samples: int, falls: float) -> Sound:
    """Harmonics that weaken by the power `falls` of their number, struck and dying away."""
    t = np.arange(samples) / SAMPLE_RATE_HZ
    orders = [n for n in range(1, 9) if n * hertz < SAMPLE_RATE_HZ / 2]
    tone: Sound = sum((np.sin(2 * np.pi * n * hertz * t) / n**falls for n in orders), np.zeros(samples))
    tone *= _envelope(samples, 0.01) * np.exp(-1.5 * t)
    return tone


def _drum(beat: int, samples: int, rng: np.random.Generator) -> Sound:
    """A bass drum on even beats, a snare on odd ones, and a hat between two."""
    t = np.arange(samples) / SAMPLE_RATE_HZ
    hit: Sound = np.exp(-t * 18) * np.sin(2 * np.pi * (45 * t + 6 * (1 - np.exp(-30 * t))))
    if beat % 2:
        hit = np.exp(-t * 22) * (0.6 * rng.standard_normal(samples) + 0.4 * np.sin(2 * np.pi * 190 * t))
    hat: Sound = np.diff(rng.standard_normal(samples + 1)) * np.exp(-((t - t[-1] / 2) % t[-1]) * 70)
    hit += 0.15 * hat
    return hit


def _sung(hertz: float, samples: int, rng: np.random.Generator) -> Sound:
    """A vowel on a note with vibrato: the harmonics of a glottal pulse, as strong as the formants let them be."""
    long = int(samples * rng.uniform(0.6, 0.95))
    t = np.arange(long) / SAMPLE_RATE_HZ
    phase = 2 * np.pi * hertz * (t - VIBRATO / (2 * np.pi * VIBRATO_HZ) * np.cos(2 * np.pi * VIBRATO_HZ * t))
    vowel, sung = VOWELS[rng.integers(len(VOWELS))], np.zeros(long)
    for n in range(1, int(4000 / hertz) + 1):
        sung += np.sin(n * phase) * _formants(n * hertz, vowel) / n
    sung *= _envelope(long, 0.05) / max(float(np.abs(sung).max(initial=0.0)), 1e-9)
    return np.concatenate((sung, np.zeros(samples - long)))


def _formants(hertz: float, vowel: tuple[int, ...]) -> float:
    """What resonances at the formants make of a partial's amplitude, weaker from formant to formant."""
    pairs = zip(vowel, BANDWIDTHS, (1.0, 0.5, 0.25), strict=True)
    return 0.02 + sum(level / (1 + ((hertz - formant) / width) ** 2) for formant, width, level in pairs)


def _envelope(samples: int, edge_s: float) -> Sound:
    """Rises and falls within `edge_s`."""
    edge = min(int(edge_s * SAMPLE_RATE_HZ), samples // 2)
    shape = np.ones(samples)
    shape[:edge] = np.linspace(0, 1, edge)
    shape[samples - edge :] = np.linspace(1, 0, edge)
    return shape
