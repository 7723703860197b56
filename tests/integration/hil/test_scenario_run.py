"""Scenarios on a rig with a real broker: what passes, what fails and why, and what ends a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from cockpit.dialog.reply import Composer, Told
from cockpit.plan.plans import Do
from cockpit.types import Outcome
from hil.rig.rig import open_rig
from hil.scenario.load import load
from hil.scenario.outcome import RunOutcome
from hil.scenario.run import Runner, write

AC = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
Write = Callable[..., Path]


async def run(rig: Path, scenarios: Path, out: Path, repeat: int | None = None) -> RunOutcome:
    async with open_rig(rig, folder=out) as opened:
        return await Runner(opened).run(load([scenarios]), repeat)


def failures(outcome: RunOutcome) -> list[tuple[str, str, str]]:
    """Scenario, what was wanted and what came instead."""
    return [
        (one.id, finding.wanted, finding.got)
        for one in outcome.scenarios
        for attempt in one.attempts
        for finding in attempt.findings
        if not finding.ok
    ]


async def test_all_steps_do_what_they_say(rig_file: Write, scenarios: Write, tmp_path: Path) -> None:
    file = scenarios("""\
        id: everything
        title: every step and every expectation
        lang: zh
        given: {Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature: 20.0}
        timeline:
          - put: {Vehicle.Speed: 30.0}
          - expect: state
            path: Vehicle.Speed
            value: 30
          - say: 打开空调
            name: first
          - expect: heard
            text: 打开空调
          - expect: heard
            intents: [ac.on]
          - expect: set
            path: Vehicle.Cabin.HVAC.IsAirConditioningActive
            value: true
            count: 1
          - expect: result
            status: succeeded
          - expect: spoken
            kind: done
          - expect: car
            path: Vehicle.Cabin.HVAC.IsAirConditioningActive
            value: true
          - wait: turn_end
          - say: 温度调高一点
          - expect: set
            value: 21
          - expect: set
            path: Vehicle.Cabin.HVAC.IsAir*
            absent: true
          - expect: set
            path: Vehicle.Cabin.HVAC.IsAir*
            after: first
          - say: 导航回家
          - expect: app
            app: navigation
            args: {destination: home}
          - expect: app
            app: navigation
            status: succeeded
          - send: context/road
            payload: {kind: accident, distance_m: 500, ttl_s: 30, severity: 3, source: rsu}
            name: road
          - expect: event
            type: alert
            after: road
          - cancel: all
          - drive: urban
          - fault: reject
            with: {path: "*"}
            name: no
          - say: 关闭空调
          - expect: spoken
            kind: failed
          - mend: no
          - restart: clean
          - say: 关闭空调
          - expect: spoken
            kind: done
        """)
    outcome = await run(rig_file(), file, tmp_path / "out")
    assert failures(outcome) == []
    assert [attempt.error for one in outcome.scenarios for attempt in one.attempts] == [""]
    assert all(claim.ok for one in outcome.scenarios for attempt in one.attempts for claim in attempt.claims)
    assert outcome.passed
    written = write(outcome, tmp_path / "out")
    assert RunOutcome.model_validate_json(written.read_text("utf-8")) == outcome


async def test_what_is_not_so_fails_and_says_what_came_instead(
    rig_file: Write, scenarios: Write, tmp_path: Path
) -> None:
    file = scenarios("""\
        id: wrong
        title: wrong on purpose
        lang: en
        timeline:
          - say: turn on the air conditioning
          - expect: set
            value: false
          - expect: spoken
            kind: refused
          - expect: set
            absent: true
          - expect: set
            count: 2
          - expect: set
            within_ms: 0.001
          - expect: app
            app: phone
            level: should
        """)
    outcome = await run(rig_file(), file, tmp_path / "out")
    found = failures(outcome)
    assert [wanted.split(":")[0] for _, wanted, _ in found[:4]] == ["set", "spoken", "no set", "2 × set"]
    assert found[0][2] == f"set {AC} = True → succeeded"
    assert found[1][2] == "done: The air conditioning is on."
    assert "it took" in found[4][2]
    assert [one.level for attempt in outcome.scenarios[0].attempts for one in attempt.findings if not one.ok] == [
        *["must"] * 5,
        "should",
    ]
    assert not outcome.passed


async def test_a_should_that_fails_is_only_reported(rig_file: Write, scenarios: Write, tmp_path: Path) -> None:
    file = scenarios("""\
        id: hoped
        title: hoped for
        lang: zh
        timeline:
          - say: 打开空调
          - expect: app
            app: phone
            level: should
        """)
    outcome = await run(rig_file(), file, tmp_path / "out")
    assert len(failures(outcome)) == 1
    assert outcome.passed


async def test_a_composer_that_always_says_done_is_caught(
    rig_file: Write, scenarios: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truthful = Composer.outcome

    def liar(self: Composer, plan: Do, outcomes: Mapping[int, tuple[Outcome, ...]], *more: Any) -> Told:
        done = {n: tuple(Outcome(one.proposal, "done") for one in of_deed) for n, of_deed in outcomes.items()}
        return truthful(self, plan, done, *more)

    monkeypatch.setattr(Composer, "outcome", liar)
    file = scenarios("""\
        id: lied
        title: the air conditioning is stuck
        lang: [zh, en]
        timeline:
          - fault: stuck
            with: {path: Vehicle.Cabin.HVAC.IsAirConditioningActive}
          - say: {zh: 打开空调, en: turn on the air conditioning}
          - wait: turn_end
        """)
    outcome = await run(rig_file(), file, tmp_path / "out")
    assert failures(outcome) == []
    untrue = [c.text for one in outcome.scenarios for a in one.attempts for c in a.claims if not c.ok]
    assert untrue == ["空调已打开。", "The air conditioning is on."]
    assert not outcome.passed


async def test_it_passes_k_times_or_not_at_all(rig_file: Write, scenarios: Write, tmp_path: Path) -> None:
    """What an attempt left behind - a reply still to come, a fault, a value - is not met in the next one."""
    file = scenarios("""\
        - id: leaves-things-behind
          title: ends in the middle of a turn
          lang: zh
          timeline:
            - fault: late
              with: {path: Vehicle.Cabin.HVAC.IsAirConditioningActive, s: 0.6}
            - say: 打开空调
              answered: false
            - expect: set
              path: Vehicle.Cabin.HVAC.IsAirConditioningActive
        - id: finds-nothing
          title: sees nothing of it
          lang: zh
          timeline:
            - expect: state
              path: Vehicle.Cabin.HVAC.IsAirConditioningActive
              value: false
            - say: 打开车内灯
            - expect: set
              count: 1
              path: "*"
            - expect: spoken
              kind: done
              says: 车内灯
        """)
    outcome = await run(rig_file(), file, tmp_path / "out", repeat=3)
    assert [len(one.attempts) for one in outcome.scenarios] == [3, 3]
    assert failures(outcome) == []
    assert outcome.passed


async def test_what_a_rig_cannot_do_fails_its_scenario_only(rig_file: Write, scenarios: Write, tmp_path: Path) -> None:
    file = scenarios("""\
        - id: needs-a-network
          title: no proxy here
          lang: zh
          timeline: [{fault: delay, with: {ms: 100}}]
        - id: needs-none
          title: fine
          lang: zh
          timeline: [{say: 打开空调}, {wait: turn_end}]
        """)
    outcome = await run(rig_file(), file, tmp_path / "out")
    first, second = outcome.scenarios
    assert "rig-unsupported" in first.attempts[0].error
    assert (first.passed, second.passed, outcome.passed) == (False, True, False)


async def test_a_rig_that_breaks_ends_the_run(rig_file: Write, scenarios: Write, tmp_path: Path) -> None:
    file = scenarios("""\
        - {id: a-kills-it, title: does not come back, lang: zh, timeline: [{restart: kill}]}
        - {id: b-finds-it-dead, title: cannot be prepared, lang: zh, timeline: [{wait: 0}]}
        - {id: c-is-not-run, title: not run, lang: zh, timeline: [{wait: 0}]}
        """)
    outcome = await run(rig_file(starts=1), file, tmp_path / "out")
    killed, dead, left = outcome.scenarios
    assert "did not come up" in killed.attempts[0].error
    assert "rig-broken" in dead.attempts[0].error
    assert left.attempts == ()
    assert not outcome.passed


async def test_an_assistant_that_was_left_dead_is_started_again(
    rig_file: Write, scenarios: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = scenarios("""\
        - {id: one, title: fine, lang: zh, timeline: [{say: 打开空调}, {expect: spoken, kind: done}]}
        """)
    async with open_rig(rig_file(), folder=tmp_path / "out") as rig:
        await rig.board.kill()
        outcome = await Runner(rig).run(load([file]))
    assert outcome.passed


@pytest.mark.parametrize(
    ("budgets", "passes"),
    [
        ("{}", True),
        ("{startup_s: 600, cpu.cockpit: 64, latency_ms.reply: 60000}", True),
        ("{startup_s: 0.000001}", False),
        ("{cpu.nobody: 1}", False),
    ],
)
async def test_a_budget_that_is_broken_or_missing_fails_the_run(
    rig_file: Write, scenarios: Write, tmp_path: Path, budgets: str, *, passes: bool
) -> None:
    file = scenarios("{id: one, title: one, lang: zh, timeline: [{say: 打开空调}, {wait: turn_end}, {wait: 2.1}]}")
    outcome = await run(rig_file(budgets), file, tmp_path / "out")
    assert outcome.scenarios[0].passed
    figures: dict[str, Any] = {figure.name: figure.value for figure in outcome.figures}
    assert figures["latency_ms.reply"] > 0
    assert outcome.passed is passes
