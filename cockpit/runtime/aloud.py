"""A turn's reply aloud, from its first preparations to its end, as events tell it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

from cockpit.errors import CockpitError
from cockpit.events import Spoke
from cockpit.runtime.turn import Telling, Turn
from cockpit.types import Lang


class Mouth(Protocol):
    """Speech output as a turn sees it: gives whether the text, which may still be written, was heard out; calls
    `started` at the first sound."""

    async def __call__(
        self, turn: str, text: str | AsyncIterator[str], lang: Lang, started: Callable[[], None]
    ) -> bool: ...


@dataclass(frozen=True, slots=True)
class Aloud:
    """Speaks replies by `mouth`; typed ones too where `typed` says so."""

    mouth: Mouth
    telling: Telling
    typed: bool

    def speak(self, turn: Turn, text: str | AsyncIterator[str]) -> None:
        """Begin the reply aloud, where it is spoken at all. What is cut short need not be written to its end."""
        silent = not turn.spoken and not self.typed
        if silent or (turn.live and not (turn.heard and turn.addressed)):
            return

        def first_sound() -> None:
            turn.sounding = True
            turn.timings["first_audio"] = self.telling.since_ms(turn)
            self.telling.emit(turn, Spoke, state="start")

        turn.speech = asyncio.ensure_future(self.mouth(turn.id, text, self.telling.lang(turn), first_sound))
        if turn.talk is not None:
            talk = turn.talk
            turn.speech.add_done_callback(lambda speech: talk.stop() if speech.cancelled() else None)

    async def heard_out(self, turn: Turn) -> None:
        """Wait for the end of the speech. A voice that fails is an error event; the text has been shown."""
        if turn.speech is None:
            return
        try:
            await asyncio.wait({turn.speech})
            turn.heard_out = not turn.speech.cancelled() and turn.speech.result()
        except CockpitError as error:
            self.telling.error(turn, error.code, error.message)

    async def fall_silent(self, turn: Turn) -> None:
        """End what is still written or spoken."""
        if turn.talk is not None:
            await turn.talk.stopped()
        if turn.speech is not None:
            turn.speech.cancel()
            await asyncio.gather(turn.speech, return_exceptions=True)
        if turn.sounding:
            turn.sounding = False
            self.telling.emit(turn, Spoke, state="end" if turn.heard_out else "interrupted")
