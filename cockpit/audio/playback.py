"""What the loudspeaker plays, kept for as long as its echo may be heard."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
import soxr

from cockpit.types import SAMPLE_RATE_HZ, Pcm

KEPT_S = 30.0
"""How much sound is kept, from what was played to what was handed over ahead of its time; a ring, so that it is
never more."""
JOIN_S = 0.06
"""A block that comes this late still follows the one before without a gap: the writer waits for room in the device,
and its thread for a processor."""


class Playback:
    """A record of what is played on one timeline of 16 kHz samples. Thread-safe, and no call waits for sound.

    A block begins where the one before ends, or when it is handed over, whichever is later, so both a device that is
    given short blocks and a player that is sent whole sentences fit. Must be told of a block *before* it is given to
    the device: an echo that is earlier than its sound cannot be cancelled. Sound further ahead than half of `KEPT_S`
    is dropped and counted in `dropped` (samples).
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._epoch_s = clock()
        self._lock = threading.Lock()
        self._ring: Pcm = np.zeros(round(KEPT_S * SAMPLE_RATE_HZ), np.float32)
        self._end = 0
        """Sample after the last that was written; the ring is valid for its own length before it."""
        self._resampler: tuple[int, soxr.ResampleStream] | None = None
        self.dropped = 0

    def played(self, pcm: Pcm, rate_hz: int, at_s: float | None = None) -> None:
        """`pcm` is about to be heard, now or at `at_s` on the clock; of any rate."""
        now = self.position(at_s)
        with self._lock:
            late = now - self._end
            if late > JOIN_S * SAMPLE_RATE_HZ:
                self._resampler = None
                self._write(np.zeros(min(late, len(self._ring)), np.float32), now)
            sound = self._resampled(pcm, rate_hz)
            if self._end + len(sound) - now > len(self._ring) // 2:
                self.dropped += len(sound)
                return
            self._write(sound, self._end + len(sound))

    def cut(self) -> None:
        """The player was stopped: what has not been heard yet will not be."""
        now = self.position()
        with self._lock:
            if self._end > now:
                self._ring[np.arange(now, self._end) % len(self._ring)] = 0.0
                self._end = now
            self._resampler = None

    def position(self, at_s: float | None = None) -> int:
        """The sample that is played at `at_s`, or now."""
        return round(((self._clock() if at_s is None else at_s) - self._epoch_s) * SAMPLE_RATE_HZ)

    def reference(self, begin: int, samples: int) -> Pcm:
        """`samples` of what is played from sample `begin` on; zeros where nothing is, or where it is forgotten."""
        found = np.zeros(samples, np.float32)
        with self._lock:
            first = max(begin, self._end - len(self._ring), 0)
            last = min(begin + samples, self._end)
            if first < last:
                found[first - begin : last - begin] = self._ring[np.arange(first, last) % len(self._ring)]
        return found

    def active(self, within_s: float = 0.0) -> bool:
        """Whether something is playing now or was in the last `within_s`."""
        return self._end > self.position() - within_s * SAMPLE_RATE_HZ and self._end > 0

    def _resampled(self, pcm: Pcm, rate_hz: int) -> Pcm:
        if rate_hz == SAMPLE_RATE_HZ:
            return np.asarray(pcm, np.float32)
        if self._resampler is None or self._resampler[0] != rate_hz:
            self._resampler = rate_hz, soxr.ResampleStream(rate_hz, SAMPLE_RATE_HZ, 1, quality="MQ")
        return np.asarray(self._resampler[1].resample_chunk(np.asarray(pcm, np.float32)), np.float32)

    def _write(self, sound: Pcm, end: int) -> None:
        """Put `sound` so that it ends before sample `end`."""
        sound = sound[-len(self._ring) :]
        self._ring[np.arange(end - len(sound), end) % len(self._ring)] = sound
        self._end = end
