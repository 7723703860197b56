"""A cockpit without a bus, for conversations on virtual time: real understanding, planning, gate and turns; a car that
takes as long as the script says; ears and a mouth that cost time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cockpit.config import Settings
from cockpit.dialog.reply import Composer, Told
from cockpit.errors import CockpitError
from cockpit.events import Event, Replied, Spoke, TurnEnded
from cockpit.nlu.templates import TemplateUnderstander
from cockpit.plan.planner import Planner
from cockpit.ports import EventSink, Understander
from cockpit.profile import VehicleProfile, load_profile
from cockpit.router.splitting import Part
from cockpit.runtime.acting import Acting
from cockpit.runtime.answers import Asked
from cockpit.runtime.handlers import load_handlers
from cockpit.runtime.lanes import Lanes
from cockpit.runtime.runner import TurnRunner
from cockpit.runtime.turn import Telling, Turn
from cockpit.runtime.writing import Writing
from cockpit.safety.gate import Gate
from cockpit.skillset import SkillSet, load_skills
from cockpit.types import (
    Act,
    Lang,
    Outcome,
    Pcm,
    Permit,
    Reading,
    Scalar,
    SetSignal,
    Snapshot,
    Transcript,
    Utterance,
    Zone,
)

SETTINGS = Settings()


@cache
def skills() -> SkillSet:
    return load_skills(SETTINGS.skills_dir)


@cache
def profile() -> VehicleProfile:
    return load_profile(SETTINGS.profile)


@cache
def understander() -> TemplateUnderstander:
    return TemplateUnderstander(skills())


class ScriptedCar:
    """Obeys after `delay_s`; sensors are always fresh."""

    def __init__(self) -> None:
        self.values: dict[str, Scalar] = {path: signal.default for path, signal in profile().signals.items()}
        self.delay_s = 0.05
        self.carried: list[Permit] = []
        self.under_way = 0
        self.broken = False

    def snapshot(self) -> Snapshot:
        now_s = asyncio.get_running_loop().time()
        readings = {path: Reading(value, now_s) for path, value in self.values.items()}
        return Snapshot(readings, ("Vehicle.*",), frozenset(profile().apps))

    async def carry_out(self, permit: Permit) -> Outcome:
        self.under_way += 1
        await asyncio.sleep(self.delay_s)
        self.under_way -= 1
        if self.broken:
            return Outcome(permit.proposal, "failed", "vehicle-no-answer")
        self.carried.append(permit)
        if isinstance(permit.proposal, SetSignal):
            self.values[permit.proposal.path] = permit.proposal.value
        return Outcome(permit.proposal, "done")


@dataclass(slots=True)
class ScriptedEars:
    """Hears every utterance as `text` after `delay_s`, or fails with `error`."""

    text: str = ""
    lang: Lang = "zh"
    delay_s: float = 0.3
    error: CockpitError | None = None
    second: Transcript | None = None

    async def transcribe(self, utterance: Utterance, lang: Lang | None = None, expecting: str = "") -> Transcript:
        await asyncio.sleep(self.delay_s)
        if self.error is not None:
            raise self.error
        return Transcript(self.text, self.lang, "scripted", 1.0)

    async def partial(self, pcm: Pcm, lang: Lang) -> Transcript:
        raise NotImplementedError("these ears hear whole utterances only")

    async def second_opinion(self, utterance: Utterance, first: Transcript) -> Transcript | None:
        return self.second


@dataclass(slots=True)
class ScriptedMouth:
    """Speaks every reply for `duration_s`; held, it goes on later where it was."""

    duration_s: float = 2.0
    free: asyncio.Event = field(default_factory=asyncio.Event)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    sounding: bool = False
    """Whether a person would hear it now."""

    async def __call__(
        self, turn: str, text: str | AsyncIterator[str], lang: Lang, started: Callable[[], None]
    ) -> bool:
        loop = asyncio.get_running_loop()
        left_s = self.duration_s
        self.resume()
        started()
        try:
            while left_s > 0:
                await self.free.wait()
                self.sounding, begun_s = True, loop.time()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.held.wait(), left_s)
                left_s -= loop.time() - begun_s
                self.sounding = False
        finally:
            self.sounding = False
        return True

    async def hold(self) -> bool:
        self.free.clear()
        self.held.set()
        return self.sounding

    def resume(self) -> None:
        self.held.clear()
        self.free.set()


@dataclass(slots=True)
class ScriptedTalk:
    """Says `clauses`, each after its delay in seconds; `stopped` counts answers that nobody wanted to their end."""

    clauses: list[tuple[float, str]]
    asked: list[Asked] = field(default_factory=list)
    heeded: list[str] = field(default_factory=list)
    stopped: int = 0
    proposals: tuple[Act, ...] = ()

    async def answer(self, asked: Asked, writing: Writing) -> list[Told]:
        self.asked.append(asked)
        try:
            for delay_s, clause in self.clauses:
                await asyncio.sleep(delay_s)
                writing.put(clause)
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        return [Told("answer", writing.text)]

    async def heed(self, acts: Sequence[Act]) -> None:
        self.heeded += [act.intent for act in acts]

    async def proposed(self, part: Part, lang: Lang) -> tuple[Act, ...]:
        return self.proposals

    async def gist(self, text: str, lang: Lang) -> str:
        return text

    def forget(self) -> None:
        self.asked.clear()


class Cockpit:
    """Everything of a conversation; `events` is what happened, in order."""

    def __init__(
        self, settings: Settings = SETTINGS, understands: Understander | None = None, talk: ScriptedTalk | None = None
    ) -> None:
        self.settings = settings
        self.car, self.ears, self.mouth = ScriptedCar(), ScriptedEars(), ScriptedMouth()
        self.events: list[Event] = []
        composer = Composer(skills(), profile())
        planner = Planner(skills(), load_handlers(settings.skills_dir, skills()))
        acting = Acting(planner, Gate(profile()), composer, self.car, profile(), settings.turn)
        self.acting = acting
        self.runner = TurnRunner(
            settings,
            understands or understander(),
            acting,
            composer,
            Telling(self.sink, settings.language),
            self.ears,
            self.mouth,
            talk=talk,
        )
        acting.on_refused = self.runner.telling.refused
        self.lanes = Lanes(self.runner, self.mouth, settings.turn.queue)
        self._count = 0
        self.watchers: list[EventSink] = []

    def sink(self, event: Event) -> None:
        self.events.append(event)
        for watcher in self.watchers:
            watcher(event)

    async def type(self, text: str, zone: Zone = "driver", lang: Lang | None = None) -> Replied:
        """One typed turn; its reply."""
        turn = self.turn(text=text, zone=zone, lang=lang)
        await self.runner.run(turn)
        return self.reply(turn.id)

    def turn(self, **fields: Any) -> Turn:
        self._count += 1
        fields.setdefault("zone", "driver")
        return Turn(f"turn-{self._count}", begun_s=asyncio.get_running_loop().time(), **fields)

    def reply(self, turn: str) -> Replied:
        """The one reply of a turn; fails when there is not exactly one, with one turn_end after it."""
        mine = [event for event in self.events if event.turn == turn]
        replies = [event for event in mine if isinstance(event, Replied)]
        assert len(replies) == 1, f"{len(replies)} replies"
        assert [type(event) for event in mine].count(TurnEnded) == 1
        assert isinstance(mine[-1], TurnEnded)
        return replies[0]

    def spoken(self, turn: str) -> list[str]:
        return [event.state for event in self.events if isinstance(event, Spoke) and event.turn == turn]
