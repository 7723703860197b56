"""One time through a scenario's timeline: what it says to do is done in its order, and every wait has an end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import aiomqtt

from cockpit.config import Settings
from hil.rig.protocols import Board, Car, Faults, Microphones, Voice
from hil.scenario.account import Account
from hil.scenario.outcome import Finding
from hil.scenario.schema import (
    AnyStep,
    Cancel,
    Drive,
    Expectation,
    Inject,
    Mend,
    Put,
    Restart,
    Say,
    Scenario,
    Send,
    Wait,
)
from hil.scenario.sounds import Sound, length_s
from hil.scenario.waiting import Anchor, Judge
from hil.trace import Seen, Trace

START = "start"


class Rig(Protocol):
    """What a scenario needs of an open rig (`hil.rig.rigfile.open_rig` gives one)."""

    @property
    def name(self) -> str: ...
    @property
    def settings(self) -> Settings:
        """The assistant's, with the broker's address."""

    @property
    def budgets(self) -> Mapping[str, float]: ...
    @property
    def trace(self) -> Trace: ...
    @property
    def voice(self) -> Voice: ...
    @property
    def car(self) -> Car: ...
    @property
    def board(self) -> Board: ...
    @property
    def faults(self) -> Faults: ...
    @property
    def microphones(self) -> Microphones | None: ...


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that was said, and whether it must be answered."""

    anchor: Anchor
    step: int
    answered: bool


class Timeline:
    """Does the steps of `scenario` on `rig`; `sounds` holds what is said aloud, by the place of its step."""

    def __init__(self, scenario: Scenario, rig: Rig, sounds: Mapping[int, Sound], folder: Path) -> None:
        self._scenario, self._rig, self._sounds, self._folder = scenario, rig, sounds, folder
        self._trace = rig.trace
        self._account = Account(rig.trace.entries)
        self._began_s = rig.trace.now_s()
        self._anchors: dict[str, Anchor] = {}
        self._faults: dict[str, str] = {}
        self._turns: list[Turn] = []
        self._judge = Judge(rig.trace, rig.car, self._account, scenario.deadline_s)
        self.findings: list[Finding] = []

    async def run(self) -> list[Finding]:
        """Do everything; what was found. Raises `RigError` and what drivers raise."""
        self._began_s = self._trace.now_s()
        for place, step in enumerate(self._scenario.timeline):
            if step.at is not None:
                await asyncio.sleep(max(0.0, self._began_s + step.at - self._trace.now_s()))
            anchor = Anchor(self._trace.now_s(), self._trace.now_s())
            await self._do(place, step)
            if step.name:
                self._anchors.setdefault(step.name, anchor)
        for turn in self._turns:
            await self._close(turn)
        return self.findings

    async def _do(self, place: int, step: AnyStep) -> None:
        rig = self._rig
        match step:
            case Expectation():
                self.findings.append(await self._judge.expect(place, step, self._anchor(step)))
            case Say():
                await self._say(place, step)
            case Wait():
                await self._wait(place, step)
            case Put():
                self._note("put", step.put)
                for path, value in step.put.items():
                    await rig.car.put(path, value)
            case Drive():
                self._note("drive", {"cycle": step.drive})
                await rig.car.drive(step.drive)
            case Inject():
                name = await rig.faults.begin(step.fault, step.args)
                self._faults[step.name or name] = name
            case Mend():
                await (rig.faults.clear() if step.mend == "all" else rig.faults.end(self._faults.pop(step.mend)))
            case Cancel():
                self._note("cancel", {"zone": step.cancel})
                await rig.voice.cancel(None if step.cancel == "all" else step.cancel)
            case Restart():
                await self._restart(step)
            case Send():
                self._note("send", {"topic": step.send, "payload": step.payload})
                await self._send(step)

    def _note(self, what: str, data: Mapping[str, object]) -> Seen:
        return self._trace.add("step", what, dict(data))

    def _anchor(self, step: Expectation) -> Anchor:
        """From where an expectation counts: the step it names, the last thing said, or the beginning."""
        if step.after:
            return self._anchors[step.after]
        return self._turns[-1].anchor if self._turns else Anchor(self._began_s, self._began_s)

    async def _say(self, place: int, step: Say) -> None:
        if step.waits and step.at is None and self._turns:
            last = self._turns[-1]
            await self._judge.ended(last.anchor)
        turn, zone, lang = uuid4().hex, step.zone or self._scenario.zone, self._scenario.lang
        sound = self._sounds.get(place)
        begun = self._note("say", {"text": step.say, "turn": turn, "zone": zone, "aloud": sound is not None})
        anchor = Anchor(begun.at_s, begun.at_s, turn)
        self._turns.append(Turn(anchor, place, step.answered))
        if step.name:
            self._anchors[step.name] = anchor
        if sound is None:
            await self._rig.voice.text(turn, step.say, zone, lang if step.told_lang else None)
            return
        heard = {"file": sound.file, "duration_s": length_s(sound.pcm), "text": step.say, "turn": turn}
        self._trace.add("audio", "said", heard)
        await self._rig.voice.sound(turn, sound.pcm, zone)
        anchor.said_s = self._note("said", {"turn": turn}).at_s
        if step.answered:
            await self._judge.adopt(anchor, {one.anchor.turn for one in self._turns})

    async def _wait(self, place: int, step: Wait) -> None:
        if not isinstance(step.wait, str):
            await asyncio.sleep(step.wait)
        else:
            anchor = self._turns[-1].anchor if self._turns else Anchor(self._began_s, self._began_s)
            self.findings.append(await self._judge.event(place, step.wait, anchor))

    async def _restart(self, step: Restart) -> None:
        self._note("restart", {"how": step.restart})
        await (self._rig.board.kill() if step.restart == "kill" else self._rig.board.stop())
        self._note("started", {"startup_s": await self._rig.board.start()})

    async def _send(self, step: Send) -> None:
        settings = self._rig.settings
        async with aiomqtt.Client(settings.broker.host, settings.broker.port) as client:
            body = json.dumps(step.payload, ensure_ascii=False)
            await client.publish(f"cockpit/{settings.vid}/{step.send}", body, qos=1)

    async def _close(self, turn: Turn) -> None:
        """What must hold of every turn, and the sound of its reply."""
        if turn.answered:
            self.findings.append(await self._judge.answered_once(turn.step, turn.anchor))
        if self._rig.microphones is None or not turn.anchor.turn:
            return
        file = await self._rig.microphones.heard(turn.anchor.turn, self._folder)
        if file is not None:
            text = next((str(b.get("text")) for _, b in self._account.events if _reply_of(b, turn.anchor.turn)), "")
            self._trace.add("audio", "heard", {"file": file.name, "text": text, "turn": turn.anchor.turn})


def _reply_of(body: Mapping[str, object], turn: str) -> bool:
    return body.get("type") == "reply" and body.get("turn") == turn
