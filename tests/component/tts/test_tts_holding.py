"""Speech held while a person speaks, and urgent speech before other speech, on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from cockpit.tts.floor import Floor, Priority
from cockpit.tts.saying import HOLD_LIMIT_S
from cockpit.tts.speech import Speech
from cockpit.tts.voices import FallbackVoice, Voice
from hil.virtual_time import virtually
from tests.component.tts.scripted_speech import ClockedSink, PacedVoice

LATE_S = 0.1
"""Within this of a hold nothing may sound any more."""


def speech() -> Speech:
    voice = FallbackVoice(Voice(PacedVoice()))
    return Speech({"en": voice, "zh": voice})


def run(main: Coroutine[Any, Any, None]) -> None:
    virtually(main)


def test_held_speech_is_silent_at_once_and_goes_on_with_the_word_it_broke_off_in() -> None:
    async def talk() -> None:
        front, sink = speech(), ClockedSink()
        saying = asyncio.create_task(front.say("one two three four", "en", [sink]))
        await asyncio.sleep(1.0)
        assert await front.hold()
        await asyncio.sleep(2.0)
        assert sink.heard == [(0.0, "one two three four", pytest.approx(1.0, abs=LATE_S))]
        front.resume()
        assert await saying
        begun_s, _, sounded_s = sink.heard[1]
        assert begun_s == pytest.approx(3.0)
        assert sounded_s == pytest.approx(0.4 + 0.3 + 0.1, abs=0.02)  # "three four": the third word began at 0.8 s

    run(talk())


def test_speech_held_in_its_first_word_begins_again() -> None:
    async def talk() -> None:
        front, sink = speech(), ClockedSink()
        saying = asyncio.create_task(front.say("one two", "en", [sink]))
        await asyncio.sleep(0.2)
        await front.hold()
        await asyncio.sleep(1.0)
        front.resume()
        assert await saying
        assert sink.heard[1][2] == pytest.approx(0.8, abs=0.02)

    run(talk())


def test_a_reply_held_before_its_first_sound_does_not_begin() -> None:
    async def talk() -> None:
        front, sink, starts = speech(), ClockedSink(), []
        saying = asyncio.create_task(front.say("one", "en", [sink], lambda: starts.append(len(sink.heard))))
        await asyncio.sleep(0)
        assert await front.hold()
        await asyncio.sleep(1.0)
        assert (starts, sink.heard) == ([], [])
        front.resume()
        assert await saying
        assert starts == [0]

    run(talk())


def test_held_twice_and_resumed_twice_nothing_is_lost() -> None:
    async def talk() -> None:
        front, sink = speech(), ClockedSink()
        saying = asyncio.create_task(front.say("one two. three four. five", "en", [sink]))
        for _ in range(2):
            await asyncio.sleep(0.9)
            await front.hold()
            await front.hold()
            await asyncio.sleep(0.5)
            front.resume()
        assert await saying
        assert list(dict.fromkeys(sink.texts)) == ["one two.", "three four.", "five"]

    run(talk())


def test_held_speech_can_be_stopped() -> None:
    async def talk() -> None:
        front, sink = speech(), ClockedSink()
        saying = asyncio.create_task(front.say("one two", "en", [sink]))
        await asyncio.sleep(0.2)
        await front.hold()
        await front.stop()
        assert await saying is False
        assert await front.say("three", "en", [sink])
        assert sink.texts == ["one two", "three"]

    run(talk())


def test_speech_held_for_too_long_is_given_up() -> None:
    async def talk() -> None:
        front, sink = speech(), ClockedSink()
        saying = asyncio.create_task(front.say("one two", "en", [sink]))
        await asyncio.sleep(0.2)
        await front.hold()
        assert await saying is False
        assert asyncio.get_running_loop().time() - 1000 == pytest.approx(0.2 + HOLD_LIMIT_S)
        assert len(sink.heard) == 1

    run(talk())


def test_a_warning_is_not_held() -> None:
    async def talk() -> None:
        front, sink = speech(), ClockedSink()
        saying = asyncio.create_task(front.say("one two", "en", [sink], priority=Priority.WARNING))
        await asyncio.sleep(0.2)
        assert not await front.hold()
        assert await saying
        assert len(sink.heard) == 1

    run(talk())


def test_with_nothing_to_hold_there_is_nothing_to_resume() -> None:
    async def talk() -> None:
        front, sink = speech(), ClockedSink()
        assert not await front.hold()
        front.resume()
        assert await front.say("one", "en", [sink])

    run(talk())


def test_a_warning_cuts_a_reply_short_and_comes_before_those_that_wait() -> None:
    async def talk() -> None:
        front, sink = speech(), ClockedSink()
        ends: dict[str, bool] = {}

        async def say(text: str, priority: Priority) -> None:
            ends[text] = await front.say(text, "en", [sink], priority=priority)

        async with asyncio.TaskGroup() as group:
            for text, priority in {
                "first reply": Priority.REPLY,
                "second reply": Priority.REPLY,
                "notice": Priority.NOTICE,
            }.items():
                group.create_task(say(text, priority))
            await asyncio.sleep(0.2)
            group.create_task(say("warning", Priority.WARNING))
            await asyncio.sleep(0.1)
            group.create_task(say("another warning", Priority.WARNING))
        assert sink.texts == ["first reply", "warning", "another warning", "notice", "second reply"]
        assert ends == {
            "first reply": False,
            "warning": True,
            "another warning": True,
            "notice": True,
            "second reply": True,
        }

    run(talk())


def test_one_that_gives_up_waiting_does_not_keep_the_floor() -> None:
    async def talk() -> None:
        front, sink = speech(), ClockedSink()
        first = asyncio.create_task(front.say("first", "en", [sink]))
        waiting = asyncio.create_task(front.say("second", "en", [sink]))
        await asyncio.sleep(0.1)
        waiting.cancel()
        assert await first
        assert await front.say("third", "en", [sink])
        assert sink.texts == ["first", "third"]
        assert waiting.cancelled()

    run(talk())


def test_a_warning_that_comes_as_the_floor_changes_hands_goes_first() -> None:
    async def talk() -> None:
        floor, order = Floor(), []

        async def speak(name: str, priority: Priority) -> None:
            async with floor.held(priority):
                order.append(name)
                await asyncio.sleep(1)

        async with asyncio.TaskGroup() as group:
            group.create_task(speak("reply", Priority.REPLY))
            group.create_task(speak("notice", Priority.NOTICE))
            await asyncio.sleep(0.5)
            asyncio.get_running_loop().call_at(
                asyncio.get_running_loop().time() + 0.5,
                lambda: group.create_task(speak("warning", Priority.WARNING)),
            )
        assert order == ["reply", "warning", "notice"]

    run(talk())


@pytest.mark.parametrize("cancelled", [0, 1, 2])
def test_whoever_gives_up_waiting_the_others_get_the_floor(cancelled: int) -> None:
    async def talk() -> None:
        floor, order = Floor(), []

        async def speak(name: int) -> None:
            async with floor.held(Priority.REPLY):
                order.append(name)
                await asyncio.sleep(1)

        tasks = [asyncio.create_task(speak(name)) for name in range(4)]
        await asyncio.sleep(0.5 + 0.5 * cancelled)
        tasks[cancelled].cancel()
        await asyncio.wait(tasks)
        assert [name for name in range(4) if name in order or name == cancelled] == [0, 1, 2, 3]
        assert all(task.cancelled() is (name == cancelled) for name, task in enumerate(tasks))

    run(talk())
