"""Voice, microphones and observer on a real broker, with a scripted peer in the assistant's place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cockpit.audio.wav import decode_wav, encode_wav
from cockpit.config import BrokerSettings
from hil.broker import RunningBroker
from hil.rig.driver import Resource, Site
from hil.rig.drivers.mqtt_microphones import MqttMicrophones
from hil.rig.drivers.mqtt_voice import MqttVoice, MqttVoiceResource
from hil.rig.drivers.observer import BusObserver, BusObserverResource
from hil.rig.drivers.virtual_car import VirtualCar, VirtualCarResource
from hil.rig.errors import RigError
from hil.trace import Trace
from tests.broker import Peer, body, peer

DEADLINE_S = 10.0
TONE = (0.3 * np.sin(np.arange(16_000) * 0.2)).astype(np.float32)


@pytest.fixture
async def wired(site: Site, broker: RunningBroker) -> AsyncIterator[Site]:
    """A site whose bus is observed."""
    site.broker = site.assistant_broker = BrokerSettings(host=broker.host, port=broker.port)
    async with BusObserver(BusObserverResource(), site):
        yield site


@pytest.fixture
async def assistant(broker: RunningBroker, vid: str) -> AsyncIterator[Peer]:
    async with peer(broker, vid) as one:
        yield one


async def test_what_is_typed_recorded_and_cancelled_reaches_the_assistant(wired: Site, assistant: Peer) -> None:
    async with MqttVoice(MqttVoiceResource(), wired) as voice:
        await voice.text("t1", "打开车窗", "rear_left", "zh")
        await voice.sound("t2", TONE, "driver")
        await voice.cancel("driver")
        [typed] = await assistant.heard("request/text")
        assert body(typed) == {"id": "t1", "text": "打开车窗", "zone": "rear_left", "lang": "zh"}
        [said] = await assistant.heard("request/audio/driver/t2")
        assert len(decode_wav(said.payload)) == len(TONE)
        [cancelled] = await assistant.heard("request/cancel")
        assert body(cancelled) == {"zone": "driver"}
    [sound] = wired.trace.since(source="audio")
    assert sound.data == {"turn": "t2", "file": "said-t2.wav", "duration_s": 1.0, "zone": "driver"}
    assert (wired.folder / "said-t2.wav").exists()


async def test_live_sound_comes_at_its_pace_with_the_quiet_room_after_it(wired: Site, assistant: Peer) -> None:
    async with MqttVoice(MqttVoiceResource(sound="live", tail_s=0.5), wired) as voice:
        began_s = wired.trace.now_s()
        await voice.sound("t1", TONE, "driver")
        assert wired.trace.now_s() - began_s >= 0.95
        frames = await assistant.heard("audio/driver/stream", 40)
    loud = [np.abs(np.frombuffer(frame.payload, "<i2")).max() > 1000 for frame in frames]
    assert loud == sorted(loud, reverse=True)
    assert sum(loud) == 32
    assert not any("stream" in seen.name for seen in wired.trace.since(source="bus"))


async def test_a_reset_waits_for_its_answer(wired: Site, assistant: Peer, vid: str) -> None:
    async with MqttVoice(MqttVoiceResource(answer_s=0.2), wired) as voice:
        with pytest.raises(RigError, match="did not forget"):
            await voice.reset()
    assistant.answer = lambda message: (
        assistant.publish(f"cockpit/{vid}/event/reset", {"id": body(message)["id"]})
        if message.topic.value.endswith("request/reset")
        else None
    )
    async with MqttVoice(MqttVoiceResource(answer_s=DEADLINE_S), wired) as voice:
        await voice.reset()


async def test_a_reply_is_taken_down_slice_by_slice(wired: Site, assistant: Peer, vid: str, tmp_path: Path) -> None:
    async with MqttMicrophones(Resource(), wired) as microphones:
        await assistant.publish(f"cockpit/{vid}/event/reply", {"turn": "t/1", "text": "好的"})
        for part in (TONE[:8000], TONE[8000:]):
            await assistant.publish(f"cockpit/{vid}/reply/audio/t-1", encode_wav(part))
        await wired.trace.until(lambda seen: seen.source == "audio", DEADLINE_S)
        await assistant.publish(f"cockpit/{vid}/event/reply", {"turn": "t-1", "text": "好的"})
        await wired.trace.until(lambda seen: seen.data.get("turn") == "t-1" and "text" in seen.data, DEADLINE_S)
        async with asyncio.timeout(DEADLINE_S):
            while True:
                file = await microphones.heard("t-1", tmp_path)
                if file is not None and len(decode_wav(file)) == len(TONE):
                    break
        assert await microphones.heard("never", tmp_path) is None
    [sound] = wired.trace.since(source="audio")
    assert sound.data == {"turn": "t-1", "file": "reply-t-1.wav", "duration_s": 1.0, "text": "好的"}


async def test_what_is_no_json_is_kept_as_it_is(wired: Site, assistant: Peer, vid: str) -> None:
    await assistant.publish(f"vehicle/{vid}/state/A", b"\xff\x00")
    await assistant.publish(f"vehicle/{vid}/state/B", b"x" * 10_000)
    short = await wired.trace.until(lambda seen: seen.name.endswith("/A"), DEADLINE_S)
    long = await wired.trace.until(lambda seen: seen.name.endswith("/B"), DEADLINE_S)
    assert short is not None
    assert short.data == {"raw": "ff00"}
    assert long is not None
    assert long.data == {"raw": "78" * 64, "bytes": 10_000}


async def test_a_broker_that_is_not_there_is_late(site: Site) -> None:
    nowhere = replace(site, broker=BrokerSettings(port=1))
    with pytest.raises(RigError, match=r"no broker at 127\.0\.0\.1:1") as error:
        async with BusObserver(BusObserverResource(connect_s=0.3), nowhere):
            pass
    assert error.value.code == "rig-late"


async def test_what_is_done_to_the_car_is_told_in_the_trace_of_the_present_attempt(wired: Site) -> None:
    async with VirtualCar(VirtualCarResource(percent_per_s=200), wired) as car:
        await car.prepare({"Vehicle.Speed": 0.0})
        before, wired.trace = wired.trace, Trace()
        name = await car.begin("low-voltage", {"volts": 9.0})
        await car.end(name)
        assert [seen.data["state"] for seen in wired.trace.since(source="fault")] == ["begun", "ended"]
        assert list(before.since(source="fault")) == []
