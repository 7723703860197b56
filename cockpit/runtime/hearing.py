"""What was said and what it means: of the texts that a recogniser gives, the first that makes sense."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Protocol

from cockpit.ports import Understander
from cockpit.types import Lang, Transcript, Understanding, Utterance


class Ears(Protocol):
    """Speech recognition as a turn sees it."""

    async def transcribe(self, utterance: Utterance, lang: Lang | None = None, expecting: str = "") -> Transcript: ...

    async def second_opinion(self, utterance: Utterance, first: Transcript) -> Transcript | None: ...


@dataclass(frozen=True, slots=True)
class Heard:
    """A transcript, the one of its texts that was believed, with what that means."""

    transcript: Transcript
    understanding: Understanding


async def second_thoughts(
    ears: Ears, understander: Understander, utterance: Utterance, first: Heard, expecting: str = ""
) -> Heard:
    """`first`, or what another engine hears where that makes more sense: the language may have been mistaken."""
    if first.understanding.sure or not first.transcript.text:
        return first
    second = await ears.second_opinion(utterance, first.transcript)
    if second is None:
        return first
    again = await understood(understander, second, expecting)
    better = again.understanding.sure or (again.understanding.acts and not first.understanding.acts)
    return again if better else first


async def hear(
    ears: Ears, understander: Understander, utterance: Utterance, lang: Lang | None = None, expecting: str = ""
) -> Heard:
    """What was said, with both thoughts. Raises what `Recognition.transcribe` does."""
    first = await understood(understander, await ears.transcribe(utterance, lang, expecting), expecting)
    return await second_thoughts(ears, understander, utterance, first, expecting)


async def understood(understander: Understander, heard: Transcript, expecting: str = "") -> Heard:
    """The likeliest text where it is understood surely or no other is; else the likeliest that is."""
    return await asyncio.to_thread(believed, understander, heard, expecting)


def believed(understander: Understander, heard: Transcript, expecting: str = "") -> Heard:
    """As `understood`, at once."""
    first = understander.understand(heard.text, heard.lang, expecting)
    if not first.sure:
        for text in heard.alternatives:
            other = understander.understand(text, heard.lang, expecting)
            if other.sure:
                return Heard(replace(heard, text=text), other)
    return Heard(heard, first)
