"""Figures of a run from its traces."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from hil.rig.protocols import Usage
from hil.rig.rig import Rig
from hil.scenario.meter import Meter, due, figures, jitter, measured, p95, slope, unit
from hil.scenario.outcome import Attempt, ScenarioOutcome
from hil.trace import Seen, Trace
from tests.unit.hil.scenario.bus_story import Story


def outcome(*stories: list[Seen]) -> ScenarioOutcome:
    attempts = tuple(
        Attempt(number=n + 1, took_s=1, entries=tuple(entries), findings=(), claims=())
        for n, entries in enumerate(stories)
    )
    return ScenarioOutcome(id="a", title="a", file="a.yaml", tags=(), level="must", attempts=attempts)


def turn(reply_s: float, *, faulty: bool = False) -> list[Seen]:
    """Something said at 0 s, a wanted value after a second, and the reply `reply_s` after that."""
    story = Story(told=False)
    said = Seen(at_s=0.0, source="step", name="say", data={"turn": "turn-1"})
    story.sent("Vehicle.X", 1)
    story.tick(reply_s - 1)
    story.replied("好了", "done").event("turn_end", timings={"understand": 12.5})
    return [said, *story.entries, *([Seen(at_s=0.0, source="fault", name="late")] if faulty else [])]


def test_times_are_counted_from_what_was_said() -> None:
    found = measured([outcome(turn(1.0), turn(3.0), turn(2.0))], 4.5)
    assert found["latency_ms.set"] == pytest.approx(1000)
    assert found["latency_ms.reply"] == pytest.approx(4000)
    assert found["jitter_ms.reply"] == pytest.approx(1000)
    assert found["latency_ms.understand"] == 12.5
    assert found["startup_s"] == 4.5
    assert "latency_ms.sound" not in found


def test_what_went_wrong_on_purpose_is_not_counted() -> None:
    assert measured([outcome(turn(1.0), turn(30.0, faulty=True))], 1.0)["latency_ms.reply"] == pytest.approx(2000)


def test_the_longest_start_counts() -> None:
    restarted = Seen(at_s=1.0, source="step", name="restarted", data={"startup_s": 9.0})
    assert measured([outcome([restarted])], 4.0)["startup_s"] == 9.0
    assert measured([outcome([])], float("nan")) == {}


def test_a_line_through_samples() -> None:
    assert slope([(10.0 + t, 0.1, 200 + 0.5 * t) for t in range(20)]) == pytest.approx(0.5)
    assert slope([(1.0, 0.1, 200.0)]) == 0.0


def test_percentiles_and_jitter() -> None:
    assert p95(list(range(1, 101))) == 95
    assert p95([7.0]) == 7.0
    assert jitter([10, 10, 11, 12, 500]) == 1


def test_a_budget_without_its_figure_is_a_figure_without_value() -> None:
    got, missing = figures({"cpu.cockpit": 0.5}, {"cpu.cockpit": 0.6, "latency_ms.reply": 800})
    assert (got.value, got.limit, got.unit, got.ok) == (0.5, 0.6, "cores", True)
    assert (missing.value, missing.limit, missing.unit, missing.ok) == (None, 800, "ms", False)
    assert unit("truth.unread_percent") == "%"


LIMITS = {"cpu.cockpit": 1.0, "latency_ms.reply": 9e3, "latency_ms.set": 9e3, "latency_ms.sound": 9e3}
SLOPE = {"memory_slope_mb_h.cockpit": 9.0}


@pytest.mark.parametrize(
    ("aloud", "faulty", "missing"),
    [
        (None, False, {"cpu.cockpit"}),
        (False, True, {"cpu.cockpit"}),
        (False, False, {"cpu.cockpit", "latency_ms.reply"}),
        (True, False, {"cpu.cockpit", "latency_ms.reply", "latency_ms.sound"}),
    ],
)
def test_a_figure_without_occasion_is_not_missed(aloud: bool | None, faulty: bool, missing: set[str]) -> None:
    entries = [] if aloud is None else [Seen(at_s=0.0, source="step", name="say", data={"aloud": aloud})]
    entries += [Seen(at_s=0.0, source="fault", name="late")] if faulty else []
    assert due(LIMITS | SLOPE, {}, [outcome(entries)]).keys() == missing


def test_a_process_that_was_never_seen_is_missed() -> None:
    found = {"memory_slope_mb_h.cockpit": 1.0, "latency_ms.set": 5.0}
    held = due(SLOPE | {"memory_slope_mb_h.other": 9.0, "latency_ms.set": 9.0, "jitter_ms.set": 1.0}, found, [])
    assert held.keys() == {"memory_slope_mb_h.cockpit", "memory_slope_mb_h.other", "latency_ms.set"}


class Board:
    async def usage(self) -> list[Usage]:
        return [Usage("cockpit", 0.25, 300.0)]


async def test_a_run_that_is_over_at_once_has_a_share_of_a_core_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hil.scenario.meter.EVERY_S", 0.05)
    meter = Meter(cast("Rig", SimpleNamespace(board=Board(), trace=Trace())))
    async with meter.running():
        pass
    assert meter.figures()["cpu.cockpit"] == 0.25
