"""The word while a request takes its time, and the music lowered while speech is heard; on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from cockpit.errors import SpeechError
from cockpit.events import Ducked
from cockpit.runtime.progress import Progress
from cockpit.types import Lang, Scalar
from hil.virtual_time import virtually
from tests.component.runtime.scripted import profile, skills
from tests.component.runtime.unasked import SETTINGS, Cabin

DELAY_S = 1.5
WORDS: dict[Lang, list[str]] = {"zh": skills().reply("zh", "progress"), "en": skills().reply("en", "progress")}


def in_cabin(script: Callable[[Cabin, Progress], Coroutine[Any, Any, None]], delay_s: float = DELAY_S) -> None:
    async def talk() -> None:
        cabin = Cabin()
        await script(cabin, Progress(WORDS, delay_s, cabin.speaking.say))
        await asyncio.sleep(10)
        assert len(asyncio.all_tasks()) == 1
        assert cabin.ducked() == [True, False] * (len(cabin.ducked()) // 2)

    virtually(talk())


async def work(progress: Progress, lasts_s: float, lang: Lang | None = "en") -> None:
    begun_s = asyncio.get_running_loop().time()
    async with progress.while_waiting("turn", begun_s, lambda: lang):
        await asyncio.sleep(lasts_s)


def test_a_quick_reply_comes_without_a_word() -> None:
    async def script(cabin: Cabin, progress: Progress) -> None:
        await work(progress, DELAY_S - 0.01)
        assert await cabin.reply("the reply")
        assert cabin.sink.texts == ["the reply"]

    in_cabin(script)


def test_slow_work_is_told_and_the_reply_waits_for_the_end_of_the_word() -> None:
    async def script(cabin: Cabin, progress: Progress) -> None:
        await work(progress, DELAY_S + 0.1)
        assert await cabin.reply("the reply")
        assert cabin.sink.texts == ["One moment", "the reply"]
        word, reply = cabin.sink.heard
        assert word[0] == pytest.approx(DELAY_S)
        assert reply[0] == pytest.approx(word[0] + word[2])

    in_cabin(script)


def test_the_word_is_another_each_time_and_in_the_language_of_the_request() -> None:
    async def script(cabin: Cabin, progress: Progress) -> None:
        langs: tuple[Lang, ...] = ("en", "en", "zh", "zh", "en", "en")
        for lang in langs:
            await work(progress, 4.0, lang)
        assert cabin.sink.texts == [*WORDS["en"][:2], *WORDS["zh"][:2], WORDS["en"][2], WORDS["en"][0]]

    in_cabin(script)


@pytest.mark.parametrize(("delay_s", "lang"), [(0.0, "en"), (DELAY_S, None)])
def test_no_word_where_none_is_wanted(delay_s: float, lang: Lang | None) -> None:
    async def script(cabin: Cabin, progress: Progress) -> None:
        await work(progress, 5.0, lang)
        assert cabin.sink.heard == []

    in_cabin(script, delay_s)


def test_a_word_that_waits_for_other_speech_is_dropped_when_the_reply_comes() -> None:
    async def script(cabin: Cabin, progress: Progress) -> None:
        other = cabin.reply("a long reply to somebody else")
        await work(progress, DELAY_S + 0.2)
        assert await other
        assert await cabin.reply("the reply")
        assert cabin.sink.texts == ["a long reply to somebody else", "the reply"]

    in_cabin(script)


def test_work_that_is_cancelled_ends_the_word_too() -> None:
    async def script(cabin: Cabin, progress: Progress) -> None:
        turn = asyncio.create_task(work(progress, 10))
        await asyncio.sleep(DELAY_S + 0.2)
        turn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turn
        await asyncio.sleep(1)
        assert cabin.sink.heard == [(pytest.approx(DELAY_S), "One moment", pytest.approx(0.2))]
        assert cabin.ducked() == [True, False]

    in_cabin(script)


def test_a_voice_that_fails_does_not_harm_the_turn() -> None:
    async def script(cabin: Cabin, progress: Progress) -> None:
        cabin.sink.error = SpeechError("device", "unplugged")
        await work(progress, 5.0)
        assert cabin.ducked() == [True, False]

    in_cabin(script)


def test_the_music_is_lowered_for_exactly_as_long_as_speech_is_heard() -> None:
    async def script(cabin: Cabin, progress: Progress) -> None:
        assert await cabin.reply("one two")
        first, last = (event for event in cabin.events if isinstance(event, Ducked))
        assert (first.turn, first.active, first.gain_db) == ("turn", True, SETTINGS.speech.duck_db)
        assert (last.turn, last.active, last.gain_db) == ("turn", False, 0.0)

    in_cabin(script)


@pytest.mark.parametrize("end", ["stop", "cancel"])
def test_the_music_comes_back_however_speech_ends(end: str) -> None:
    async def script(cabin: Cabin, progress: Progress) -> None:
        reply = cabin.reply("one two three")
        await asyncio.sleep(0.5)
        if end == "stop":
            await cabin.speech.stop()
        else:
            reply.cancel()
        await asyncio.wait({reply})
        assert cabin.ducked() == [True, False]

    in_cabin(script)


def test_speech_that_never_sounded_lowers_nothing() -> None:
    async def script(cabin: Cabin, progress: Progress) -> None:
        reply = cabin.reply("one two three")
        await asyncio.sleep(0)
        reply.cancel()
        await asyncio.wait({reply})
        assert cabin.ducked() == []

    in_cabin(script)


@pytest.mark.parametrize(("speed", "gain_db"), [(0.0, 0.0), (90.0, 3.0), (130.0, 6.0), ("fast", 0.0), (True, 0.0)])
def test_speech_is_as_loud_as_the_speed_wants(speed: Scalar, gain_db: float) -> None:
    async def script(cabin: Cabin, progress: Progress) -> None:
        cabin.car.values[profile().deciding.speed] = speed
        assert cabin.speaking.gain_db() == pytest.approx(SETTINGS.speech.volume_db + gain_db)

    in_cabin(script)


def test_a_speed_that_is_not_known_raises_nothing() -> None:
    async def script(cabin: Cabin, progress: Progress) -> None:
        cabin.car.values.pop(profile().deciding.speed, None)
        assert cabin.speaking.gain_db() == SETTINGS.speech.volume_db

    in_cabin(script)
