"""Where speech goes: the loudspeaker, a WAV file, the bus, or nowhere."""

from __future__ import annotations

import asyncio
import io
import threading
import wave
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

from cockpit.errors import SpeechError
from cockpit.tts.cache import pcm16
from cockpit.types import AudioChunk, Pcm

BLOCK_S = 0.04
"""A loudspeaker is given this much at a time: the longest that is still heard after `stop`, beside its buffer."""


def has_output_device(device: str | None = None) -> bool:
    """Whether sound can be played here: PortAudio is installed and the (default) output device answers."""
    try:
        sounddevice = import_module("sounddevice")
    except (ImportError, OSError):
        return False
    try:
        sounddevice.query_devices(device, kind="output")
    except (ValueError, sounddevice.PortAudioError):
        return False
    return True


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
    """Hands every chunk on as a WAV file of its own, for `reply/audio/{turn}` on the bus."""

    def __init__(self, send: Callable[[bytes], Awaitable[None]]) -> None:
        self._send = send

    async def play(self, chunk: AudioChunk) -> None:
        await self._send(wav_bytes(chunk.pcm, chunk.rate_hz))

    async def stop(self) -> None:
        """What is sent is sent; nothing further comes."""


def _seen(written: asyncio.Future[None]) -> None:
    """Look at the error of a chunk whose player was cancelled, so that asyncio does not report it as lost."""
    if not written.cancelled():
        written.exception()


class OutputStream(Protocol):
    """The part of sounddevice's blocking stream that is used."""

    def start(self) -> None: ...
    def write(self, data: NDArray[np.float32]) -> Any: ...
    def stop(self) -> None: ...
    def abort(self) -> None: ...
    def close(self) -> None: ...


class DeviceSink:
    """The loudspeaker: blocking writes in short blocks on a thread of its own.

    `open_stream` opens an output at a rate in Hz. Raises `SpeechError` (`tts-device`) when the device fails; the next
    chunk tries it anew.
    """

    def __init__(self, device: str | None = None, open_stream: Callable[[int], OutputStream] | None = None) -> None:
        self._device = device
        self._open = open_stream or self._sounddevice
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="loudspeaker")
        self._stream: OutputStream | None = None
        self._rate_hz = 0
        self._stopped = threading.Event()
        self._playing: asyncio.Future[None] | None = None

    def _sounddevice(self, rate_hz: int) -> OutputStream:
        stream: OutputStream = import_module("sounddevice").OutputStream(
            samplerate=rate_hz, channels=1, dtype="float32", device=self._device, latency="low"
        )
        return stream

    async def play(self, chunk: AudioChunk) -> None:
        if self._playing is not None:
            await asyncio.wait({self._playing})
        self._stopped.clear()
        self._playing = asyncio.get_running_loop().run_in_executor(self._thread, self._write, chunk)
        self._playing.add_done_callback(_seen)
        await asyncio.shield(self._playing)

    def _write(self, chunk: AudioChunk) -> None:
        try:
            stream = self._ready_stream(chunk.rate_hz)
            stream.start()
            block = int(BLOCK_S * chunk.rate_hz)
            for at in range(0, len(chunk.pcm), block):
                if self._stopped.is_set():
                    stream.abort()
                    return
                stream.write(chunk.pcm[at : at + block].reshape(-1, 1))
            stream.stop()
        except Exception as error:
            self._drop_stream()
            raise SpeechError("device", f"the loudspeaker failed: {error}") from error

    def _ready_stream(self, rate_hz: int) -> OutputStream:
        if self._stream is None or self._rate_hz != rate_hz:
            self._drop_stream()
            self._stream, self._rate_hz = self._open(rate_hz), rate_hz
        return self._stream

    def _drop_stream(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    async def stop(self) -> None:
        self._stopped.set()
        if self._playing is not None:
            await asyncio.wait({self._playing})

    async def close(self) -> None:
        """Stop and give the device back."""
        await self.stop()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._drop_stream)
        self._thread.shutdown(wait=False)
