"""From acts to deeds: resolve, plan, ask the gate, carry out, and say what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from cockpit.config import TurnSettings
from cockpit.dialog.context import Confirmed, Context, Done, Pending, Resolved, Said, Undo, resolve
from cockpit.dialog.reply import Composer, Seen, Told
from cockpit.plan.controls import at_the_end
from cockpit.plan.planner import Planner
from cockpit.plan.plans import Ask, Deed, Do, Situation, Tell, Tellings
from cockpit.ports import Vehicle
from cockpit.profile import VehicleProfile
from cockpit.safety.gate import Gate, Request, Verdict
from cockpit.types import Act, CallApp, Lang, Outcome, Permit, Scalar, SetSignal, Snapshot, Zone

Outcomes = dict[int, tuple[Outcome, ...]]
OnRefused = Callable[[str, tuple[Outcome, ...]], None]
"""Told the turn and the proposals that the gate stopped."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks in which turn, and until when what they want may happen (monotonic)."""

    turn: str
    zone: Zone
    lang: Lang
    deadline_s: float


@dataclass(slots=True)
class _Progress:
    """What the acts of one utterance came to so far."""

    context: Context
    told: list[Told]
    done: list[Done]
    alone: bool = True
    """Whether the utterance holds one act; of several, even what is so already is sent with the rest."""
    pending: Pending | None = None

    @property
    def now(self) -> Context:
        """The context that the next act of the same utterance sees."""
        return replace(self.context, last=tuple(self.done)) if self.done else self.context


class Acting:
    """Carries out acts one after the other, each as a whole or not at all."""

    def __init__(
        self,
        planner: Planner,
        gate: Gate,
        composer: Composer,
        vehicle: Vehicle,
        profile: VehicleProfile,
        settings: TurnSettings,
        on_refused: OnRefused | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._planner, self._gate, self._composer = planner, gate, composer
        self._vehicle, self._profile, self._settings = vehicle, profile, settings
        self.on_refused, self._today = on_refused, today
        self._commands: set[asyncio.Task[Outcome]] = set()

    async def act(self, acts: tuple[Act, ...], context: Context, speaker: Speaker) -> tuple[list[Told], Context]:
        """What became of `acts`, and the context after them."""
        acts = self._planner.wanted(acts)
        progress = _Progress(context, [], [], alone=len(acts) == 1)
        for act in acts:
            for resolution in resolve(act, progress.now):
                if isinstance(resolution, Said):
                    if progress.alone or resolution.kind != "unsupported":
                        progress.told.append(self._composer.say(speaker.lang, resolution.kind, resolution.key))
                elif isinstance(resolution, Undo):
                    await self._undo(resolution.done, progress, speaker)
                elif isinstance(resolution, Confirmed):
                    await self._carry_out(resolution.plan, progress, speaker, confirmed=True)
                else:
                    await self._resolved(resolution, progress, speaker)
        if not progress.told:
            progress.told.append(self._composer.say(speaker.lang, "unsupported", "unsupported.no_context"))
        now_s = asyncio.get_running_loop().time()
        return progress.told, context.after(tuple(progress.done), progress.pending, now_s)

    async def _resolved(self, resolution: Resolved, progress: _Progress, speaker: Speaker) -> None:
        if resolution.restore:
            await self._restore(resolution.restore, speaker)
        plan = self._planner.plan(resolution.act, self._situation(speaker.zone, progress.context))
        if isinstance(plan, Tell | Tellings):
            progress.told.append(self._composer.tell(plan, speaker.lang))
        elif isinstance(plan, Ask):
            progress.told.append(self._composer.tell(plan, speaker.lang))
            progress.pending = Pending(plan.act, plan.slot)
        else:
            await self._carry_out(plan, progress, speaker, confirmed=False)

    def _situation(self, zone: Zone, context: Context) -> Situation:
        now_s = asyncio.get_running_loop().time()
        return Situation(self._profile, self._vehicle.snapshot(), zone, now_s, self._today(), context.remembered)

    async def _carry_out(self, plan: Do, progress: _Progress, speaker: Speaker, *, confirmed: bool) -> None:
        situation = self._situation(speaker.zone, progress.context)
        ttl_s = self._settings.command_ttl_ms / 1000
        request = Request(plan.proposals, speaker.turn, speaker.zone, confirmed, speaker.deadline_s, ttl_s)
        verdict = self._gate.judge(request, situation.snapshot, situation.now_s)
        settled = [at_the_end(deed, situation) for deed in plan.deeds]
        idle = all(settled) and (progress.alone or not verdict.permits)
        if idle and not self._forbidden(verdict.outcomes):
            outcomes = {n: _already(deed) for n, deed in enumerate(plan.deeds)}
        elif not confirmed and _to_be_asked(plan, verdict):
            progress.pending = _joined(progress.pending, plan)
            progress.told.append(self._composer.confirm(plan, speaker.lang, speaker.zone))
            return
        elif verdict.permits:
            outcomes = await self._do(plan, verdict.permits, settled)
        else:
            if self.on_refused is not None:
                self.on_refused(speaker.turn, verdict.outcomes)
            outcomes = _by_deed(plan, verdict.outcomes)
        self._note(plan, outcomes, situation.snapshot, progress, speaker)

    def _note(self, plan: Do, outcomes: Outcomes, before: Snapshot, progress: _Progress, speaker: Speaker) -> None:
        """Put what became of `plan` into words, and remember it for what may refer to it."""
        told = self._composer.outcome(
            plan, outcomes, speaker.lang, speaker.zone, Seen(before, self._vehicle.snapshot())
        )
        progress.told.append(self._composer.undone(told, speaker.lang) if plan.act.intent == UNDO else told)
        if any(outcome.status in ("done", "already") for found in outcomes.values() for outcome in found):
            progress.done.append(Done(plan, self._before(outcomes, before)))

    def _forbidden(self, outcomes: tuple[Outcome, ...]) -> bool:
        """Whether something is never allowed, which is said even of what is so already."""
        never = {row.id for row in self._profile.policy if row.never}
        return any(outcome.code in never or outcome.status == "unavailable" for outcome in outcomes)

    async def _do(self, plan: Do, permits: tuple[Permit, ...], settled: list[bool]) -> Outcomes:
        """Carry out everything of one act side by side; what was so before is told as such, though it was sent."""
        found = await asyncio.gather(*(asyncio.shield(self._command(permit)) for permit in permits))
        outcomes = _by_deed(plan, tuple(found))
        return {
            n: _already(plan.deeds[n]) if settled[n] and all(o.status == "done" for o in of_deed) else of_deed
            for n, of_deed in outcomes.items()
        }

    def _command(self, permit: Permit) -> asyncio.Task[Outcome]:
        """A command on its way, kept alive even if its turn is cancelled: half an actuation never happens."""
        task = asyncio.create_task(self._vehicle.carry_out(permit), name=f"command {permit.turn}")
        self._commands.add(task)
        task.add_done_callback(self._commands.discard)
        return task

    def _before(self, outcomes: Outcomes, snapshot: Snapshot) -> dict[str, Scalar]:
        """The values before of everything that was changed and can be put back."""
        changed = [o.proposal for found in outcomes.values() for o in found if o.status == "done"]
        paths = [p.path for p in changed if isinstance(p, SetSignal)]
        return {path: value for path in paths if (value := snapshot.value(path)) is not None}

    async def _undo(self, done: tuple[Done, ...], progress: _Progress, speaker: Speaker) -> None:
        if not any(entry.before or not self._undoable(entry) for entry in done):
            progress.told.append(self._composer.say(speaker.lang, "unsupported", "unsupported.nothing_to_undo"))
        elif not all(self._undoable(entry) for entry in done):
            progress.told.append(self._composer.say(speaker.lang, "unsupported", "unsupported.cannot_undo"))
        else:
            await self._carry_out(self._restoring(done), progress, speaker, confirmed=False)

    def _undoable(self, entry: Done) -> bool:
        controls = self._profile.controls
        return all(
            not isinstance(deed.proposals[0], CallApp) and (deed.name not in controls or controls[deed.name].undoable)
            for deed in entry.plan.deeds
        )

    def _restoring(self, done: tuple[Done, ...]) -> Do:
        """The earliest value before of every signal that `done` changed, as one plan."""
        wanted: dict[str, Scalar] = {}
        for entry in done:
            for path, value in entry.before.items():
                wanted.setdefault(path, value)
        names = self._profile.control_of
        deeds = tuple(Deed(names.get(path, path), "undo", (SetSignal(path, value),)) for path, value in wanted.items())
        return Do(Act(UNDO), deeds)

    async def _restore(self, done: tuple[Done, ...], speaker: Speaker) -> None:
        """Put back what a correction replaces; what cannot be put back stays."""
        able = tuple(entry for entry in done if entry.before and self._undoable(entry))
        if able:
            silent = _Progress(Context(), [], [])
            await self._carry_out(self._restoring(able), silent, speaker, confirmed=False)

    async def close(self) -> None:
        """Wait for the commands that are still on their way; each has a deadline of its own."""
        await asyncio.gather(*self._commands, return_exceptions=True)


UNDO = "dialog.undo"


def _to_be_asked(plan: Do, verdict: Verdict) -> bool:
    """Whether a yes is wanted first. Nobody is asked about what is not allowed anyway, nor whether they want to know
    what they asked for."""
    if verdict.permits:
        return plan.act.doubtful and not plan.answers
    return verdict.outcomes[0].status == "needs_confirmation"


def _already(deed: Deed) -> tuple[Outcome, ...]:
    return tuple(Outcome(proposal, "already") for proposal in deed.proposals)


def _by_deed(plan: Do, outcomes: tuple[Outcome, ...]) -> Outcomes:
    rest = iter(outcomes)
    return {n: tuple(next(rest) for _ in deed.proposals) for n, deed in enumerate(plan.deeds)}


def _joined(pending: Pending | None, plan: Do) -> Pending:
    """One question for everything of an utterance that wants a yes."""
    if pending is not None and pending.plan is not None:
        plan = replace(plan, deeds=pending.plan.deeds + plan.deeds)
    return Pending(plan.act, "confirm", plan)
