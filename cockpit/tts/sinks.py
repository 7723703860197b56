"""Where speech goes: a WAV file, the bus, or nowhere; the loudspeaker is in `cockpit.tts.loudspeaker`."""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import soxr

from cockpit.errors import SpeechError
from cockpit.tts.cache import pcm16
from cockpit.tts.volume import amplified
from cockpit.types import AudioChunk, Pcm

SLICE_S = 0.2
"""A WAV chunk on the bus is at most this long: with the lead the longest that is still heard after `stop`."""
SLICE_LEAD_S = 0.1
"""How long before the end of one slice the next is sent, so that a listener never waits for it."""

Played = Callable[[Pcm, int], None]
"""Called on the event loop with each block as it is played, as loud as it is played, and its rate in Hz."""
Gain = Callable[[], float]
"""Decibels by which a chunk that is about to be played is to be raised."""


def unheeded(pcm: Pcm, rate_hz: int) -> None:
    """Nobody wants to know what is played."""


def as_it_is() -> float:
    return 0.0


def wav_bytes(pcm: Pcm, rate_hz: int) -> bytes:
    """A whole WAV file (PCM16 mono)."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(pcm16(pcm).astype("<i2").tobytes())
    return buffer.getvalue()


class NullSink:
    """Plays everything in no time; `seconds` counts what was played."""

    def __init__(self) -> None:
        self.seconds = 0.0

    async def play(self, chunk: AudioChunk) -> None:
        self.seconds += len(chunk.pcm) / chunk.rate_hz

    async def stop(self) -> None:
        """Nothing is ever playing."""


class WavSink:
    """Collects one reply; `save` writes it to `file`. Chunks of another rate are resampled to the first one's."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._chunks: list[Pcm] = []
        self._rate_hz = 0

    async def play(self, chunk: AudioChunk) -> None:
        self._rate_hz = self._rate_hz or chunk.rate_hz
        if chunk.rate_hz == self._rate_hz:
            self._chunks.append(chunk.pcm)
        else:
            self._chunks.append(soxr.resample(chunk.pcm, chunk.rate_hz, self._rate_hz))

    async def stop(self) -> None:
        """What was said so far is kept."""

    async def save(self) -> Path | None:
        """The written file; None where nothing was said. Raises `SpeechError` (`tts-unwritable`)."""
        if not self._chunks:
            return None
        data = wav_bytes(np.concatenate(self._chunks), self._rate_hz)
        try:
            await asyncio.to_thread(self._file.write_bytes, data)
        except OSError as error:
            raise SpeechError("unwritable", f"cannot write {self._file}: {error.strerror}") from error
        return self._file


class WavChunkSink:
    """Hands speech on as short WAV files, for `reply/audio/{turn}` on the bus, at the pace at which it is heard.

    A listener is taken to play each slice as it comes; `play` returns when it has heard the last one out. After `stop`
    nothing further is sent.
    """

    def __init__(
        self, send: Callable[[bytes], Awaitable[None]], on_played: Played = unheeded, gain_db: Gain = as_it_is
    ) -> None:
        self._send, self._on_played, self._gain_db = send, on_played, gain_db
        self._stopped = asyncio.Event()

    async def play(self, chunk: AudioChunk) -> None:
        loop, rate_hz = asyncio.get_running_loop(), chunk.rate_hz
        self._stopped.clear()
        pcm = amplified(chunk.pcm, self._gain_db())
        heard_s = loop.time()
        for at in range(0, len(pcm), int(SLICE_S * rate_hz)):
            block = pcm[at : at + int(SLICE_S * rate_hz)]
            await self._send(wav_bytes(block, rate_hz))
            self._on_played(block, rate_hz)
            heard_s = max(heard_s, loop.time()) + len(block) / rate_hz
            last = at + len(block) == len(pcm)
            if await self._stopped_before(heard_s if last else heard_s - SLICE_LEAD_S):
                return

    async def _stopped_before(self, when_s: float) -> bool:
        try:
            async with asyncio.timeout_at(when_s):
                await self._stopped.wait()
        except TimeoutError:
            return False
        return True

    async def stop(self) -> None:
        self._stopped.set()
