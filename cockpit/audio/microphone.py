"""A sound card's microphones, through PortAudio (sounddevice): one, or one a seat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from cockpit.audio.sources import FRAME_SAMPLES, FrameQueue
from cockpit.errors import AudioError
from cockpit.ports import SourceCapabilities
from cockpit.types import SAMPLE_RATE_HZ, Pcm, Zone

QUEUE_FRAMES = 100
"""About 3 s."""
LOST_AFTER_S = 1.5
"""A device that gives nothing for so long is gone: unplugged, or its driver hangs."""
CLOSED_AFTER_S = 2.0
"""A device that is gone may hang in its driver; it is left to it then."""

Frames = NDArray[np.float32]
"""Samples of several channels, of shape (samples, channels)."""


class Microphone:
    """The input `device` (sounddevice's name or number; None is the system's default), one source a zone.

    `channels` tells which of the device's channels, counted from 1, is whose seat's. A device that cannot do 16 kHz
    runs at its own rate and is resampled. `underruns` counts the blocks before which the device lost sound.
    """

    def __init__(self, device: str | None, channels: Mapping[Zone, int]) -> None:
        self._device: str | int | None = int(device) if device and device.isdigit() else device
        self._channels = dict(channels)
        self.underruns = 0

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[list[ChannelSource]]:
        """The sources of all zones, alive while the context is.

        Raises `AudioError`: `audio-no-portaudio` (the library is not installed), `audio-no-device` (none such, too few
        channels, or it cannot be opened). Iterating a source raises `audio-device-lost` when the device stops or falls
        silent; it can then be opened again.
        """
        sources = [ChannelSource(zone, self._name) for zone in self._channels]
        loop = asyncio.get_running_loop()

        def deliver(frame: Frames, lost: bool) -> None:
            self.underruns += lost
            for source, sound in zip(sources, frame.T, strict=True):
                source.put(np.ascontiguousarray(sound))

        def finished() -> None:
            for source in sources:
                loop.call_soon_threadsafe(source.close)

        def heard(frame: Frames, lost: bool) -> None:
            loop.call_soon_threadsafe(deliver, frame, lost)

        stream = await asyncio.to_thread(self._open, heard, finished)
        try:
            yield sources
        finally:
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.to_thread(stream.close), CLOSED_AFTER_S)

    @property
    def _name(self) -> str:
        return "default microphone" if self._device is None else f"microphone {self._device!r}"

    def _open(self, heard: Callable[[Frames, bool], None], finished: Callable[[], None]) -> Any:
        try:
            sounddevice = import_module("sounddevice")
        except OSError as error:
            raise AudioError("no-portaudio", f"the PortAudio library cannot be loaded: {error}") from error
        channels = max(self._channels.values())
        try:
            rate_hz = self._rate(sounddevice, channels)
            stream = sounddevice.InputStream(
                samplerate=rate_hz,
                blocksize=FRAME_SAMPLES * rate_hz // SAMPLE_RATE_HZ,
                device=self._device,
                channels=channels,
                dtype="float32",
                callback=_callback(rate_hz, [number - 1 for number in self._channels.values()], heard),
                finished_callback=finished,
            )
            stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            raise AudioError("no-device", f"the {self._name} cannot be used: {error}") from error
        return stream

    def _rate(self, sounddevice: Any, channels: int) -> int:
        """16 kHz where the device can, else its own rate."""
        try:
            sounddevice.check_input_settings(
                self._device, channels=channels, dtype="float32", samplerate=SAMPLE_RATE_HZ
            )
        except sounddevice.PortAudioError:
            return int(sounddevice.query_devices(self._device, "input")["default_samplerate"])
        return SAMPLE_RATE_HZ


class ChannelSource:
    """One channel of an open microphone, an `AudioSource`."""

    def __init__(self, zone: Zone, device: str) -> None:
        self.capabilities = SourceCapabilities("microphone", live=True)
        self.zone: Zone = zone
        self._device = device
        self._queue = FrameQueue(QUEUE_FRAMES)

    @property
    def dropped(self) -> int:
        return self._queue.dropped

    def put(self, frame: Pcm) -> None:
        """Take a frame; call on the event loop."""
        self._queue.put(frame)

    def close(self) -> None:
        """The device stopped."""
        self._queue.close()

    async def frames(self) -> AsyncGenerator[Pcm, None]:
        queued = aiter(self._queue)
        while True:
            try:
                frame = await asyncio.wait_for(anext(queued), LOST_AFTER_S)
            except StopAsyncIteration:
                raise AudioError("device-lost", f"the {self._device} stopped") from None
            except TimeoutError as error:
                raise AudioError("device-lost", f"the {self._device} gives no sound any more") from error
            yield frame


def _callback(rate_hz: int, columns: list[int], heard: Callable[[Frames, bool], None]) -> Callable[..., None]:
    """What PortAudio's thread calls with a block of shape (samples, channels) and what went wrong before it."""
    wrong_rate = rate_hz != SAMPLE_RATE_HZ
    resampler = soxr.ResampleStream(rate_hz, SAMPLE_RATE_HZ, len(columns)) if wrong_rate else None

    def take(block: Frames, _frames: int, _time: object, status: object) -> None:
        frame = block[:, columns]
        frame = resampler.resample_chunk(frame).reshape(-1, len(columns)) if resampler else frame
        if len(frame) or status:
            heard(frame, bool(status))

    return take
