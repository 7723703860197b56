"""A sound card's microphone, through PortAudio (sounddevice)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import numpy as np
import soxr

from cockpit.audio.sources import FRAME_SAMPLES, FrameQueue
from cockpit.errors import AudioError
from cockpit.ports import SourceCapabilities
from cockpit.types import SAMPLE_RATE_HZ, Pcm, Zone

_QUEUE_FRAMES = 100
"""About 3 s."""


class MicrophoneSource:
    """The microphone `device` (sounddevice's name or number; None is the system's default).

    A device that cannot do 16 kHz runs at its own rate and is resampled. Iterating raises `AudioError`:
    `audio-no-portaudio` (the library is not installed) or `audio-no-device` (none such, or it cannot be opened).
    """

    def __init__(self, device: str | None, zone: Zone) -> None:
        self.capabilities = SourceCapabilities("microphone", live=True)
        self.zone: Zone = zone
        self._device: str | int | None = int(device) if device and device.isdigit() else device
        self._queue = FrameQueue(_QUEUE_FRAMES)

    @property
    def dropped(self) -> int:
        return self._queue.dropped

    async def frames(self) -> AsyncIterator[Pcm]:
        self._queue = FrameQueue(_QUEUE_FRAMES)
        loop = asyncio.get_running_loop()
        deliver = self._queue.put

        def heard(frame: Pcm) -> None:
            loop.call_soon_threadsafe(deliver, frame)

        async with self._opened(heard):
            async for frame in self._queue:
                yield frame

    @asynccontextmanager
    async def _opened(self, heard: Callable[[Pcm], None]) -> AsyncIterator[None]:
        stream = await asyncio.to_thread(self._open, heard)
        try:
            yield
        finally:
            await asyncio.to_thread(stream.close)

    def _open(self, heard: Callable[[Pcm], None]) -> Any:
        try:
            sounddevice = import_module("sounddevice")
        except OSError as error:
            raise AudioError("no-portaudio", f"the PortAudio library cannot be loaded: {error}") from error
        try:
            rate_hz = self._rate(sounddevice)
            stream = sounddevice.InputStream(
                samplerate=rate_hz,
                blocksize=FRAME_SAMPLES * rate_hz // SAMPLE_RATE_HZ,
                device=self._device,
                channels=1,
                dtype="float32",
                callback=_callback(rate_hz, heard),
            )
            stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            name = "default microphone" if self._device is None else f"microphone {self._device!r}"
            raise AudioError("no-device", f"the {name} cannot be used: {error}") from error
        return stream

    def _rate(self, sounddevice: Any) -> int:
        """16 kHz where the device can, else its own rate."""
        try:
            sounddevice.check_input_settings(self._device, channels=1, dtype="float32", samplerate=SAMPLE_RATE_HZ)
        except sounddevice.PortAudioError:
            return int(sounddevice.query_devices(self._device, "input")["default_samplerate"])
        return SAMPLE_RATE_HZ


def _callback(rate_hz: int, heard: Callable[[Pcm], None]) -> Callable[..., None]:
    """What PortAudio's thread calls with a block of shape (samples, 1)."""
    resampler = soxr.ResampleStream(rate_hz, SAMPLE_RATE_HZ, 1) if rate_hz != SAMPLE_RATE_HZ else None

    def take(block: np.ndarray[Any, np.dtype[np.float32]], *_: object) -> None:
        frame = block[:, 0].copy()
        frame = resampler.resample_chunk(frame) if resampler else frame
        if len(frame):
            heard(frame)

    return take
