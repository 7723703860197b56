"""One time through a scenario's timeline: what it says to do is done in its order, and every wait has an end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from cockpit.types import Pcm
from hil.rig.rig import Rig
from hil.scenario.account import Account
from hil.scenario.expectations import Expectation
from hil.scenario.outcome import Finding
from hil.scenario.schema import AnyStep, Scenario
from hil.scenario.steps import Cancel, Drive, Inject, Mend, Put, Restart, Say, Send, Wait
from hil.scenario.waiting import Anchor, Judge


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that was said, and whether it must be answered."""

    anchor: Anchor
    step: int
    answered: bool


class Timeline:
    """Does the steps of `scenario` on `rig`; `sounds` holds what is said aloud, by the place of its step."""

    def __init__(self, scenario: Scenario, rig: Rig, sounds: Mapping[int, Pcm]) -> None:
        self._scenario, self._rig, self._sounds = scenario, rig, sounds
        self._trace = rig.trace
        self._began_s = rig.trace.now_s()
        self._anchors: dict[str, Anchor] = {}
        self._faults: dict[str, str] = {}
        self._turns: list[Turn] = []
        self._judge = Judge(rig.trace, rig.car, Account(rig.trace.entries), scenario.deadline_s)
        self.findings: list[Finding] = []

    async def run(self) -> None:
        """Do everything; `findings` grows. Raises `RigError` and what drivers raise."""
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

    async def _do(self, place: int, step: AnyStep) -> None:
        match step:
            case Expectation():
                self.findings.append(await self._judge.expect(place, step, self._anchor(step)))
            case Say():
                await self._say(place, step)
            case Wait():
                await self._wait(place, step)
            case Inject() | Mend():
                await self._fault(step)
            case Put() | Drive() | Cancel() | Restart() | Send():
                await self._outside(step)

    async def _outside(self, step: Put | Drive | Cancel | Restart | Send) -> None:
        """What happens to the assistant without its being spoken to."""
        rig = self._rig
        match step:
            case Put():
                for path, value in step.put.items():
                    await rig.car.put(path, value)
            case Drive():
                await rig.car.drive(step.drive)
            case Cancel():
                self._trace.add("step", "cancel", {"zone": step.cancel})
                await rig.voice.cancel(None if step.cancel == "all" else step.cancel)
            case Send():
                self._trace.add("step", "send", {"topic": step.send, "payload": step.payload})
                body = {"id": uuid4().hex, **step.payload}
                await rig.site.bus.publish(f"cockpit/{rig.site.vid}/{step.send}", body)
            case Restart():
                self._trace.add("step", "restart", {"how": step.restart})
                await (rig.board.kill() if step.restart == "kill" else rig.board.stop())
                self._trace.add("step", "restarted", {"startup_s": await rig.board.start()})

    async def _fault(self, step: Inject | Mend) -> None:
        faults = self._rig.faults
        if isinstance(step, Inject):
            name = await faults.begin(step.fault, step.args)
            self._faults[step.name or name] = name
        elif step.mend == "all":
            await faults.clear()
        else:
            await faults.end(self._faults.pop(step.mend))

    def _anchor(self, step: Expectation) -> Anchor:
        """From where an expectation counts: the step it names, the last thing said, or the beginning."""
        return self._anchors[step.after] if step.after else self._last()

    def _last(self) -> Anchor:
        return self._turns[-1].anchor if self._turns else Anchor(self._began_s, self._began_s)

    async def _say(self, place: int, step: Say) -> None:
        if step.waits and step.at is None and self._turns:
            await self._judge.ended(self._last())
        turn, zone, lang = uuid4().hex, step.zone or self._scenario.zone, self._scenario.lang
        pcm = self._sounds.get(place)
        said = {"text": step.say, "turn": turn, "zone": zone, "aloud": pcm is not None}
        begun_s = self._trace.add("step", "say", said).at_s
        anchor = Anchor(begun_s, begun_s, turn)
        self._turns.append(Turn(anchor, place, step.answered))
        if step.name:
            self._anchors[step.name] = anchor
        if pcm is None:
            await self._rig.voice.text(turn, step.say, zone, lang if step.told_lang else None)
            return
        await self._rig.voice.sound(turn, pcm, zone)
        anchor.said_s = self._trace.add("step", "said", {"turn": turn}).at_s
        if step.answered:
            await self._judge.adopt(anchor, {one.anchor.turn for one in self._turns})

    async def _wait(self, place: int, step: Wait) -> None:
        if isinstance(step.wait, str):
            self.findings.append(await self._judge.event(place, step.wait, self._last()))
        else:
            await asyncio.sleep(step.wait)

    async def _close(self, turn: Turn) -> None:
        """What must hold of every turn, and the sound of its reply."""
        if turn.answered:
            self.findings.append(await self._judge.answered_once(turn.step, turn.anchor))
        if self._rig.has("microphones"):
            await self._rig.microphones.heard(turn.anchor.turn, self._rig.folder)
