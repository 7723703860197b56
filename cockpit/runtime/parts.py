"""A request of several parts answered side by side: what is done, and what is talked about, in one reply."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from cockpit.dialog.reply import Composer, Told
from cockpit.runtime.writing import Writing
from cockpit.types import Lang

Work = Coroutine[Any, Any, list[Told]]


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A text with the task that writes it, and the tasks that this one waits for."""

    writing: Writing
    task: asyncio.Task[list[Told]]
    parts: tuple[asyncio.Task[list[Told]], ...] = ()

    @classmethod
    def begun(cls, writing: Writing, work: Work, parts: Sequence[asyncio.Task[list[Told]]] = ()) -> UnderWay:
        """Does `work`, which writes; `writing` ends with it, however that is."""
        task = asyncio.create_task(work)
        task.add_done_callback(lambda _: writing.end())
        return cls(writing, task, tuple(parts))

    def stop(self) -> None:
        """Nobody wants the rest."""
        for task in (self.task, *self.parts):
            task.cancel()

    async def told(self) -> list[Told]:
        """What it came to; of what was stopped, as much as was written."""
        await asyncio.wait({self.task})
        return [Told("answer", self.writing.text)] if self.task.cancelled() else self.task.result()

    async def stopped(self) -> None:
        """Stop, and wait until nothing of it goes on."""
        self.stop()
        await asyncio.gather(self.task, *self.parts, return_exceptions=True)


def together(lang: Lang, acts: Work | None, talks: Sequence[tuple[Writing, Work]], composer: Composer) -> UnderWay:
    """Begin everything side by side, written into one text."""
    doing = None if acts is None else asyncio.create_task(acts)
    begun = [UnderWay.begun(writing, work) for writing, work in talks]
    whole = Writing(lang)
    parts = [*(one.task for one in begun), *([doing] if doing is not None else [])]
    return UnderWay.begun(whole, _written(whole, doing, begun, composer), parts)


async def _written(
    into: Writing, acts: asyncio.Task[list[Told]] | None, talks: Sequence[UnderWay], composer: Composer
) -> list[Told]:
    """Write what became of `acts` and the `talks` in their order into one text: the acts first where they are done
    before the first word of talk, else last. Gives what each came to, in the order in which it is told."""
    told: list[Told] = []
    if acts is not None and talks:
        begun = asyncio.ensure_future(talks[0].writing.first())
        try:
            await asyncio.wait({acts, begun}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            begun.cancel()
    first = acts is not None and acts.done()
    if acts is not None and first:
        told += await _told(into, acts, composer)
    for talk in talks:
        async for clause in talk.writing:
            into.put(clause)
        told += await talk.task
    if acts is not None and not first:
        told += await _told(into, acts, composer)
    return told


async def _told(into: Writing, acts: asyncio.Task[list[Told]], composer: Composer) -> list[Told]:
    told = await acts
    into.put(composer.reply(told, into.lang).text)
    return told
