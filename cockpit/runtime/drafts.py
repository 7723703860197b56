"""What an utterance seems to say while it is being said: recognised at its pauses, and now and then between them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cockpit.errors import CockpitError
from cockpit.ports import Understander
from cockpit.runtime.hearing import Ears, Heard, understood
from cockpit.types import SAMPLE_RATE_HZ, Lang, Pcm, Transcript, Understanding, Utterance, Zone

LANGUAGE_S = 1.0
"""Sound from which the language of a draft is believed by the next one."""


class LiveEars(Ears, Protocol):
    """Speech recognition that also tells quickly what was said so far."""

    async def partial(self, pcm: Pcm, lang: Lang) -> Transcript: ...


@dataclass(frozen=True, slots=True)
class Draft:
    """What was heard of an utterance so far, with the question in mind that waited then (`expecting`)."""

    heard: Heard
    expecting: str

    @property
    def transcript(self) -> Transcript:
        return self.heard.transcript

    @property
    def understanding(self) -> Understanding:
        return self.heard.understanding


ToldDraft = Callable[[Draft, bool], None]
"""Takes a draft and whether it holds everything said so far: whether the pause it was made in still lasts."""


class Drafts:
    """The drafts of one utterance after the other. One is made at a time: one that is asked for between pauses while
    another is being made is left out, and a pause supersedes the one before it."""

    def __init__(
        self, zone: Zone, ears: LiveEars, understander: Understander, expecting: Callable[[Zone], str], told: ToldDraft
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
        self._making = asyncio.create_task(self._make(pcm, paused=paused), name=f"draft {self._zone}")
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

    async def _make(self, pcm: Pcm, *, paused: bool) -> Draft:
        expecting = self._expecting(self._zone)
        if not paused and self._lang is not None:
            said = await self._ears.partial(pcm, self._lang)
            return Draft(Heard(said, Understanding((), said.lang, 0.0, said.text)), expecting)
        utterance = Utterance(pcm, self._zone, asyncio.get_running_loop().time())
        said = await self._ears.transcribe(utterance, self._lang, expecting)
        if said.text and len(pcm) >= LANGUAGE_S * SAMPLE_RATE_HZ:
            self._lang = said.lang
        return Draft(await understood(self._understander, said, expecting), expecting)

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
