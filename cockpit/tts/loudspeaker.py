"""Speech out of the board's own sound card."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cockpit.errors import SpeechError
from cockpit.tts.sinks import Gain, Played, as_it_is, unheeded
from cockpit.tts.volume import amplified
from cockpit.types import AudioChunk

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

    `open_stream` opens an output at a rate in Hz; `on_played` is called on the thread before each block is written,
    `gain_db` on the event loop. Raises `SpeechError` (`tts-device`) when the device fails; the next chunk tries it
    anew.
    """

    def __init__(
        self,
        device: str | None = None,
        open_stream: Callable[[int], OutputStream] | None = None,
        on_played: Played = unheeded,
        gain_db: Gain = as_it_is,
    ) -> None:
        self._device, self._on_played, self._gain_db = device, on_played, gain_db
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
        if self._playing is not None and not self._playing.done():
            await asyncio.wait({self._playing})
        self._stopped.clear()  # in the same step as the call, so that a stop that follows it is never lost
        louder = replace(chunk, pcm=amplified(chunk.pcm, self._gain_db()))
        self._playing = asyncio.get_running_loop().run_in_executor(self._thread, self._write, louder)
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
                pcm = chunk.pcm[at : at + block]
                self._on_played(pcm, chunk.rate_hz)
                stream.write(pcm.reshape(-1, 1))
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
