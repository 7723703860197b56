"""Spoken sentences that come again, as 16-bit PCM."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray

from cockpit.types import Pcm


class PcmCache:
    """Least recently used first out; holds at most `limit_bytes` of samples. Not for use from several threads."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._entries: OrderedDict[Hashable, NDArray[np.int16]] = OrderedDict()
        self.size_bytes = 0
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable) -> Pcm | None:
        samples = self._entries.get(key)
        if samples is None:
            self.misses += 1
            return None
        self.hits += 1
        self._entries.move_to_end(key)
        return samples.astype(np.float32) / np.float32(32767)

    def put(self, key: Hashable, pcm: Pcm) -> None:
        """Keep `pcm`; what is larger than a quarter of the cache is not kept, so that it does not empty it."""
        samples = pcm16(pcm)
        if samples.nbytes > self._limit // 4:
            return
        if (old := self._entries.pop(key, None)) is not None:
            self.size_bytes -= old.nbytes
        self._entries[key] = samples
        self.size_bytes += samples.nbytes
        while self.size_bytes > self._limit:
            _, oldest = self._entries.popitem(last=False)
            self.size_bytes -= oldest.nbytes


def pcm16(pcm: Pcm) -> NDArray[np.int16]:
    """Samples as 16-bit integers; what is beyond full scale is clipped."""
    return np.round(np.clip(pcm, -1.0, 1.0) * 32767).astype(np.int16)
