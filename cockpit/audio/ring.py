"""The last seconds of a sound, found by sample number."""

from __future__ import annotations

import numpy as np

from cockpit.types import Pcm


class Ring:
    """Remembers the `capacity` samples before `end`, the sample after the last that was written."""

    def __init__(self, capacity: int) -> None:
        self._kept: Pcm = np.zeros(capacity, np.float32)
        self.end = 0

    @property
    def capacity(self) -> int:
        return len(self._kept)

    def write(self, sound: Pcm, at: int) -> None:
        """Put `sound` at sample `at`. A gap before it is silence; what was there or after it is forgotten."""
        self.cut(at)
        gap = np.zeros(min(max(at - self.end, 0), self.capacity), np.float32)
        self.end = at + len(sound)
        sound = np.concatenate((gap, sound))[-self.capacity :]
        self._kept[np.arange(self.end - len(sound), self.end) % self.capacity] = sound

    def cut(self, at: int) -> None:
        """Forget what is from sample `at` on."""
        if at < self.end:
            self._kept[np.arange(max(at, self.end - self.capacity), self.end) % self.capacity] = 0.0
            self.end = at

    def read(self, begin: int, samples: int) -> Pcm:
        """`samples` from sample `begin` on; zeros for what is not there."""
        found = np.zeros(samples, np.float32)
        first, last = max(begin, self.end - self.capacity), min(begin + samples, self.end)
        if first < last:
            found[first - begin : last - begin] = self._kept[np.arange(first, last) % self.capacity]
        return found
