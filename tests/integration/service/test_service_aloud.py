"""Replies on the bus: at the pace at which they are heard, with the music lowered, and cut when told to."""

from __future__ import annotations

import asyncio
import io
import wave

import pytest

from cockpit.bus import topics
from cockpit.config import Settings, SpeechSettings
from hil.conversation import Exchange
from hil.standalone import standalone

pytestmark = pytest.mark.models


def aloud(vid: str) -> Settings:
    return Settings(vid=vid, speech=SpeechSettings(output="none", publish=True, speak_typed=True))


def seconds(wavs: list[bytes]) -> float:
    total = 0.0
    for one in wavs:
        with wave.open(io.BytesIO(one)) as file:
            total += file.getnframes() / file.getframerate()
    return total


def heard_as(exchange: Exchange) -> list[tuple[str, object]]:
    """What the turn's events say about its sound, in order."""
    kinds = {"duck": "active", "speaking": "state"}
    return [(event["type"], event[kinds[event["type"]]]) for event in exchange.events if event["type"] in kinds]


async def test_a_reply_is_heard_between_its_start_and_its_end(vid: str) -> None:
    async with standalone(aloud(vid)) as stand:
        exchange = await stand.person.type("turn on the air conditioning", timeout_s=60)
        start, end = exchange.all("speaking")
        assert heard_as(exchange) == [("duck", True), ("speaking", "start"), ("duck", False), ("speaking", "end")]
        assert seconds(exchange.wavs) > 0.5
        assert end["t_ms"] - start["t_ms"] >= 1000 * seconds(exchange.wavs) - 1


async def test_a_reply_that_is_cut_is_told_as_cut_and_the_music_comes_back(vid: str) -> None:
    async with standalone(aloud(vid)) as stand:
        speaking = stand.person.overhear("speaking")
        turn = asyncio.create_task(stand.person.type("what's the weather in London tomorrow", timeout_s=60))
        await speaking
        await stand.person.bus.publish(topics.REQUEST_CANCEL.build(vid), {})
        exchange = await turn
        cut = [("duck", True), ("speaking", "start"), ("duck", False), ("speaking", "interrupted")]
        assert heard_as(exchange) == cut
        start, end = exchange.all("speaking")
        assert 1000 * seconds(exchange.wavs) <= end["t_ms"] - start["t_ms"] + 1000 * 0.3
