"""Wake words as a microphone in a car hears them: throats, cabins, what is said before and after, noise, levels."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np

from cockpit.audio.wav import decode_wav
from cockpit.errors import AudioError
from cockpit.types import SAMPLE_RATE_HZ, Pcm
from hil import noise
from hil.cabin import T60_S, heard_in, pitched, response
from hil.music import music
from hil.speech.timed import Timed

PITCH = (0.85, 1.18)
LEVEL_DB = (-26.0, -1.0)
"""Of the loudest sample."""
SNR_DB = (0.0, 20.0)
GAP_S = (0.05, 0.5)
"""Between two things said; before a word at least twice as long."""
LEAST_S, AFTER_S = 1.2, 0.9
"""What lies before a wake word that is said first, and at least behind one."""
MUSIC_S = 120
"""Made once, and begun anywhere."""
HISS = (2e-5, 4e-4)
"""A microphone's own noise, by amplitude."""


def seconds(duration: float) -> int:
    """In samples."""
    return int(duration * SAMPLE_RATE_HZ)


def scene(word: Timed, others: Sequence[Pcm], rng: np.random.Generator) -> Timed:
    """One of many ways to meet a wake word. `others` are said before it, after it where nothing is, and as babble."""
    pitch = rng.uniform(*PITCH)
    said, end = pitched(word.pcm, pitch), int(word.end / pitch)
    loud = float(np.abs(said).max())
    before = silence(rng.uniform(LEAST_S, LEAST_S + 0.4))
    if rng.random() < 0.35:
        before = np.concatenate((before, _piece(others, loud, rng), silence(2 * rng.uniform(*GAP_S))))
    behind = silence(AFTER_S)
    if len(said) - end < seconds(0.2) and rng.random() < 0.5:
        said = said[: end + seconds(rng.uniform(0, GAP_S[1]))]
        behind = np.concatenate((_piece(others, loud, rng), behind))
    sound = np.concatenate((before, said, behind))
    if rng.random() < 0.7:
        sound = heard_in(sound, response(rng.uniform(*T60_S), rng))
    if rng.random() < 0.75:
        sound = mixed(sound, said, some_noise(len(sound), others, rng), rng.uniform(*SNR_DB))
    return Timed(levelled(sound, rng), len(before) + end)


def plain(word: Timed, rng: np.random.Generator) -> Timed:
    """Said as it was recorded, in silence and in a cabin."""
    before = silence(LEAST_S)
    sound = heard_in(np.concatenate((before, word.pcm, silence(AFTER_S))), response(rng.uniform(*T60_S), rng))
    return Timed(levelled(sound, rng), len(before) + word.end)


def stream(clips: Sequence[Pcm], rng: np.random.Generator, varied: bool = False) -> Pcm:
    """Clips one after the other with gaps; `varied` ones in other throats, cabins and noise."""
    parts: list[Pcm] = []
    for clip in clips:
        sound = pitched(clip, rng.uniform(*PITCH)) if varied else clip
        if varied and rng.random() < 0.5:
            sound = heard_in(sound, response(rng.uniform(*T60_S), rng))
        if varied and rng.random() < 0.4:
            sound = mixed(sound, sound, some_noise(len(sound), clips, rng), rng.uniform(*SNR_DB))
        parts += [levelled(sound, rng), hiss(seconds(rng.uniform(*GAP_S)), rng)]
    return np.concatenate(parts)


@cache
def _music() -> Pcm:
    return music(seconds(MUSIC_S), np.random.default_rng(3))


def some_noise(samples: int, others: Sequence[Pcm], rng: np.random.Generator) -> Pcm:
    """Car, babble, music or hiss."""
    kind = rng.random()
    if kind < 0.4:
        return noise.car(samples, rng, rng.uniform(20, 130))
    if kind < 0.8:
        return noise.babble(samples, others, rng)
    if kind < 0.9:
        return np.resize(np.roll(_music(), int(rng.integers(seconds(MUSIC_S)))), samples)
    return rng.standard_normal(samples).astype(np.float32)


def mixed(sound: Pcm, speech: Pcm, under: Pcm, snr_db: float) -> Pcm:
    """As `noise.mixed`, by the power of `speech` alone, whatever else is in `sound`."""
    power = float(np.mean(np.square(under)))
    gain = np.sqrt(float(np.mean(np.square(speech))) / max(power, 1e-12) / 10 ** (snr_db / 10))
    return (sound + under * np.float32(gain)).astype(np.float32)


def levelled(sound: Pcm, rng: np.random.Generator) -> Pcm:
    """At some level, with a microphone's hiss."""
    level = 10 ** (rng.uniform(*LEVEL_DB) / 20) / max(float(np.abs(sound).max(initial=0.0)), 1e-4)
    return (sound * np.float32(level) + hiss(len(sound), rng)).astype(np.float32)


def hiss(samples: int, rng: np.random.Generator) -> Pcm:
    return (rng.standard_normal(samples) * rng.uniform(*HISS)).astype(np.float32)


def silence(duration_s: float) -> Pcm:
    return np.zeros(seconds(duration_s), np.float32)


def _piece(others: Sequence[Pcm], loud: float, rng: np.random.Generator) -> Pcm:
    """The beginning of something said, about as loud."""
    other = others[int(rng.integers(len(others)))][: seconds(rng.uniform(0.5, 1.2))]
    level = loud * rng.uniform(0.6, 1.4) / max(float(np.abs(other).max(initial=0.0)), 1e-4)
    return (other * np.float32(level)).astype(np.float32)


def recordings(folder: Path, held_out: bool | None) -> list[Pcm]:
    """Half of the WAV files below `folder`, the same half always; None is all. What cannot be read is left out."""
    found = []
    for file in sorted(folder.rglob("*.wav")):
        if held_out is None or crc32(file.name.encode()) % 2 == held_out:
            try:
                found.append(decode_wav(file))
            except AudioError:
                continue
    return [clip for clip in found if len(clip)]
