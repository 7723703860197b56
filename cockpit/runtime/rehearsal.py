"""A turn without a car: acts go through dialog, planner and gate as they always do, and what would be sent is noted."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from cockpit.config import TurnSettings
from cockpit.dialog.context import Context
from cockpit.dialog.reply import Composer
from cockpit.plan.controls import at_the_end
from cockpit.plan.planner import Planner
from cockpit.plan.plans import Ask, Do, Handler, Plan, Situation, Tell, Tellings
from cockpit.profile import VehicleProfile
from cockpit.runtime.acting import Acting, Speaker
from cockpit.safety.gate import Gate, Request, Verdict
from cockpit.skillset import SkillSet
from cockpit.types import Act, CallApp, Lang, Outcome, Permit, Proposal, Reading, Reply, Scalar, Snapshot, Zone

End = Literal["sent", "already", "confirm", "doubt", "stopped", "ask", "tell"]
"""What a step came to: something is sent, the car is so already, a rule wants a yes first, the understanding is too
unsure to go on without one, the gate said no, a value is asked for, or there is only something to say."""


@dataclass(slots=True)
class Step:
    """One act on its way through planner and gate. `act` stands on its own: what the dialog made of what was said.

    `plan` is None for the putting back of earlier values, `verdict` where nothing was judged. `before` holds every
    signal's value at that moment.
    """

    act: Act
    plan: Plan | None
    proposals: tuple[Proposal, ...] = ()
    verdict: Verdict | None = None
    settled: bool = False
    sent: bool = False
    before: Mapping[str, Scalar] = field(default_factory=dict)

    @property
    def end(self) -> End:
        if isinstance(self.plan, Ask):
            return "ask"
        if isinstance(self.plan, Tell | Tellings):
            return "tell"
        if self.verdict is None or (self.verdict.permits and not self.sent and not self.settled):
            return "doubt"
        if self.verdict.permits:
            return "sent" if self.sent else "already"
        asks = self.verdict.outcomes[0].status == "needs_confirmation"
        return "already" if self.settled and asks else "confirm" if asks else "stopped"


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What `acts` would come to. `left_out` are those that give way to plainer ones of the same utterance."""

    steps: tuple[Step, ...]
    left_out: tuple[Act, ...]
    reply: Reply

    @property
    def sent(self) -> tuple[Proposal, ...]:
        return tuple(proposal for step in self.steps if step.sent for proposal in step.proposals)

    @property
    def answered_by_app(self) -> bool:
        """Whether the words of the reply depend on what an app would have told."""
        return any(step.sent and isinstance(step.plan, Do) and step.plan.answers for step in self.steps)


class Rehearsal:
    """Runs acts on a car that stands still with every signal at its default and every provider and app online."""

    def __init__(
        self,
        skills: SkillSet,
        handlers: Mapping[str, Handler],
        profile: VehicleProfile,
        settings: TurnSettings,
    ) -> None:
        self._skills, self._handlers, self._profile, self._settings = skills, handlers, profile, settings
        self._composer = Composer(skills, profile)

    def run(self, acts: tuple[Act, ...], zone: Zone, lang: Lang) -> Rehearsed:
        """What `acts`, said in `zone` with nothing said before, would come to."""
        if not acts:
            told = self._composer.say(lang, "unsupported", "unsupported.not_understood")
            return Rehearsed((), (), self._composer.reply([told], lang))
        return asyncio.run(self._run(acts, zone, lang))

    async def _run(self, acts: tuple[Act, ...], zone: Zone, lang: Lang) -> Rehearsed:
        steps: list[Step] = []
        planner = _WatchedPlanner(self._skills, self._handlers, steps)
        vehicle = _NotingVehicle(self._profile, steps)
        gate = _WatchedGate(self._profile, steps)
        acting = Acting(planner, gate, self._composer, vehicle, self._profile, self._settings)
        deadline_s = asyncio.get_running_loop().time() + self._settings.deadline_s
        told, _ = await acting.act(acts, Context(), Speaker("rehearsal", zone, lang, deadline_s))
        wanted = planner.wanted(acts)
        left_out = tuple(act for act in acts if act not in wanted)
        return Rehearsed(tuple(steps), left_out, self._composer.reply(told, lang))


class _WatchedPlanner(Planner):
    """Notes every plan as a step."""

    def __init__(self, skills: SkillSet, handlers: Mapping[str, Handler], steps: list[Step]) -> None:
        super().__init__(skills, handlers)
        self._steps = steps

    def plan(self, act: Act, situation: Situation) -> Plan:
        plan = super().plan(act, situation)
        step = Step(act, plan, before={path: reading.value for path, reading in situation.snapshot.readings.items()})
        if isinstance(plan, Do):
            step.proposals = plan.proposals
            step.settled = all(at_the_end(deed, situation) for deed in plan.deeds)
        self._steps.append(step)
        return plan


class _WatchedGate(Gate):
    """Notes every verdict at the step that it is about."""

    def __init__(self, profile: VehicleProfile, steps: list[Step]) -> None:
        super().__init__(profile)
        self._steps = steps

    def judge(self, request: Request, snapshot: Snapshot, now_s: float) -> Verdict:
        verdict = super().judge(request, snapshot, now_s)
        waiting = next((s for s in self._steps if s.verdict is None and s.proposals == request.proposals), None)
        if waiting is None:
            before = {path: reading.value for path, reading in snapshot.readings.items()}
            waiting = Step(Act("dialog.undo"), None, request.proposals, before=before)
            self._steps.append(waiting)
        waiting.verdict = verdict
        return verdict


class _NotingVehicle:
    """Satisfies `ports.Vehicle`: does whatever is permitted at once, in its memory only."""

    def __init__(self, profile: VehicleProfile, steps: list[Step]) -> None:
        self._values: dict[str, Scalar] = {path: signal.default for path, signal in profile.signals.items()}
        self._apps = frozenset(profile.apps)
        self._steps = steps

    def snapshot(self) -> Snapshot:
        now_s = asyncio.get_running_loop().time()
        readings = {path: Reading(value, now_s) for path, value in self._values.items()}
        return Snapshot(readings, tuple(self._values), self._apps)

    async def carry_out(self, permit: Permit) -> Outcome:
        for step in self._steps:
            if step.verdict is not None and any(held is permit for held in step.verdict.permits):
                step.sent = True
        if not isinstance(permit.proposal, CallApp):
            self._values[permit.proposal.path] = permit.proposal.value
        return Outcome(permit.proposal, "done")
