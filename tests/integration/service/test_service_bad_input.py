"""Whatever comes over the bus, the assistant answers where it can, counts, and takes the next turn."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from cockpit.audio.wav import encode_wav
from cockpit.bus import topics
from hil.broker import running_broker
from hil.standalone import Stand

SECOND = 16_000


async def works(stand: Stand) -> None:
    """The next turn, as ever."""
    assert (await stand.person.type("打开空调")).kind in ("done", "already")


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"id": 3, "text": "x"}',
        b'{"text": "x"}',
        b'{"id": "a", "text": "x", "zone": "roof"}',
    ],
)
async def test_a_broken_request_is_counted(stand: Stand, payload: bytes) -> None:
    before = stand.service.bus.counters["bus-bad-payload"]
    await stand.person.bus.publish(topics.REQUEST_TEXT.build(stand.service.settings.vid), payload)
    await works(stand)
    assert stand.service.bus.counters["bus-bad-payload"] == before + 1


async def test_a_broken_request_with_an_id_is_answered(stand: Stand) -> None:
    exchange = await stand.person.send({"text": 5})
    assert exchange.kind == "failed"
    assert exchange.first("error")["code"] == "bus-bad-payload"
    await works(stand)


async def test_unknown_topics_zones_and_signals_are_harmless(stand: Stand) -> None:
    vid, bus = stand.service.settings.vid, stand.person.bus
    await bus.publish(f"cockpit/{vid}/request/nonsense", b"{}")
    await bus.publish(f"cockpit/{vid}/request/audio/roof/x", b"RIFF")
    await bus.publish(f"vehicle/{vid}/state/Vehicle/No/Such/Signal", {"value": 1, "ts": "now"})
    await bus.publish(f"vehicle/{vid}/state/Vehicle/Speed", b"not json")
    await bus.publish(f"vehicle/{vid}/result/cockpit", {"id": "nobody", "status": "succeeded"})
    await works(stand)
    counters = stand.service.bus.counters
    assert counters["bus-unknown-zone"] == 1
    assert counters["vehicle-unknown-signal"] == 1
    assert counters["vehicle-unexpected-result"] == 1
    assert counters["bus-bad-payload"] == 1


@pytest.mark.parametrize(
    ("wav", "kind", "code"),
    [
        (b"this is no sound", "failed", "audio-not-wav"),
        (b"", "failed", "audio-not-wav"),
        (encode_wav(np.full(SECOND, 0.1, np.float32))[: SECOND // 2], "failed", "audio-cut-short"),
        (encode_wav(np.zeros(2 * SECOND, np.float32)), "unsupported", "audio-no-speech"),
        (
            encode_wav(np.random.default_rng(7).normal(0, 0.05, 30 * SECOND).astype(np.float32)),
            "unsupported",
            "audio-no-speech",
        ),
    ],
    ids=["no WAV", "nothing", "cut short", "silence", "30 s of noise"],
)
async def test_a_recording_without_speech_has_a_defined_end(stand: Stand, wav: bytes, kind: str, code: str) -> None:
    exchange = await stand.person.speak(wav)
    assert exchange.kind == kind
    assert exchange.first("error")["code"] == code
    assert exchange.all("action") == []
    await works(stand)


async def test_broken_frames_of_a_stream_are_counted(stand: Stand) -> None:
    topic = topics.AUDIO_STREAM.build(stand.service.settings.vid, zone="driver")
    for frame in (b"", b"odd", b"\0" * 100_000):
        await stand.person.bus.publish(topic, frame, qos=0)
    await works(stand)
    assert stand.service.bus.counters["audio-bad-frame"] == 3


async def test_a_broker_that_goes_away_in_mid_turn(stand: Stand) -> None:
    silence = await stand.vehicle.begin("never-answer")
    turn = asyncio.create_task(stand.person.type("打开空调", timeout_s=3))
    await stand.person.until(lambda event: event.get("status") == "published")
    await stand.stop_broker()
    with pytest.raises(TimeoutError):
        await turn
    await stand.vehicle.end(silence)
    async with running_broker(port=stand.broker.port):
        await stand.person.back()
        await works(stand)


@pytest.mark.parametrize("aloud", [False, True])
async def test_a_request_that_is_delivered_twice_is_answered_once(stand: Stand, vid: str, aloud: bool) -> None:
    replied: list[str] = []
    turn = "twice"
    if aloud:
        topic, payload = topics.REQUEST_AUDIO.build(vid, zone="driver", id=turn), encode_wav(np.zeros(SECOND, "f4"))
    else:
        topic, payload = topics.REQUEST_TEXT.build(vid), '{"id": "twice", "text": "打开空调"}'.encode()
    replies = stand.person.overhear("reply")
    for _ in range(3):
        await stand.person.bus.publish(topic, payload)
    replied.append((await replies)["turn"])
    after = stand.person.overhear("reply")
    await works(stand)
    replied.append((await after)["turn"])
    assert replied.count(turn) == 1
    assert stand.service.bus.counters["bus-repeated-request"] == 2
