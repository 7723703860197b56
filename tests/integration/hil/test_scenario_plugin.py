"""Scenarios as pytest collects and runs them: in a pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from cockpit.config import ROOT
from hil.scenario.outcome import RunOutcome

Write = Callable[..., Path]
TWO = """\
    - id: fine
      title: fine
      lang: zh
      tags: [climate]
      timeline: [{say: 打开空调}, {expect: spoken, kind: done}]
    - id: wrong
      title: wrong on purpose
      lang: zh
      timeline: [{say: 打开空调}, {expect: spoken, kind: refused}]
    """


def pytest_run(file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "hil.scenario.plugin", "-p", "no:cacheprovider", str(file)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])}
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, cwd=ROOT, env=environment, timeout=240, check=False
    )


def test_each_scenario_is_a_test_and_the_run_is_written_down(rig_file: Write, scenarios: Write, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = pytest_run(scenarios(TWO), "--rig", str(rig_file()), "--rig-out", str(out))
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "1 failed, 1 passed" in ran.stdout
    assert "attempt 1: step 2 must spoken: kind refused: done: 空调已打开。" in ran.stdout
    outcome = RunOutcome.model_validate_json((out / "run.json").read_text("utf-8"))
    assert [(one.id, one.passed) for one in outcome.scenarios] == [("fine", True), ("wrong", False)]


def test_a_missing_figure_fails_the_session(rig_file: Write, scenarios: Write, tmp_path: Path) -> None:
    rig = rig_file(budgets="{cpu.nobody: 1}")
    arguments = ("-k", "climate", "--rig", str(rig), "--rig-out", str(tmp_path / "out"))
    ran = pytest_run(scenarios(TWO), *arguments)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "1 passed, 1 deselected" in ran.stdout
    assert "budget cpu.nobody: missing of 1 cores" in ran.stdout


def test_without_a_rig_nothing_is_collected(scenarios: Write) -> None:
    assert "no tests ran" in pytest_run(scenarios(TWO)).stdout
