"""A turn, and what it tells of itself: the events of its steps."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cockpit.events import Acted, ErrorOccurred, Event, Routed, Transcribed, TurnEnded, Understood
from cockpit.ports import EventSink
from cockpit.router.route import Tier
from cockpit.runtime.drafts import Draft
from cockpit.runtime.parts import UnderWay
from cockpit.types import Lang, Outcome, Permit, SetSignal, Transcript, Understanding, Utterance, Zone


@dataclass(slots=True)
class Turn:
    """One request. `begun_s` is the loop time at which speech ended or the text arrived."""

    id: str
    zone: Zone
    text: str = ""
    utterance: Utterance | None = None
    lang: Lang | None = None
    live: bool = False
    """Cut out of a microphone's stream: hearing nothing, or what is meant for somebody else, is then no reason to speak
    up."""
    draft: asyncio.Task[Draft] | None = None
    """Of the whole utterance, begun in the pause that ended it."""
    begun_s: float = 0.0
    talk: UnderWay | None = None
    """The answer that is still being written, where there is one."""
    speech: asyncio.Task[bool] | None = None
    """The reply aloud, from its first preparations to its end."""
    sounding: bool = False
    heard_out: bool = False
    """Whether the reply aloud came to its end."""
    replied: bool = False
    heard: bool = False
    addressed: bool = True
    """Whether what was heard may be meant for the assistant."""
    timings: dict[str, float] = field(default_factory=dict)
    moving: str = ""
    """Path of the actuator that the car last said was on its way, until it said that it had arrived."""

    @property
    def spoken(self) -> bool:
        return self.utterance is not None


class Telling:
    """Makes events of what happens in turns. `language` is told where a turn has none yet."""

    def __init__(self, sink: EventSink, language: Lang) -> None:
        self._sink, self._language = sink, language
        self._turns: dict[str, Turn] = {}

    def begun(self, turn: Turn) -> None:
        self._turns[turn.id] = turn

    def ended(self, turn: Turn, outcome: str) -> None:
        self.emit(turn, TurnEnded, outcome=outcome, timings=dict(turn.timings))
        del self._turns[turn.id]

    def lang(self, turn: Turn) -> Lang:
        return turn.lang or self._language

    def heard(self, turn: Turn, transcript: Transcript) -> None:
        """The turn's language is that of what was heard."""
        turn.lang = transcript.lang
        self.emit(turn, Transcribed, text=transcript.text, engine=transcript.engine, confidence=transcript.confidence)

    def understood(self, turn: Turn, understood: Understanding) -> None:
        acts = [{"intent": a.intent, "slots": dict(a.slots), "confidence": a.confidence} for a in understood.acts]
        self.emit(
            turn,
            Understood,
            acts=acts,
            unmatched=understood.unmatched,
            kind=understood.kind,
            complete=understood.complete,
            private=understood.private,
        )

    def routed(self, turn: Turn, tier: Tier, reason: str, link: str, complexity: str) -> None:
        """Who answers the turn, or a part of it, and why."""
        self.emit(turn, Routed, tier=tier, reason=reason, link=link, complexity=complexity)

    def progress(self, permit: Permit, command: str, status: str) -> None:
        """A command's change of status, as the vehicle adapter reports it."""
        self._acted(permit.turn, permit.proposal, status, command, "")
        if (turn := self._turns.get(permit.turn)) is not None and isinstance(permit.proposal, SetSignal):
            turn.moving = permit.proposal.path if status == "in_progress" else ""

    def refused(self, turn: str, outcomes: tuple[Outcome, ...]) -> None:
        """Proposals that the gate stopped."""
        for outcome in outcomes:
            self._acted(turn, outcome.proposal, outcome.status, "", outcome.code)

    def _acted(self, turn_id: str, proposal: object, status: str, command: str, code: str) -> None:
        turn = self._turns.get(turn_id) or Turn(turn_id, "driver", begun_s=asyncio.get_running_loop().time())
        if isinstance(proposal, SetSignal):
            fields: dict[str, Any] = {"kind": "signal", "path": proposal.path, "value": proposal.value}
            if status == "published":
                turn.timings["set"] = self.since_ms(turn)
        else:
            fields = {"kind": "app", "app": getattr(proposal, "app", ""), "action": getattr(proposal, "action", "")}
            fields["args"] = dict(getattr(proposal, "args", {}))
        self.emit(turn, Acted, id=command, status=status, code=code, **fields)

    def error(self, turn: Turn, code: str, message: str) -> None:
        self.emit(turn, ErrorOccurred, code=code, message=message)

    def turn(self, turn_id: str) -> Turn | None:
        """The turn of that id, while it lasts."""
        return self._turns.get(turn_id)

    def since_ms(self, turn: Turn) -> float:
        """Since the turn began."""
        return round((asyncio.get_running_loop().time() - turn.begun_s) * 1000, 1)

    @contextmanager
    def timed(self, turn: Turn, stage: str) -> Iterator[None]:
        """Keeps how long a stage of the turn takes."""
        begun = time.monotonic()
        try:
            yield
        finally:
            turn.timings[stage] = round((time.monotonic() - begun) * 1000, 1)

    def emit(self, turn: Turn, event: type[Event], **fields: Any) -> None:
        self._sink(event(turn=turn.id, zone=turn.zone, lang=self.lang(turn), t_ms=int(self.since_ms(turn)), **fields))


def language_of(text: str) -> Lang | None:
    """Chinese if a Chinese character is in `text`, English if only Latin letters are, else None."""
    if any("\u3400" <= character <= "\u9fff" for character in text):
        return "zh"
    return "en" if any(character.isascii() and character.isalpha() for character in text) else None
