"""All scenarios on one rig, one after the other, each as often as it is to be repeated; written down as `run.json`."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from cockpit import __version__
from cockpit.config import ROOT
from cockpit.errors import CockpitError
from cockpit.profile import load_profile
from cockpit.skillset import load_skills
from hil.rig.rig import Rig
from hil.scenario.load import Loaded
from hil.scenario.meter import UNREAD_LIMIT_PERCENT, Meter, due, figures, measured
from hil.scenario.outcome import Attempt, RunOutcome, ScenarioOutcome
from hil.scenario.sounds import Sounds
from hil.scenario.timeline import Timeline
from hil.scenario.truth import Truth
from hil.trace import Seen, Trace

UNREAD = "truth.unread_percent"

Watch = Callable[[Loaded, Attempt], None]
"""Told of every attempt when it is over."""


class Runner:
    """Runs scenarios on `rig`. `outcome` holds what there is so far, also after a rig broke."""

    def __init__(self, rig: Rig, watch: Watch = lambda *_: None) -> None:
        self._rig, self._watch = rig, watch
        settings = rig.settings
        self._truth = Truth(load_skills(settings.skills_dir), load_profile(settings.profile))
        self._sounds = Sounds(settings)
        self._meter = Meter(rig)
        self._began, self._began_s = datetime.now(UTC), asyncio.get_running_loop().time()
        self._startup_s = rig.startup_s
        self._replies, self._unread = 0, 0
        self.outcomes: list[ScenarioOutcome] = []

    async def run(self, scenarios: Sequence[Loaded], repeat: int | None = None) -> RunOutcome:
        """Everything in its order. A rig that breaks ends the run: what was not run has no attempts, and fails."""
        async with self.running():
            for place, loaded in enumerate(scenarios):
                await self.scenario(loaded, repeat)
                if self._rig.standing.state == "broken":
                    self.outcomes += [_outcome(left, ()) for left in scenarios[place + 1 :]]
                    break
        return self.outcome()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Around everything that is run: samples what the processes use, and lets the voices go in the end."""
        try:
            async with self._meter.running():
                yield
        finally:
            await self._sounds.close()

    async def scenario(self, loaded: Loaded, repeat: int | None = None) -> ScenarioOutcome:
        """One scenario, as often as it says or is told."""
        attempts: list[Attempt] = []
        for number in range(1, (repeat or loaded.scenario.repeat) + 1):
            attempts.append(await self._attempt(loaded, number))
            self._watch(loaded, attempts[-1])
            if self._rig.standing.state == "broken":
                break
        self.outcomes.append(_outcome(loaded, tuple(attempts)))
        return self.outcomes[-1]

    def outcome(self) -> RunOutcome:
        found = {**self._meter.figures(), **measured(self.outcomes, self._startup_s)}
        found[UNREAD] = 100 * self._unread / self._replies if self._replies else 0.0
        return RunOutcome(
            rig=self._rig.name,
            build=build(),
            began=self._began,
            took_s=round(asyncio.get_running_loop().time() - self._began_s, 3),
            scenarios=tuple(self.outcomes),
            figures=figures(found, {UNREAD: UNREAD_LIMIT_PERCENT, **due(self._rig.budgets, found, self.outcomes)}),
        )

    async def _attempt(self, loaded: Loaded, number: int) -> Attempt:
        rig, error = self._rig, ""
        trace = rig.trace
        before = _restarted(trace)
        timeline: Timeline | None = None
        try:
            sounds = await self._sounds.of(loaded)
            await self._prepare(loaded)
            timeline = Timeline(loaded.scenario, rig, sounds)
            await timeline.run()
        except (CockpitError, OSError, TimeoutError) as failure:
            error = str(failure) or type(failure).__name__
        error = await self._cleared() or error
        verdict = self._truth.judge(trace.entries, before)
        self._replies += verdict.replies
        self._unread += len(verdict.unread)
        return Attempt(
            number=number,
            took_s=round(trace.now_s(), 3),
            entries=tuple(trace.entries),
            findings=tuple(timeline.findings if timeline is not None else ()),
            claims=tuple(verdict.claims),
            error=error,
        )

    async def _prepare(self, loaded: Loaded) -> None:
        """The same beginning for all: no faults, the car as the scenario says, nothing said before. An assistant that
        does not answer is started again once; a rig that then does not come round is broken. Raises `RigError`."""
        try:
            await self._put_right(loaded)
        except (CockpitError, TimeoutError):
            await self._rig.boot()
            try:
                await self._put_right(loaded)
            except (CockpitError, TimeoutError) as error:
                raise self._rig.broke(f"it cannot be prepared: {error}") from error

    async def _put_right(self, loaded: Loaded) -> None:
        await self._rig.faults.clear()
        await self._rig.voice.cancel(None)
        await self._rig.car.prepare(loaded.scenario.given)
        await self._rig.voice.reset()

    async def _cleared(self) -> str:
        """Faults ended, so that none is left to the next; why they could not be, in words."""
        try:
            await self._rig.faults.clear()
        except (CockpitError, OSError, TimeoutError) as error:
            return str(self._rig.broke(f"a fault could not be ended: {error}"))
        return ""


def _restarted(trace: Trace) -> list[Seen]:
    """Begin the trace anew; the bus's entries of what is over, at times counted from now."""
    now_s = trace.now_s()
    over = (entry for entry in trace.restart() if entry.source == "bus")
    return [entry.model_copy(update={"at_s": entry.at_s - now_s}) for entry in over]


def _outcome(loaded: Loaded, attempts: tuple[Attempt, ...]) -> ScenarioOutcome:
    one = loaded.scenario
    return ScenarioOutcome(
        id=one.id, title=one.title, file=str(loaded.file), tags=one.all_tags, level=one.level, attempts=attempts
    )


def build() -> str:
    """The assistant's version, with the commit where it is known."""
    try:
        git = ("git", "-C", str(ROOT), "describe", "--always", "--dirty")
        commit = subprocess.run(git, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return __version__
    return f"{__version__} ({commit})"


def write(outcome: RunOutcome, folder: Path) -> Path:
    """`run.json` in the run's folder, beside its sounds."""
    file = folder / "run.json"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(outcome.model_dump_json(indent=1), "utf-8")
    return file
