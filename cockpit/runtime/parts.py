"""A request of several parts answered side by side: what is done, and what is talked about, in one reply."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.dialog.reply import Composer, Told
from cockpit.runtime.writing import Writing


@dataclass(frozen=True, slots=True)
class TalkUnderWay:
    """An answer with the task that writes it."""

    writing: Writing
    task: asyncio.Task[list[Told]]


async def written(
    into: Writing, acts: asyncio.Task[list[Told]] | None, talks: Sequence[TalkUnderWay], composer: Composer
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
