"""What an utterance seems to say while it is being said: recognised at its pauses, and now and then between them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cockpit.errors import CockpitError
from cockpit.ports import Understander
from cockpit.types import SAMPLE_RATE_HZ, Lang, Pcm, Transcript, Understanding, Utterance, Zone

LANGUAGE_S = 1.0
"""Sound from which the language of a draft is believed by the next one."""


class Ears(Protocol):
    """Speech recognition as drafts see it."""

    async def transcribe(self, utterance: Utterance, lang: Lang | None = None, expecting: str = "") -> Transcript: ...


@dataclass(frozen=True, slots=True)
class Draft:
    """What was recognised of an utterance so far, and what was understood of it with the question in mind that waited
    then (`expecting`)."""

    transcript: Transcript
    understanding: Understanding
    expecting: str


ToldDraft = Callable[[Draft, bool], None]
"""Takes a draft and whether it holds everything said so far: whether the pause it was made in still lasts."""


class Drafts:
    """The drafts of one utterance after the other. One is made at a time: one that is asked for between pauses while
    another is being made is left out, and a pause supersedes the one before it."""

    def __init__(
        self, zone: Zone, ears: Ears, understander: Understander, expecting: Callable[[Zone], str], told: ToldDraft
    ) -> None:
        self._zone, self._ears, self._understander = zone, ears, understander
        self._expecting, self._told = expecting, told
        self._making: asyncio.Task[Draft] | None = None
        self._whole: asyncio.Task[Draft] | None = None
        self._lang: Lang | None = None

    def take(self, pcm: Pcm, *, paused: bool) -> None:
        """Make a draft of the utterance so far."""
        if self._making is not None and not self._making.done():
            if not paused:
                return
            self._making.cancel()
        self._making = asyncio.create_task(self._make(pcm), name=f"draft {self._zone}")
        self._making.add_done_callback(self._made)
        self._whole = self._making if paused else None

    def resumed(self) -> None:
        """The utterance goes on."""
        self._whole = None

    def ended(self) -> asyncio.Task[Draft] | None:
        """The draft of the whole utterance, done or under way, where it was begun in the pause that ended it. What is
        said next has drafts of its own."""
        whole = self._whole
        if whole is None:
            self.drop()
        self._making = self._whole = self._lang = None
        return whole

    def drop(self) -> None:
        """What was said so far is of no interest."""
        if self._making is not None:
            self._making.cancel()
        self._making = self._whole = self._lang = None

    async def _make(self, pcm: Pcm) -> Draft:
        expecting = self._expecting(self._zone)
        now_s = asyncio.get_running_loop().time()
        heard = await self._ears.transcribe(Utterance(pcm, self._zone, now_s), self._lang, expecting)
        if heard.text and len(pcm) >= LANGUAGE_S * SAMPLE_RATE_HZ:
            self._lang = heard.lang
        understood = await asyncio.to_thread(self._understander.understand, heard.text, heard.lang, expecting)
        return Draft(heard, understood, expecting)

    def _made(self, task: asyncio.Task[Draft]) -> None:
        if task.cancelled() or task.exception() is not None:
            return
        self._told(task.result(), task is self._whole)


async def finished(whole: asyncio.Task[Draft]) -> Draft | None:
    """The draft once it is made; None where it could not be: the turn then hears for itself and tells what is wrong."""
    await asyncio.wait({whole})
    if whole.cancelled() or isinstance(whole.exception(), CockpitError):
        return None
    return whole.result()
