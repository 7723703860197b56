"""A rig whose broker, bus and car are real and whose assistant runs in the test's own process, typed only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

RIG = """\
name: test
lease: {{kept_by: nothing}}
settings:
  models_dir: {models}
  state_dir: {state}
  speech: {{output: none}}
  turn: {{result_timeout_s: 1.0}}
resources:
  broker: {{driver: own-broker}}
  bus: {{driver: bus-observer}}
  car: {{driver: simulated-car}}
  board: {{driver: "in_process_board:InProcessBoard", starts: {starts}}}
  voice: {{driver: mqtt-voice, answer_s: 2}}
budgets: {budgets}
"""


@pytest.fixture
def rig_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Writes the rig's file; `budgets` as YAML, `starts` as of the board."""
    monkeypatch.syspath_prepend(Path(__file__).parent)

    def write(budgets: str = "{}", starts: int = 1000) -> Path:
        file = tmp_path / "rig.yaml"
        text = RIG.format(models=tmp_path / "models", state=tmp_path / "state", budgets=budgets, starts=starts)
        file.write_text(text, "utf-8")
        return file

    return write


@pytest.fixture
def scenarios(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a file of scenarios."""

    def write(text: str, name: str = "scenarios") -> Path:
        file = tmp_path / f"{name}.yaml"
        file.write_text(dedent(text), "utf-8")
        return file

    return write
