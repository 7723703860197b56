from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import aclosing
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cockpit.audio import microphone
from cockpit.audio.microphone import ChannelSource, Microphone
from cockpit.errors import AudioError
from cockpit.types import Pcm


class PortAudioError(Exception):
    pass


class FakeStream:
    """A sound card with as many channels as asked for; the test says when it gives what."""

    def __init__(self, *, channels: int, callback: Any, finished_callback: Callable[[], None], **asked: Any) -> None:
        self.channels, self.asked, self.closed = channels, asked, False
        self._callback, self._finished = callback, finished_callback

    def start(self) -> None:
        pass

    def give(self, level: float = 0.1, status: object = None) -> None:
        """A block in which channel n (from 1) is at n times `level`."""
        samples = self.asked["blocksize"]
        block = np.tile(level * np.arange(1, self.channels + 1, dtype=np.float32), (samples, 1))
        self._callback(block, samples, None, status)

    def unplug(self) -> None:
        self._finished()

    def close(self) -> None:
        self.closed = True


class Card:
    """PortAudio with one device of `rate_hz` that has `most` channels, or with none."""

    def __init__(self, rate_hz: int = 16_000, most: int = 8) -> None:
        self.rate_hz, self.most, self.there = rate_hz, most, True
        self.streams: list[FakeStream] = []
        self.module = SimpleNamespace(
            PortAudioError=PortAudioError,
            InputStream=self.open,
            check_input_settings=self.check,
            query_devices=lambda *_: {"default_samplerate": float(rate_hz)},
        )

    def open(self, **asked: Any) -> FakeStream:
        if not self.there or asked["channels"] > self.most:
            raise PortAudioError("Invalid number of channels" if self.there else "Device unavailable")
        self.streams.append(FakeStream(**asked))
        return self.streams[-1]

    def check(self, *_: Any, samplerate: int, **__: Any) -> None:
        if samplerate != self.rate_hz:
            raise PortAudioError("Invalid sample rate")


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Iterator[Card]:
    made = Card()
    monkeypatch.setitem(sys.modules, "sounddevice", made.module)
    return made


async def first(source: ChannelSource) -> Pcm:
    async with aclosing(source.frames()) as frames:
        return await anext(frames)


async def until_it_stops(source: ChannelSource) -> list[Pcm]:
    """All that a device gives before it is lost."""
    source.close()
    heard: list[Pcm] = []

    async def keep() -> None:
        async for frame in source.frames():
            heard.append(frame)  # noqa: PERF401 - what came before the error is wanted

    with pytest.raises(AudioError) as error:
        await keep()
    assert error.value.code == "audio-device-lost"
    return heard


async def test_each_seat_hears_its_own_channel_of_the_device(card: Card) -> None:
    async with Microphone("2", {"driver": 1, "rear_right": 4}).opened() as sources:
        card.streams[0].give(0.1)
        heard = {source.zone: await first(source) for source in sources}
    assert {zone: float(pcm[0]) for zone, pcm in heard.items()} == pytest.approx({"driver": 0.1, "rear_right": 0.4})
    assert [len(pcm) for pcm in heard.values()] == [512, 512]
    assert (card.streams[0].channels, card.streams[0].asked["device"]) == (4, 2)
    assert card.streams[0].closed


async def test_a_device_with_too_few_channels_is_an_error(card: Card) -> None:
    card.most = 2
    with pytest.raises(AudioError) as error:
        async with Microphone(None, {"driver": 1, "rear_left": 3}).opened():
            pass
    assert error.value.code == "audio-no-device"


async def test_all_channels_of_another_rate_are_resampled(card: Card) -> None:
    card.rate_hz = 48_000
    async with Microphone(None, {"driver": 1, "front_passenger": 2}).opened() as sources:
        for _ in range(10):
            card.streams[0].give(0.2)
        await asyncio.sleep(0)
        sounds = {source.zone: await until_it_stops(source) for source in sources}
    for zone, level in (("driver", 0.2), ("front_passenger", 0.4)):
        pcm = np.concatenate(sounds[zone])
        assert 4000 < len(pcm) <= 5120
        assert np.median(pcm) == pytest.approx(level, abs=1e-3)


async def test_lost_sound_is_counted(card: Card) -> None:
    microphone = Microphone(None, {"driver": 1})
    async with microphone.opened() as (source,), aclosing(source.frames()) as frames:
        card.streams[0].give()
        await anext(frames)
        card.streams[0].give(status="input overflow")
        await anext(frames)
    assert microphone.underruns == 1


async def test_an_unplugged_microphone_is_an_error_and_comes_back(card: Card) -> None:
    device = Microphone(None, {"driver": 1})
    async with device.opened() as (source,):
        card.streams[0].give()
        card.streams[0].unplug()
        assert len(await until_it_stops(source)) == 1, "what was heard before is not lost"
    assert card.streams[0].closed
    card.there = False
    with pytest.raises(AudioError) as error:
        async with device.opened():
            pass
    assert error.value.code == "audio-no-device"
    card.there = True
    async with device.opened() as (source,):
        card.streams[1].give(0.3)
        assert float((await first(source))[0]) == pytest.approx(0.3)


async def test_a_device_that_falls_silent_is_lost(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(microphone, "LOST_AFTER_S", 0.05)
    async with Microphone(None, {"driver": 1}).opened() as (source,):
        card.streams[0].give()
        with pytest.raises(AudioError, match="no sound any more") as error:
            _ = [frame async for frame in source.frames()]
    assert error.value.code == "audio-device-lost"


async def test_a_full_queue_drops_the_oldest(card: Card) -> None:
    async with Microphone(None, {"driver": 1}).opened() as (source,):
        for number in range(microphone.QUEUE_FRAMES + 3):
            card.streams[0].give(number / 1000)
        await asyncio.sleep(0)
        assert float((await first(source))[0]) == pytest.approx(0.003)
        assert source.dropped == 3
