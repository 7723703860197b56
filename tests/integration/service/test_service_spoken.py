"""Recordings end as the same words typed do, through real models."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.asr.recognition import Recognition
from cockpit.audio.wav import decode_wav
from cockpit.bus import topics
from cockpit.config import AudioSettings, Settings, SpeechSettings
from hil.conversation import Exchange
from hil.demo import Utterance, check, script
from hil.standalone import Stand, standalone

pytestmark = pytest.mark.models

FLOOR = 0.9
"""The share of the demo's recordings that must end as when typed."""


def spoken_settings(vid: str) -> Settings:
    return Settings(vid=vid, speech=SpeechSettings(output="none"))


def came_to(exchange: Exchange) -> list[tuple[str, str, object]]:
    """What a turn did, in an order of its own."""
    done = (action for action in exchange.all("action") if action["status"] == "done")
    acts = ((a.get("path") or f"{a['app']}.{a['action']}", a["status"], str(a.get("value"))) for a in done)
    return sorted((path, status, value) for path, status, value in acts)


async def in_scene(stand: Stand, utterance: Utterance, spoken: bool) -> Exchange:
    await stand.person.reset()
    for path, signal in stand.service.profile.signals.items():
        value = utterance.expect.before.get(path, signal.default)
        if stand.vehicle.values[path] != value:
            await stand.vehicle.put(path, value)
    if spoken:
        return await stand.person.speak(utterance.file.read_bytes(), utterance.zone)
    return await stand.person.type(utterance.text, utterance.lang, utterance.zone)


async def test_recordings_end_as_the_typed_words_do(vid: str) -> None:
    same: list[bool] = []
    async with standalone(spoken_settings(vid)) as stand:
        for utterance in script():
            typed = await in_scene(stand, utterance, spoken=False)
            assert check(utterance, typed, stand.vehicle.values) == []
            spoken = await in_scene(stand, utterance, spoken=True)
            same.append((came_to(spoken), spoken.kind) == (came_to(typed), typed.kind))
    assert sum(same) / len(same) >= FLOOR


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_a_live_stream_is_cut_into_a_turn_and_answered(vid: str, lang: str) -> None:
    utterance = next(u for u in script() if u.lang == lang)
    frames = _frames(utterance.file)
    async with standalone(spoken_settings(vid)) as stand:
        topic = topics.AUDIO_STREAM.build(vid, zone="driver")
        ended = stand.person.overhear("turn_end")
        for frame in frames:
            await stand.person.bus.publish(topic, frame, qos=0)
        event = await ended
        assert event["outcome"] == "done"
        assert stand.vehicle.values["Vehicle.Cabin.HVAC.IsAirConditioningActive"] is True


def _frames(file: Path) -> list[bytes]:
    """The recording as a microphone streams it, with a second of room after it."""
    pcm = decode_wav(file)
    raw = (pcm * 32767).astype("<i2").tobytes() + bytes(2 * 16_000)
    return [raw[at : at + 2048] for at in range(0, len(raw), 2048)]


async def test_a_missing_recogniser_leaves_typed_turns_working(vid: str, tmp_path: Path) -> None:
    settings = Settings(vid=vid, models_dir=tmp_path, speech=SpeechSettings(output="none"), audio=AudioSettings())
    async with standalone(settings) as stand:
        spoken = await stand.person.speak(script()[0].file.read_bytes())
        assert spoken.kind == "failed"
        assert spoken.first("error")["code"] == "model-missing"
        assert (await stand.person.type("打开空调")).kind == "done"


async def test_the_fallback_hears_english_when_its_own_engine_is_missing(tmp_path: Path) -> None:
    whisper = Settings().models_dir / "whisper-base"
    (tmp_path / "whisper-base").symlink_to(whisper)
    recognition = Recognition(Settings().asr, tmp_path)
    try:
        assert recognition.ready()["en"] is True
    finally:
        recognition.close()
