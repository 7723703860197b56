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
FOREIGN_SHARE, FOREIGN_S = 0.1, 0.24
"""A voice of its own is this share of the time that two channels overlap, or so long. These, `_TIMES` and the gain's
rank in `foreign_s` were chosen together on 120 trials."""
NOISE_SHARE = 0.5
"""A channel that is stronger in speech and noise alike has a louder microphone, one that is stronger in noise only has
a window open. Which it is cannot be told, so half of the noise is taken off: an error of 6 dB in either is then one of
3 dB, and the nearest seat is 6 dB away."""
LEAST_NOISE_DB = -70.0
"""Dead silence between words, as a microphone with a gate has it, is no merit."""

_TIMES = 8.0
"""A room makes one channel up to 9 dB stronger than another here and there than mostly."""


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
    """The channel that is nearer to the mouth, a clean one before a clipped."""
    return min(one, other, key=_rank)


def winners(heard: Sequence[Heard]) -> list[Heard]:
    """One utterance for each person, strongest first: without those of a voice that is stronger elsewhere, and without
    the mixtures of several such."""
    chosen: list[Heard] = []
    for one in sorted(heard, key=_rank):
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


def _rank(heard: Heard) -> tuple[bool, float]:
    """Less is nearer: clean channels first, then by the level of speech over `NOISE_SHARE` of the channel's noise."""
    sound = bands(heard.pcm)
    if not len(sound):
        return heard.clipped, np.inf
    speech_db, noise_db = level_db(sound)
    return heard.clipped, NOISE_SHARE * max(noise_db, LEAST_NOISE_DB) - speech_db


def _cut(heard: Heard, begin_s: float, end_s: float) -> Pcm:
    """What was heard from the one time to the other; silence where the channel has nothing."""
    samples = round((end_s - begin_s) * SAMPLE_RATE_HZ)
    first = round((begin_s - heard.begin_s) * SAMPLE_RATE_HZ)
    found = heard.pcm[max(first, 0) : max(first + samples, 0)]
    before = min(max(-first, 0), samples)
    return np.pad(found, (before, samples - before - len(found)))
