"""What the loudspeaker plays, kept for as long as its echo may be heard."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
import soxr

from cockpit.audio.ring import Ring
from cockpit.types import SAMPLE_RATE_HZ, Pcm

KEPT_S = 40.0
"""How much sound is kept, from what was played to what was handed over ahead of its time."""
AHEAD_S = 20.0
"""A sentence or two may be handed over before it is heard; more than this is dropped."""
JOIN_S = 0.06
"""A block that comes this late still follows the one before without a gap: the writer waits for room in the device,
and its thread for a processor."""


class Playback:
    """A record of what is played on one timeline of 16 kHz samples. Thread-safe, bounded, and no call waits for sound.

    A block begins where the one before ends, or when it is handed over, whichever is later, so both a device that is
    given short blocks and a player that is sent whole sentences fit. Must be told of a block *before* it is given to
    the device: an echo that is earlier than its sound cannot be cancelled. `dropped` counts samples too far ahead.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._epoch_s = clock()
        self._lock = threading.Lock()
        self._kept = Ring(round(KEPT_S * SAMPLE_RATE_HZ))
        self._resampler: tuple[int, soxr.ResampleStream] | None = None
        self.dropped = 0

    def played(self, pcm: Pcm, rate_hz: int, at_s: float | None = None) -> None:
        """`pcm` is about to be heard, now or at `at_s` on the clock; of any rate."""
        now = self.position(at_s)
        with self._lock:
            at = self._kept.end
            if now - at > JOIN_S * SAMPLE_RATE_HZ:
                at, self._resampler = now, None
            sound = self._resampled(pcm, rate_hz)
            if at + len(sound) - now > AHEAD_S * SAMPLE_RATE_HZ:
                self.dropped += len(sound)
                return
            self._kept.write(sound, at)

    def cut(self) -> None:
        """The player was stopped: what has not been heard yet will not be."""
        with self._lock:
            self._kept.cut(self.position())
            self._resampler = None

    def position(self, at_s: float | None = None) -> int:
        """The sample that is heard at `at_s`, or now."""
        return round(((self._clock() if at_s is None else at_s) - self._epoch_s) * SAMPLE_RATE_HZ)

    def reference(self, begin: int, samples: int) -> Pcm:
        """`samples` of what is played from sample `begin` on; zeros where nothing is, or where it is forgotten."""
        with self._lock:
            return self._kept.read(begin, samples)

    def active(self, within_s: float = 0.0) -> bool:
        """Whether something is playing now or was in the last `within_s`."""
        return 0 < self._kept.end > self.position() - within_s * SAMPLE_RATE_HZ

    def _resampled(self, pcm: Pcm, rate_hz: int) -> Pcm:
        if rate_hz == SAMPLE_RATE_HZ:
            return np.asarray(pcm, np.float32)
        if self._resampler is None or self._resampler[0] != rate_hz:
            self._resampler = rate_hz, soxr.ResampleStream(rate_hz, SAMPLE_RATE_HZ, 1, quality="MQ")
        return np.asarray(self._resampler[1].resample_chunk(np.asarray(pcm, np.float32)), np.float32)
