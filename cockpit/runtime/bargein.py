"""Barge-in: the assistant falls silent when the person it answers speaks, and goes on when that was only a sign of
listening."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from cockpit.events import Held
from cockpit.ports import EventSink
from cockpit.runtime.drafts import Draft
from cockpit.skillset import Grammar
from cockpit.types import Lang, Zone


class Talking(Protocol):
    """The reply under way, as whoever interrupts it sees it."""

    def speaking(self, zone: Zone) -> bool:
        """Whether a reply to `zone` sounds."""

    def hold(self, zone: Zone) -> None:
        """Be silent at once, and remember where."""

    def resume(self, zone: Zone) -> None: ...

    def hush_zone(self, zone: Zone) -> None:
        """Give the reply up."""


class BargeIn:
    """What becomes of the reply to one zone while somebody speaks there."""

    def __init__(self, zone: Zone, talking: Talking, grammars: Mapping[Lang, Grammar], sink: EventSink) -> None:
        self._zone, self._talking, self._grammars, self._sink = zone, talking, grammars, sink
        self.holding = False
        """Whether a reply waits for what the person turns out to say."""

    def onset(self) -> None:
        """Somebody seems to begin to speak."""
        if not self.holding and self._talking.speaking(self._zone):
            self.holding = True
            self._talking.hold(self._zone)
            self._sink(Held(zone=self._zone, active=True))

    def go_on(self) -> None:
        """That was nothing, or only a sign of listening."""
        if self.holding:
            self.holding = False
            self._talking.resume(self._zone)
            self._sink(Held(zone=self._zone, active=False))

    def interrupt(self) -> None:
        """That is somebody who wants something."""
        if self.holding:
            self.holding = False
            self._talking.hush_zone(self._zone)
            self._sink(Held(zone=self._zone, active=False))

    def listens(self, draft: Draft) -> bool:
        """Whether what was said only shows that somebody listens, and asks for no answer: 嗯, "uh-huh". What could be
        the answer to a question that waits is more than that."""
        words, said = self._grammars[draft.transcript.lang].listening, _letters(draft)
        return said in words.sounds or not said or (said in words.assent and not draft.expecting)

    def hushes(self, draft: Draft) -> bool:
        """Whether what was said asks for silence and for nothing else."""
        return _letters(draft) in self._grammars[draft.transcript.lang].listening.hush


def _letters(draft: Draft) -> str:
    return "".join(char for char in draft.transcript.text.casefold() if char.isalnum())
