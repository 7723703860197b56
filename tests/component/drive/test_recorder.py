"""Drives recorded from a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cockpit.audio.wav import encode_wav
from cockpit.bus import Bus
from cockpit.config import BrokerSettings
from hil.broker import RunningBroker
from hil.drive import recorder as recording_of
from hil.drive.format import Drive, Entry
from hil.drive.recorder import Keeping, Recorder
from tests.broker import DEADLINE_S, Peer, peer


@asynccontextmanager
async def recording(
    broker: RunningBroker, vid: str, file: Path, **keeping: Any
) -> AsyncIterator[tuple[Recorder, Peer]]:
    """A drive is kept while this lasts; what was said in it is in the file afterwards."""
    bus = Bus(BrokerSettings(host=broker.host, port=broker.port))
    recorder = Recorder(bus, vid, file, Keeping(**keeping))
    all_came = asyncio.Event()
    bus.subscribe(f"barrier/{vid}", lambda *_: all_came.set())
    async with peer(broker, vid) as everybody, asyncio.timeout(DEADLINE_S), bus.running():
        running = asyncio.create_task(recorder.run())
        await bus.wait_connected()
        yield recorder, everybody
        await everybody.publish(f"barrier/{vid}", {})
        await all_came.wait()
        recorder.stop()
        await running


def kept(file: Path) -> list[Entry]:
    return [entry for entry in Drive.read(file).entries if not entry.gap]


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


async def test_what_is_said_is_kept_in_its_order(broker: RunningBroker, vid: str, tmp_path: Path) -> None:
    file = tmp_path / "drive.jsonl"
    async with recording(broker, vid, file, personal=True) as (recorder, everybody):
        await everybody.state("Vehicle.Speed", 12.5, retain=False)
        await everybody.publish(f"cockpit/{vid}/request/text", {"id": "1", "text": "打开空调"})
        await everybody.publish(
            f"vehicle/{vid}/set/Vehicle/Cabin/HVAC/IsAirConditioningActive", {"id": "c", "value": True}
        )
        await everybody.result("c", "succeeded")
        await everybody.publish(f"cockpit/{vid}/event/reply", {"type": "reply", "text": "好"}, qos=0)
        await everybody.publish(f"app/{vid}/media/play", b"\xff not json")
    drive = Drive.read(file)
    assert (drive.header.vid, drive.header.personal, recorder.kept, recorder.lost) == (vid, True, 6, 0)
    assert [entry.topic.split(f"/{vid}/")[1].split("/")[0] for entry in kept(file)] == [
        "state", "request", "set", "result", "event", "media",
    ]  # fmt: skip
    assert (kept(file)[1].data or {})["text"] == "打开空调"
    assert kept(file)[5].payload(tmp_path) == b"\xff not json"
    times = [entry.at_s for entry in drive.entries]
    assert times == sorted(times)


async def test_without_being_asked_no_word_is_kept(broker: RunningBroker, vid: str, tmp_path: Path) -> None:
    file = tmp_path / "drive.jsonl"
    async with recording(broker, vid, file, audio=True) as (_, everybody):
        await everybody.publish(f"cockpit/{vid}/request/text", {"id": "1", "text": "秘密"})
        await everybody.publish(f"cockpit/{vid}/event/transcript", {"type": "transcript", "turn": "1", "text": "秘密"})
        await everybody.publish(f"cockpit/{vid}/request/audio/driver/2", b"RIFF")
        await everybody.publish(f"app/{vid}/phone/call", {"id": "c", "args": {"contact": "秘密"}})
        await everybody.state("Vehicle.CurrentLocation.Latitude", 31.2)
    assert "秘密" not in file.read_text("utf-8")
    assert [entry.data for entry in kept(file)] == [{"id": "1"}, {"type": "transcript", "turn": "1"}, {"id": "c"}]
    assert names(tmp_path) == [file.name]


@pytest.mark.parametrize(
    ("values", "lines"),
    [((0.0, 0.0, 0.0), [0.0, None]), ((0.0, 0.0, False), [0.0, False]), ((0.0, False, False), [0.0, False, None])],
)
async def test_a_state_that_says_the_same_again_is_only_named(
    broker: RunningBroker,
    vid: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    values: tuple[object, ...],
    lines: list[object],
) -> None:
    monkeypatch.setattr(recording_of, "WRITE_EVERY_S", DEADLINE_S)
    file, topic = tmp_path / "drive.jsonl", f"vehicle/{vid}/state/Vehicle/Speed"
    async with recording(broker, vid, file) as (_, everybody):
        for value in values:
            await everybody.state("Vehicle.Speed", value, retain=False)
    assert [(entry.data or {}).get("value") for entry in kept(file)] == lines
    assert [entry.again for entry in kept(file) if entry.data is None] == [(topic,)] * lines.count(None)


async def test_sounds_are_kept_beside_the_drive(broker: RunningBroker, vid: str, tmp_path: Path) -> None:
    file, wav = tmp_path / "drive.jsonl", encode_wav(np.zeros(160, np.float32), 16_000)
    async with recording(broker, vid, file, personal=True, audio=True) as (_, everybody):
        await everybody.publish(f"cockpit/{vid}/request/audio/driver/7", wav)
        for frame in (b"ab", b"cd"):
            await everybody.publish(f"cockpit/{vid}/audio/driver/stream", frame, qos=0)
    spoken, live = kept(file)
    assert spoken.payload(tmp_path) == wav
    assert (live.file, live.payload(tmp_path)) == ("drive/driver.pcm", b"abcd")


async def test_what_comes_faster_than_it_is_written_is_counted_and_told(
    broker: RunningBroker, vid: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_of, "QUEUE_SIZE", 3)
    monkeypatch.setattr(recording_of, "WRITE_EVERY_S", DEADLINE_S)
    file = tmp_path / "drive.jsonl"
    async with recording(broker, vid, file) as (recorder, everybody):
        for number in range(5):
            await everybody.publish(f"cockpit/{vid}/event/wake", {"type": "wake", "word": str(number)})
    assert (recorder.kept, recorder.lost) == (3, 2)
    assert [entry.lost for entry in kept(file)] == [0, 0, 0, 2]
