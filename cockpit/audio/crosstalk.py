"""Several microphones, one person or two: which channel an utterance belongs to. Pure.

One person is heard by every microphone of the car, weaker and some milliseconds later at the others, and is answered
once, at the seat where the voice was strongest. Two people who speak at once are answered both.
Figures: docs/decisions/0013, `python -m hil.speech.crosstalk`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cockpit.audio.bands import bands, foreign_s, level_db, lingering
from cockpit.types import SAMPLE_RATE_HZ, Pcm, Zone

SHORTEST_S = 0.25
"""What overlaps for less is not the same utterance."""
FOREIGN_SHARE, FOREIGN_S = 0.15, 0.18
"""A voice of its own is this share of the time that two channels overlap, or so long. Measured: one person up to 0.15 s
in two seconds, two people from 0.2 s."""

_TIMES = 5.0
"""A room makes one channel up to 7 dB stronger than another here and there."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance as one channel has it: 16 kHz from `begin_s` on, on a clock that all channels share.

    `clipped`: the channel is known to distort (`ChannelHealth`).
    """

    zone: Zone
    pcm: Pcm
    begin_s: float
    clipped: bool = False

    @property
    def end_s(self) -> float:
        return self.begin_s + len(self.pcm) / SAMPLE_RATE_HZ


def same_voice(one: Heard, other: Heard) -> bool:
    """Whether the two channels hear one person where they overlap.

    Both have a voice of their own where each is, for a while, much stronger than the other would have it. Where only
    one is, the other hears the same and less of it.
    """
    return _nothing_new(one, [other]) or _nothing_new(other, [one])


def louder(one: Heard, other: Heard) -> Heard:
    """The channel that is nearer to the mouth: clean before clipped, then the stronger over its own noise."""
    if one.clipped != other.clipped:
        return other if one.clipped else one
    return one if _over_noise_db(one) >= _over_noise_db(other) else other


def winners(heard: Sequence[Heard]) -> list[Heard]:
    """One utterance for each person, strongest first: without those of a voice that is stronger elsewhere, and without
    the mixtures of several such."""
    chosen: list[Heard] = []
    for one in sorted(heard, key=lambda one: (one.clipped, -_over_noise_db(one))):
        if not (any(same_voice(one, other) for other in chosen) or _nothing_new(one, chosen)):
            chosen.append(one)
    return chosen


def _nothing_new(one: Heard, others: Sequence[Heard]) -> bool:
    """Whether `others`, where they overlap it, account for what is heard in `one`."""
    over = [other for other in others if min(one.end_s, other.end_s) - max(one.begin_s, other.begin_s) >= SHORTEST_S]
    if not over:
        return False
    begin_s = max(one.begin_s, min(other.begin_s for other in over))
    end_s = min(one.end_s, max(other.end_s for other in over))
    sound = bands(_cut(one, begin_s, end_s))
    rest = [lingering(bands(_cut(other, begin_s, end_s))) for other in over]
    limit_s = min(FOREIGN_SHARE * (end_s - begin_s), FOREIGN_S)
    return foreign_s(sound, rest, _TIMES) < limit_s


def _over_noise_db(heard: Heard) -> float:
    sound = bands(heard.pcm)
    if not len(sound):
        return -np.inf
    speech_db, noise_db = level_db(sound)
    return speech_db - noise_db


def _cut(heard: Heard, begin_s: float, end_s: float) -> Pcm:
    """What was heard from the one time to the other; silence where the channel has nothing."""
    samples = round((end_s - begin_s) * SAMPLE_RATE_HZ)
    first = round((begin_s - heard.begin_s) * SAMPLE_RATE_HZ)
    found = heard.pcm[max(first, 0) : max(first + samples, 0)]
    before = min(max(-first, 0), samples)
    return np.pad(found, (before, samples - before - len(found)))
