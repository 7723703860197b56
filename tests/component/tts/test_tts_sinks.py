from __future__ import annotations

import asyncio
import io
import os
import threading
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cockpit.errors import SpeechError
from cockpit.tts.loudspeaker import BLOCK_S, DeviceSink
from cockpit.tts.sinks import SLICE_LEAD_S, SLICE_S, NullSink, WavChunkSink, WavSink, wav_bytes
from cockpit.types import AudioChunk, Pcm
from hil.virtual_time import virtually

RATE_HZ = 16_000


def chunk(seconds: float, rate_hz: int = RATE_HZ, level: float = 0.5) -> AudioChunk:
    return AudioChunk(np.full(int(seconds * rate_hz), level, np.float32), rate_hz, "a sentence")


class ScriptedStream:
    """Takes a block per permit given through `room`, as a loudspeaker takes one per block time."""

    def __init__(self, room: int = 10_000) -> None:
        self.room = threading.Semaphore(room)
        self.wrote = threading.Event()
        self.blocks: list[int] = []
        self.calls: list[str] = []
        self.fail = False

    def start(self) -> None:
        self.calls.append("start")

    def write(self, data: NDArray[np.float32]) -> Any:
        if self.fail:
            raise OSError("unplugged")
        assert self.room.acquire(timeout=10)
        self.blocks.append(len(data))
        self.wrote.set()

    def stop(self) -> None:
        self.calls.append("stop")

    def abort(self) -> None:
        self.calls.append("abort")

    def close(self) -> None:
        self.calls.append("close")


def read_wav(data: bytes) -> tuple[int, int]:
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return file.getframerate(), file.getnframes()


async def test_the_loudspeaker_gets_short_blocks_and_is_drained() -> None:
    stream = ScriptedStream()
    sink = DeviceSink(open_stream=lambda _: stream)
    await sink.play(chunk(0.5))
    assert sum(stream.blocks) == RATE_HZ // 2
    assert max(stream.blocks) <= BLOCK_S * RATE_HZ <= 0.05 * RATE_HZ
    assert stream.calls == ["start", "stop"]
    await sink.close()
    assert stream.calls[-1] == "close"


async def test_stop_in_mid_chunk_ends_after_the_block_being_written() -> None:
    stream = ScriptedStream(room=1)
    sink = DeviceSink(open_stream=lambda _: stream)
    playing = asyncio.create_task(sink.play(chunk(5)))
    assert await asyncio.to_thread(stream.wrote.wait, 10)
    stopping = asyncio.create_task(sink.stop())
    await asyncio.sleep(0)
    stream.room.release()
    await stopping
    await playing
    assert len(stream.blocks) <= 2
    assert stream.calls == ["start", "abort"]
    stream.room = threading.Semaphore(100)
    await sink.play(chunk(0.1))
    assert stream.calls == ["start", "abort", "start", "stop"]
    await sink.close()


async def test_a_stop_right_after_a_chunk_has_begun_is_not_lost() -> None:
    stream = ScriptedStream()
    sink = DeviceSink(open_stream=lambda _: stream)
    await sink.play(chunk(0.1))
    stream.room = threading.Semaphore(1)
    playing = asyncio.create_task(sink.play(chunk(5)))
    await asyncio.sleep(0)
    stopping = asyncio.create_task(sink.stop())
    await asyncio.sleep(0)
    stream.room.release()
    await asyncio.gather(playing, stopping)
    assert stream.calls[-1] == "abort"
    await sink.close()


async def test_stop_with_nothing_playing_is_harmless() -> None:
    sink = DeviceSink(open_stream=lambda _: ScriptedStream())
    await sink.stop()
    await sink.play(chunk(0.1))
    await sink.stop()
    await sink.close()


async def test_another_rate_opens_another_stream() -> None:
    opened: list[int] = []

    def open_stream(rate_hz: int) -> ScriptedStream:
        opened.append(rate_hz)
        return ScriptedStream()

    sink = DeviceSink(open_stream=open_stream)
    for rate_hz in (16_000, 16_000, 24_000):
        await sink.play(chunk(0.1, rate_hz))
    assert opened == [16_000, 24_000]
    await sink.close()


async def test_a_device_that_fails_is_an_error_and_is_opened_anew() -> None:
    streams = [ScriptedStream(), ScriptedStream()]
    streams[0].fail = True
    waiting = iter(streams)
    sink = DeviceSink(open_stream=lambda _: next(waiting))
    with pytest.raises(SpeechError) as caught:
        await sink.play(chunk(0.1))
    assert caught.value.code == "tts-device"
    await sink.play(chunk(0.1))
    assert sum(streams[1].blocks) == RATE_HZ // 10
    await sink.close()


async def test_a_reply_becomes_one_wav_file_whatever_the_rates(tmp_path: Path) -> None:
    sink = WavSink(tmp_path / "reply.wav")
    await sink.play(chunk(0.5))
    await sink.play(chunk(0.5, 24_000))
    await sink.stop()
    file = await sink.save()
    assert file is not None
    rate_hz, frames = read_wav(await asyncio.to_thread(file.read_bytes))
    assert rate_hz == RATE_HZ
    assert frames == pytest.approx(RATE_HZ, abs=50)


async def test_no_reply_is_no_file(tmp_path: Path) -> None:
    sink = WavSink(tmp_path / "reply.wav")
    assert await sink.save() is None
    assert not any(os.scandir(tmp_path))


async def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    sink = WavSink(tmp_path / "no" / "reply.wav")
    await sink.play(chunk(0.1))
    with pytest.raises(SpeechError) as caught:
        await sink.save()
    assert caught.value.code == "tts-unwritable"


class Listener:
    """Plays each slice as it comes, on the loop's clock."""

    def __init__(self) -> None:
        self.begun_s = asyncio.get_running_loop().time()
        self.sent: list[tuple[int, int]] = []
        self.played: list[int] = []
        self.until_s = self.begun_s
        self.gaps = 0

    async def take(self, data: bytes) -> None:
        rate_hz, frames = read_wav(data)
        now_s = asyncio.get_running_loop().time()
        self.gaps += now_s > self.until_s + 1e-9
        self.until_s = max(self.until_s, now_s) + frames / rate_hz
        self.sent.append((rate_hz, frames))

    def on_played(self, pcm: Pcm, rate_hz: int) -> None:
        self.played.append(len(pcm))


def test_the_bus_gets_slices_at_the_pace_at_which_they_are_heard() -> None:
    async def listen() -> None:
        listener = Listener()
        sink = WavChunkSink(listener.take, listener.on_played)
        for one in (chunk(0.5), chunk(0.25, 24_000)):
            await sink.play(one)
            assert asyncio.get_running_loop().time() == pytest.approx(listener.until_s)
        assert listener.sent == [(16_000, 3_200), (16_000, 3_200), (16_000, 1_600), (24_000, 4_800), (24_000, 1_200)]
        assert listener.gaps == 0
        assert sum(listener.played[:3]) == 8_000
        assert listener.until_s - listener.begun_s == pytest.approx(0.75)

    virtually(listen())


def test_after_a_stop_the_bus_gets_nothing_more_and_falls_silent_soon() -> None:
    async def listen() -> None:
        listener = Listener()
        loop = asyncio.get_running_loop()
        sink = WavChunkSink(listener.take)
        playing = asyncio.create_task(sink.play(chunk(5)))
        await asyncio.sleep(1.0)
        await sink.stop()
        stopped_s = loop.time()
        await playing
        assert loop.time() == stopped_s
        assert listener.until_s - stopped_s <= SLICE_S + SLICE_LEAD_S
        heard = len(listener.sent)
        await asyncio.sleep(1.0)
        assert len(listener.sent) == heard
        await sink.play(chunk(0.2))
        assert len(listener.sent) == heard + 1

    virtually(listen())


async def test_the_loudspeaker_tells_each_block_as_loud_as_it_is() -> None:
    played: list[Pcm] = []
    sink = DeviceSink(
        open_stream=lambda _: ScriptedStream(), on_played=lambda pcm, _: played.append(pcm), gain_db=lambda: 3.0
    )
    await sink.play(chunk(0.1))
    await sink.close()
    assert sum(map(len, played)) == RATE_HZ // 10
    assert float(played[0][0]) == pytest.approx(0.5 * 10 ** (3 / 20), abs=1e-3)


async def test_the_null_sink_counts_seconds() -> None:
    sink = NullSink()
    await sink.play(chunk(0.5))
    await sink.stop()
    assert sink.seconds == 0.5


def test_wav_clips_what_is_too_loud() -> None:
    with wave.open(io.BytesIO(wav_bytes(np.array([2.0, -2.0, 0.0], np.float32), RATE_HZ))) as file:
        assert np.frombuffer(file.readframes(3), "<i2").tolist() == [32767, -32767, 0]
