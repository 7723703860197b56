"""A word while a request takes its time."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from cockpit.errors import CockpitError
from cockpit.types import Lang

log = logging.getLogger(__name__)


class Voice(Protocol):
    """Says a text of a turn aloud; calls `started` at the first sound."""

    async def __call__(self, turn: str, text: str, lang: Lang, started: Callable[[], None]) -> bool: ...


class Progress:
    """Says "one moment" when no reply has come `delay_s` after a request; never where that is 0.

    `words` are the texts of each language, said by turns.
    """

    def __init__(self, words: Mapping[Lang, Sequence[str]], delay_s: float, say: Voice) -> None:
        self._words = {lang: itertools.cycle(texts) for lang, texts in words.items() if texts}
        self._delay_s, self._say = delay_s, say
        self._saying: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def while_waiting(
        self, turn: str, begun_s: float, lang: Callable[[], Lang | None], doing: Callable[[Lang], str] = lambda _: ""
    ) -> AsyncIterator[None]:
        """Around the work on a reply: the word is said at `begun_s` + `delay_s` (loop time) if that lasts so long.

        `lang` and `doing` are asked at that moment: None says nothing, and what is being done is said in place of the
        word, where something is. When the work is done a word that does not sound yet never
        will, and one that does is heard out, for which the reply waits by itself (`Speech` says one thing at a time).
        When the work is cancelled or fails, so is the word.
        """
        if self._delay_s <= 0:
            yield
            return
        sounding = asyncio.Event()
        task = asyncio.create_task(
            self._speak(turn, begun_s + self._delay_s, lang, doing, sounding), name=f"progress {turn}"
        )
        self._saying.add(task)
        task.add_done_callback(self._saying.discard)
        done = False
        try:
            yield
            done = True
        finally:
            if not (done and sounding.is_set()):
                task.cancel()

    async def _speak(
        self,
        turn: str,
        when_s: float,
        lang: Callable[[], Lang | None],
        doing: Callable[[Lang], str],
        sounding: asyncio.Event,
    ) -> None:
        await asyncio.sleep(when_s - asyncio.get_running_loop().time())
        spoken = lang()
        if spoken is None or spoken not in self._words:
            return
        try:
            await self._say(turn, doing(spoken) or next(self._words[spoken]), spoken, sounding.set)
        except CockpitError as error:
            # the reply meets the same trouble and tells it
            log.warning("no word of progress: %s", error)
