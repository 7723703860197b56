"""Replies aloud with a scripted voice and loudspeaker: order, reading ahead, interruption, cache, errors."""

from __future__ import annotations

import asyncio
import threading

import pytest

from cockpit.errors import ModelError, SpeechError
from cockpit.ports import AudioSink
from cockpit.tts.sinks import NullSink
from cockpit.tts.speech import Speech
from cockpit.tts.voices import FallbackVoice, Voice
from cockpit.types import AudioChunk
from tests.component.tts.scripted_speech import ScriptedSink, ScriptedVoice

REPLY = "First sentence. Second sentence. Third sentence."
FIRST, SECOND, THIRD = "First sentence.", "Second sentence.", "Third sentence."
DEADLINE_S = 10


@pytest.fixture
def voice() -> ScriptedVoice:
    return ScriptedVoice()


@pytest.fixture
def sink() -> ScriptedSink:
    return ScriptedSink()


def speech(*voices: ScriptedVoice, cache_bytes: int = 1 << 20) -> Speech:
    fallback = FallbackVoice(*map(Voice, voices))
    return Speech({"en": fallback, "zh": fallback}, cache_bytes)


async def until_playing(sink: ScriptedSink, sentence: str) -> None:
    async with asyncio.timeout(DEADLINE_S):
        await sink.started[sentence].wait()
    assert sink.playing == sentence


async def test_a_reply_is_played_in_order_and_the_start_is_told_once(voice: ScriptedVoice) -> None:
    sink, starts = ScriptedSink(instant=True), []
    assert await speech(voice).say(REPLY, "en", [sink], lambda: starts.append(len(sink.heard)))
    assert sink.heard == [FIRST, SECOND, THIRD]
    assert starts == [0]
    assert sink.stops == 0


async def test_one_sentence_is_voiced_ahead_and_no_more(voice: ScriptedVoice, sink: ScriptedSink) -> None:
    front = speech(voice)
    turn = asyncio.create_task(front.say(REPLY, "en", [sink]))
    await until_playing(sink, FIRST)
    assert await asyncio.to_thread(voice.done[SECOND].wait, DEADLINE_S)
    assert THIRD not in voice.voiced
    sink.finish()
    await until_playing(sink, SECOND)
    await front.stop()
    assert await turn is False


async def test_figures_are_spoken_and_the_chunk_keeps_the_text(voice: ScriptedVoice) -> None:
    sink = ScriptedSink(instant=True)
    await speech(voice).say("温度22度。", "zh", [sink])
    assert voice.voiced == ["温度二十二度。"]
    assert sink.heard == ["温度22度。"]


async def test_stop_leaves_nothing_playing_and_voices_nothing_more(voice: ScriptedVoice, sink: ScriptedSink) -> None:
    front = speech(voice)
    turn = asyncio.create_task(front.say(REPLY, "en", [sink]))
    await until_playing(sink, FIRST)
    await front.stop()
    assert sink.playing is None
    assert sink.stops == 1
    assert await turn is False
    assert THIRD not in voice.voiced
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_cancelling_the_caller_stops_the_sinks(voice: ScriptedVoice, sink: ScriptedSink) -> None:
    turn = asyncio.create_task(speech(voice).say(REPLY, "en", [sink]))
    await until_playing(sink, FIRST)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert (sink.playing, sink.stops) == (None, 1)


async def test_stop_does_not_wait_for_a_sentence_being_voiced(voice: ScriptedVoice, sink: ScriptedSink) -> None:
    voice.hold[FIRST] = threading.Event()
    front = speech(voice)
    turn = asyncio.create_task(front.say(REPLY, "en", [sink]))
    assert await asyncio.to_thread(voice.begun.wait, DEADLINE_S)
    await front.stop()
    assert await turn is False
    assert voice.voiced == []
    voice.hold[FIRST].set()
    await front.close()
    assert sink.heard == []


async def test_a_second_reply_waits_for_the_first(voice: ScriptedVoice, sink: ScriptedSink) -> None:
    front = speech(voice)
    first = asyncio.create_task(front.say(FIRST, "en", [sink]))
    await until_playing(sink, FIRST)
    second = asyncio.create_task(front.say(SECOND, "en", [sink]))
    await asyncio.sleep(0)
    assert sink.playing == FIRST
    assert SECOND not in voice.voiced
    sink.finish()
    await until_playing(sink, SECOND)
    sink.finish()
    assert await first
    assert await second


async def test_speech_works_again_after_a_stop(voice: ScriptedVoice, sink: ScriptedSink) -> None:
    front = speech(voice)
    await front.stop()
    turn = asyncio.create_task(front.say(FIRST, "en", [sink]))
    await until_playing(sink, FIRST)
    await front.stop()
    assert await turn is False
    sink.instant = True
    assert await front.say(SECOND, "en", [sink])
    assert sink.heard == [SECOND]


async def test_a_sentence_said_before_is_not_voiced_again(voice: ScriptedVoice) -> None:
    front, sink = speech(voice), NullSink()
    await front.say("Done. Done. Done.", "en", [sink])
    await front.say("Done.", "en", [sink])
    assert voice.voiced == ["Done."]
    assert sink.seconds == pytest.approx(4 * 5 / 16_000)


async def test_warmed_phrases_are_voiced_once_and_then_said_at_once(voice: ScriptedVoice) -> None:
    front = speech(voice)
    await front.warm({"en": ["Done. One moment."], "zh": ["好的。"]})
    assert voice.voiced == ["Done.", "One moment.", "好的。"]
    assert front.ready() == {"en": True, "zh": True}
    await front.say("One moment.", "en", [NullSink()])
    assert len(voice.voiced) == 3


async def test_of_likely_replies_only_the_starts_are_voiced(voice: ScriptedVoice) -> None:
    front = speech(voice)
    await front.warm({"zh": ["副驾温度已调到16度。"], "en": ["Done. The window is open."]}, starts=True)
    assert voice.voiced == ["副驾温度，", "Done."]
    sink = ScriptedSink(instant=True)
    await front.say("副驾温度已调到22度。", "zh", [sink])
    assert voice.voiced[2:] == ["已调到二十二度。"]
    assert sink.heard == ["副驾温度", "已调到22度。"]


async def test_without_a_cache_everything_is_voiced(voice: ScriptedVoice) -> None:
    front = speech(voice, cache_bytes=0)
    await front.say("Done. Done.", "en", [NullSink()])
    assert voice.voiced == ["Done.", "Done."]


async def test_a_voice_that_cannot_be_loaded_gives_way_to_the_next(voice: ScriptedVoice) -> None:
    missing = ScriptedVoice(ModelError("missing", "not there"), name="first")
    front = speech(missing, voice)
    await front.say("Done.", "en", [NullSink()])
    await front.say("Again.", "en", [NullSink()])
    assert voice.voiced == ["Done.", "Again."]
    assert (missing.loads, voice.loads) == (1, 1)
    assert [error.code for error in front.problems()["en"]] == ["model-missing"]


async def test_without_any_voice_the_first_error_is_raised_each_time() -> None:
    front = speech(ScriptedVoice(ModelError("missing", "a")), ScriptedVoice(ModelError("corrupt", "b")))
    for _ in range(2):
        with pytest.raises(ModelError) as caught:
            await front.say("Done.", "en", [NullSink()])
        assert caught.value.code == "model-missing"
    assert front.ready() == {"en": False, "zh": False}
    with pytest.raises(ModelError):
        await front.warm({"en": ["Done."]})


async def test_a_sentence_that_fails_ends_the_reply_and_the_next_reply_works(voice: ScriptedVoice) -> None:
    voice.fail[SECOND] = SpeechError("synthesis", "broken")
    front, sink = speech(voice), ScriptedSink(instant=True)
    with pytest.raises(SpeechError) as caught:
        await front.say(REPLY, "en", [sink])
    assert caught.value.code == "tts-synthesis"
    assert (sink.heard, sink.stops) == ([FIRST], 1)
    assert await front.say(THIRD, "en", [sink])


async def test_a_sink_that_fails_does_not_keep_the_chunk_from_the_others(voice: ScriptedVoice) -> None:
    class Broken(NullSink):
        async def play(self, chunk: AudioChunk) -> None:
            raise SpeechError("device", f"unplugged before {chunk.text}")

    good = ScriptedSink(instant=True)
    sinks: list[AudioSink] = [Broken(), good]
    with pytest.raises(SpeechError):
        await speech(voice).say("Done.", "en", sinks)
    assert good.heard == ["Done."]


@pytest.mark.parametrize("text", ["", "   ", "\n"])
async def test_nothing_to_say(voice: ScriptedVoice, text: str) -> None:
    assert await speech(voice).say(text, "en", [NullSink()])
    assert voice.loads == 0


async def test_a_language_without_a_voice_is_silent(voice: ScriptedVoice) -> None:
    front = Speech({"en": FallbackVoice(Voice(voice))})
    sink = NullSink()
    assert await front.say("好的。", "zh", [sink])
    await front.warm({"zh": ["好的。"]})
    assert sink.seconds == 0
    assert front.ready() == {"en": False}


async def test_close_lets_every_engine_go(voice: ScriptedVoice) -> None:
    front = speech(voice)
    await front.say("Done.", "en", [NullSink()])
    await front.close()
    assert voice.closed
