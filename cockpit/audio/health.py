"""Is a channel alive? A state for each microphone from what it gives. Pure: time is counted in samples."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cockpit.errors import AudioError
from cockpit.types import SAMPLE_RATE_HZ, Pcm, Zone

State = Literal["ok", "dead", "clipped", "quiet"]

WATCHED_S = 5
"""A state is judged by so much sound, a second at a time."""
LEAST = 2 / 32768
"""Every living microphone moves by more than this (two steps of 16 bits) within a second."""
FULL_SCALE, RUN = 0.99, 3
"""Samples at the end of the scale, so many in a row, are clipped."""
CLIPPED_SHARE = 1e-3
"""From so many clipped samples a channel is too loud: a shout clips fewer."""
QUIET_DB = -70.0
"""No second was stronger (RMS under full scale): a standing car's inside is at -60 dB and more."""


@dataclass(frozen=True, slots=True)
class _Second:
    span: float
    clipped: int
    level_db: float


class ChannelHealth:
    """Fed with every frame of one channel, before anything is done to it.

    `dead`: silence or a constant for `WATCHED_S`. `clipped`: more than `CLIPPED_SHARE` at full scale. `quiet`: alive,
    but hears next to nothing.
    """

    def __init__(self) -> None:
        self.state: State = "ok"
        self._seconds: deque[_Second] = deque(maxlen=WATCHED_S)
        self._frames: list[Pcm] = []
        self._samples = 0

    def take(self, frame: Pcm) -> State | None:
        """The new state when this frame changed it, else None."""
        self._frames.append(frame)
        self._samples += len(frame)
        if self._samples < SAMPLE_RATE_HZ:
            return None
        self._seconds.append(_looked_at(np.concatenate(self._frames)))
        self._frames, self._samples = [], 0
        before, self.state = self.state, self._judged()
        return self.state if self.state != before else None

    def _judged(self) -> State:
        """A channel is given time before it is called dead or quiet, and as much before it is well again."""
        if sum(second.clipped for second in self._seconds) > CLIPPED_SHARE * WATCHED_S * SAMPLE_RATE_HZ:
            return "clipped"
        if len(self._seconds) < WATCHED_S:
            return self.state
        if all(second.span < LEAST for second in self._seconds):
            return "dead"
        return "quiet" if all(second.level_db < QUIET_DB for second in self._seconds) else "ok"


def channel_problem(state: State, zone: Zone) -> AudioError | None:
    """What to tell of a microphone in such a state: `audio-dead-channel`, `audio-clipped`, or nothing."""
    if state == "dead":
        return AudioError("dead-channel", f"the microphone at {zone} gives no sound at all")
    if state == "clipped":
        return AudioError("clipped", f"the microphone at {zone} is set too loud: its sound is cut off")
    return None


def _looked_at(sound: Pcm) -> _Second:
    full = np.abs(sound) >= FULL_SCALE
    edges = np.flatnonzero(np.diff(np.concatenate(([False], full, [False])).astype(np.int8)))
    runs = edges[1::2] - edges[::2]
    moving = sound - sound.mean()
    level_db = 10 * float(np.log10(np.mean(np.square(moving)) + 1e-12))
    return _Second(float(np.ptp(sound)), int(runs[runs >= RUN].sum()), level_db)
