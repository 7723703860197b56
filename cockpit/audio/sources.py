"""Where speech comes from: a WAV file, a stream pushed in from outside, a microphone."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np

from cockpit.audio.wav import decode_wav
from cockpit.errors import AudioError
from cockpit.ports import SourceCapabilities
from cockpit.types import SAMPLE_RATE_HZ, Pcm, Zone

FRAME_SAMPLES = 512
"""What a source that cuts its own frames gives at a time: 32 ms."""


class FrameQueue:
    """Frames on their way to one reader. When it is full the oldest frame goes and is counted in `dropped`."""

    def __init__(self, capacity: int) -> None:
        self._frames: deque[Pcm] = deque(maxlen=capacity)
        self._filled = asyncio.Event()
        self._closed = False
        self.dropped = 0

    def put(self, frame: Pcm) -> None:
        """Take a frame; never blocks. Call on the event loop."""
        self.dropped += len(self._frames) == self._frames.maxlen
        self._frames.append(frame)
        self._filled.set()

    def close(self) -> None:
        """The reader ends after the frames that are still here."""
        self._closed = True
        self._filled.set()

    async def __aiter__(self) -> AsyncIterator[Pcm]:
        while True:
            while self._frames:
                yield self._frames.popleft()
            if self._closed:
                return
            self._filled.clear()
            await self._filled.wait()


class WavSource:
    """A WAV, as fast as it is read or, with `paced`, at the speed of speech. Raises what `decode_wav` does."""

    def __init__(self, wav: bytes | Path, zone: Zone, *, paced: bool = False) -> None:
        self.capabilities = SourceCapabilities("wav", live=False)
        self.zone: Zone = zone
        self.dropped = 0
        self._wav = wav
        self._paced = paced

    async def frames(self) -> AsyncIterator[Pcm]:
        pcm = await asyncio.to_thread(decode_wav, self._wav)
        loop = asyncio.get_running_loop()
        begin_s = loop.time()
        for at in range(0, len(pcm), FRAME_SAMPLES):
            if self._paced:
                await asyncio.sleep(begin_s + (at + FRAME_SAMPLES) / SAMPLE_RATE_HZ - loop.time())
            yield pcm[at : at + FRAME_SAMPLES]


class PushSource:
    """A live stream whose frames somebody else receives, such as `audio/{zone}/stream` of the bus contract.

    Its queue keeps the last `capacity` frames (1 to 5 s). `rejected` counts the broken ones.
    """

    MAX_FRAME_BYTES = SAMPLE_RATE_HZ * 2
    """A second; the contract's frames are 20 to 100 ms."""

    def __init__(self, zone: Zone, capacity: int = 50) -> None:
        self.capabilities = SourceCapabilities("stream", live=True)
        self.zone: Zone = zone
        self.rejected = 0
        self._queue = FrameQueue(capacity)

    @property
    def dropped(self) -> int:
        return self._queue.dropped

    def push(self, frame: bytes) -> None:
        """Take raw PCM16LE mono at 16 kHz. Raises `AudioError` (`audio-bad-frame`) for what cannot be that."""
        if not frame or len(frame) % 2 or len(frame) > self.MAX_FRAME_BYTES:
            self.rejected += 1
            message = f"{len(frame)} bytes are not a frame of 16-bit samples of at most a second"
            raise AudioError("bad-frame", message)
        self._queue.put(np.frombuffer(frame, "<i2").astype(np.float32) / np.float32(32768))

    def close(self) -> None:
        """Nothing more will come."""
        self._queue.close()

    async def frames(self) -> AsyncIterator[Pcm]:
        async for frame in self._queue:
            yield frame
