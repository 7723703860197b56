"""The figures of a run: what the assistant's processes used, how long things took, how evenly, and how it started.

| figure | unit | what it is |
|---|---|---|
| `startup_s` | s | the longest start of the assistant in the run |
| `cpu.<process>` | cores | mean share of one core |
| `cpu_max.<process>` | cores | highest share between two samples |
| `memory_mb.<process>` | MB | highest proportional set size |
| `memory_slope_mb_h.<process>` | MB/h | line of least squares through the second half of its longest life in the run |
| `latency_ms.<stage>` | ms | 95th percentile, see `STAGES`; any other stage is one of the `timings` of `turn_end` |
| `jitter_ms.<stage>` | ms | median distance from the median |
| `truth.unread_percent` | % | replies that say something is so, in words that the judge cannot read |

Latencies and jitter are of attempts in which nothing went wrong on purpose: no fault, no restart.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from statistics import fmean, median

from cockpit.errors import CockpitError
from hil.rig.rig import Rig
from hil.scenario.account import Account
from hil.scenario.outcome import Attempt, Figure, ScenarioOutcome
from hil.trace import Seen

EVERY_S = 2.0
"""Between two samples of what the processes use."""
ENOUGH_S = 120.0
"""How long a process must have lived for a slope."""
STAGES = {"set": "the first wanted value on the bus", "reply": "the reply's text", "sound": "the reply's first sound"}
"""Counted from the request, or from the end of what was said aloud."""
UNREAD_LIMIT_PERCENT = 5.0

Samples = list[tuple[float, float, float]]
"""Loop time, cores, MB."""


class Meter:
    """Samples the processes of a rig while it is used."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._samples: dict[str, Samples] = {}
        self._lives: dict[str, list[Samples]] = {}
        """The samples of each process, from start to start of the assistant."""
        self._looked: tuple[list[Seen], int] = (rig.trace.entries, 0)
        self._told = asyncio.Event()
        """Set once a share of a core can be told, or never will be."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._run(), name="meter")
        try:
            yield
            with suppress(TimeoutError):  # of a run that is over sooner there would be no share of a core
                await asyncio.wait_for(self._told.wait(), 2 * EVERY_S)
        finally:
            task.cancel()
            await asyncio.wait({task})

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                used = await self._rig.board.usage()
            except CockpitError:
                self._told.set()
                return  # a board that cannot tell: the figures are missing, which the budgets say
            if self._started():
                for lives in self._lives.values():
                    lives.append([])
            for one in used:
                sample = (loop.time(), one.cpu, one.memory_mb)
                self._samples.setdefault(one.process, []).append(sample)
                self._lives.setdefault(one.process, [[]])[-1].append(sample)
                data = {"process": one.process, "cpu": round(one.cpu, 3), "memory_mb": round(one.memory_mb, 1)}
                self._rig.trace.add("host", "usage", data)
            if not used or any(len(samples) > 1 for samples in self._samples.values()):
                self._told.set()
            await asyncio.sleep(EVERY_S)

    def _started(self) -> bool:
        """Whether the assistant was started since this was asked last."""
        (entries, place), now = self._looked, self._rig.trace.entries
        news = now[place:] if entries is now else now
        self._looked = (now, len(now))
        return any(entry.source in ("host", "step") and entry.name in ("started", "restarted") for entry in news)

    def figures(self) -> dict[str, float]:
        """Those of processes, as far as they were seen."""
        found: dict[str, float] = {}
        for process, samples in self._samples.items():
            shares = [cpu for _, cpu, _ in samples[1:]]  # the first has no interval before it
            if shares:
                found[f"cpu.{process}"] = fmean(shares)
                found[f"cpu_max.{process}"] = max(shares)
            found[f"memory_mb.{process}"] = max(mb for _, _, mb in samples)
            life = max(self._lives[process], key=len)
            if life and life[-1][0] - life[0][0] >= ENOUGH_S:
                found[f"memory_slope_mb_h.{process}"] = slope(life[len(life) // 2 :]) * 3600
        return found


def slope(samples: Samples) -> float:
    """MB a second, by least squares."""
    times, held = [at_s for at_s, _, _ in samples], [mb for _, _, mb in samples]
    middle, level = fmean(times), fmean(held)
    spread = sum((at_s - middle) ** 2 for at_s in times)
    return sum((t - middle) * (mb - level) for t, mb in zip(times, held, strict=True)) / spread if spread else 0.0


def measured(outcomes: Sequence[ScenarioOutcome], startup_s: float) -> dict[str, float]:
    """What the traces of a run tell of times."""
    took: dict[str, list[float]] = {}
    starts = [startup_s]
    for attempt in (attempt for one in outcomes for attempt in one.attempts):
        if _undisturbed(attempt):
            for stage, ms in _latencies(attempt):
                took.setdefault(stage, []).append(ms)
        starts += [float(e.data["startup_s"]) for e in attempt.entries if e.source == "step" and e.name == "restarted"]
    found = {f"latency_ms.{stage}": p95(times) for stage, times in took.items()}
    found.update((f"jitter_ms.{stage}", jitter(times)) for stage, times in took.items())
    known = [start for start in starts if not math.isnan(start)]
    return {**found, **({"startup_s": max(known)} if known else {})}


def due(
    budgets: Mapping[str, float], found: Mapping[str, float], outcomes: Sequence[ScenarioOutcome]
) -> dict[str, float]:
    """The budgets that a run is held to: all but those it gave no occasion for.

    Where nothing is said aloud there is no first sound, where nothing is wanted of the car no `set`, and a slope wants
    a life that is long enough.
    """
    attempts = [attempt for one in outcomes for attempt in one.attempts if _undisturbed(attempt)]
    said = [e for attempt in attempts for e in attempt.entries if e.source == "step" and e.name == "say"]
    aloud = any(e.data.get("aloud") for e in said)
    long = any(name.startswith("memory_slope_mb_h.") for name in found)

    def occasion(name: str) -> bool:
        kind, _, stage = name.partition(".")
        if kind in ("latency_ms", "jitter_ms"):
            return {"set": name in found, "sound": aloud, "hear": aloud}.get(stage, bool(said))
        return long or kind != "memory_slope_mb_h"

    return {name: limit for name, limit in budgets.items() if name in found or occasion(name)}


def _undisturbed(attempt: Attempt) -> bool:
    return not any(e.source == "fault" or e.name == "restart" for e in attempt.entries)


def _latencies(attempt: Attempt) -> Iterator[tuple[str, float]]:
    """Stage and milliseconds of every turn of an attempt."""
    account = Account(attempt.entries)
    account.update()
    said = {str(e.data["turn"]): e.at_s for e in attempt.entries if e.source == "step" and e.name in ("say", "said")}
    sounds = {str(e.data["turn"]): e.at_s for e in attempt.entries if e.source == "audio" and e.name == "reply"}
    for turn, at_s in said.items():
        mine = [(when, body) for when, body in account.events if body.get("turn") == turn]
        first = {
            "set": next((one.at_s for one in account.of_turn(turn) if one.path), None),
            "reply": next((when for when, body in mine if body.get("type") == "reply"), None),
            "sound": sounds.get(turn),
        }
        yield from ((stage, 1000 * max(0.0, when - at_s)) for stage, when in first.items() if when is not None)
        for timings in (body.get("timings") for _, body in mine if body.get("type") == "turn_end"):
            if isinstance(timings, dict):
                yield from ((str(name), float(ms)) for name, ms in timings.items() if name not in STAGES)


def p95(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[math.ceil(0.95 * len(ordered)) - 1]


def jitter(values: Sequence[float]) -> float:
    """Median distance from the median: a few outliers do not make it."""
    middle = median(values)
    return median(abs(value - middle) for value in values)


UNITS = {"startup_s": "s", "cpu": "cores", "cpu_max": "cores", "memory_mb": "MB", "memory_slope_mb_h": "MB/h"}


def unit(name: str) -> str:
    kind = name.partition(".")[0]
    return UNITS.get(kind, "%" if name.endswith("_percent") else "ms" if kind.endswith("_ms") else "")


def figures(found: Mapping[str, float], budgets: Mapping[str, float]) -> tuple[Figure, ...]:
    """Everything found, and every budget: one without its figure has no value, which fails the run."""
    return tuple(
        Figure(name=name, unit=unit(name), value=_rounded(found.get(name)), limit=budgets.get(name))
        for name in sorted({*found, *budgets})
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
