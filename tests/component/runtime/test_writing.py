"""A text while it is written, and what a seat's conversation leaves behind."""

from __future__ import annotations

import asyncio

import pytest

from cockpit.dialog.reply import Told
from cockpit.lm.conversation import TURNS, Exchange
from cockpit.runtime.exchanges import Exchanges
from cockpit.runtime.parts import UnderWay
from cockpit.runtime.writing import Writing
from hil.virtual_time import virtually


@pytest.mark.parametrize(("lang", "text"), [("zh", "一，二。"), ("en", "one, two.")])
def test_everybody_reads_all_of_it_however_late(lang: str, text: str) -> None:
    async def read() -> None:
        writing, begun_s = Writing(lang), asyncio.get_running_loop().time()  # type: ignore[arg-type]

        async def reader() -> list[str]:
            return [clause async for clause in writing]

        early = asyncio.create_task(reader())
        await asyncio.sleep(1)
        for clause in ("一，", "", "二。") if lang == "zh" else ("one,", "", "two."):
            writing.put(clause)
            await asyncio.sleep(1)
        late = asyncio.create_task(reader())
        writing.end()
        assert await early == await late
        assert writing.text == text
        assert writing.first_s == pytest.approx(begun_s + 1)

    virtually(read())


def test_a_writing_that_ends_without_a_word_keeps_nobody_waiting() -> None:
    async def read() -> None:
        writing = Writing("zh")
        waiting = asyncio.create_task(writing.first())
        await asyncio.sleep(1)
        assert not waiting.done()
        writing.end()
        await waiting
        assert (writing.begun, [clause async for clause in writing]) == (False, [])

    virtually(read())


def test_what_is_stopped_came_to_what_was_written() -> None:
    async def talk() -> None:
        writing = Writing("zh")

        async def work() -> list[Told]:
            writing.put("一，")
            await asyncio.sleep(60)
            return [Told("answer", "never")]

        talk = UnderWay.begun(writing, work())
        await writing.first()
        talk.stop()
        assert await talk.told() == [Told("answer", "一，")]
        await talk.stopped()
        assert [clause async for clause in writing] == ["一，"]

    virtually(talk())


def test_exchanges_are_few_and_forgotten_and_private_ones_kept_apart() -> None:
    async def talk() -> None:
        exchanges = Exchanges(60.0)
        for number in range(5):
            exchanges.add("driver", Exchange(f"{number}", "a", private=number % 2 == 0))
        assert [one.asked for one in exchanges.of("driver")] == ["2", "3", "4"]
        assert len(exchanges.of("driver")) == TURNS
        assert [one.asked for one in exchanges.of("driver", public=True)] == ["3"]
        assert exchanges.of("rear_left") == []
        await asyncio.sleep(61)
        assert exchanges.of("driver") == []
        exchanges.add("driver", Exchange("again", "a"))
        exchanges.forget()
        assert exchanges.of("driver") == []

    virtually(talk())
