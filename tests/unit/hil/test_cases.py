from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cockpit.yamlfile import read_yaml
from hil import cases
from hil.cases import Score, complaints, read_score


def row(ident: str, passed: bool, *kinds: str | None) -> dict[str, object]:
    return {"id": ident, "passed": passed, "wrong": [], "turns": [{"kind": kind} for kind in kinds]}


def test_the_score_of_a_report(tmp_path: Path) -> None:
    report = tmp_path / "zh.json"
    rows = [row("a-1", True, "done"), row("a-2", False, "done", None), row("a-3", True, "ask", "done")]
    report.write_text(json.dumps(rows), "utf-8")
    score = read_score("zh", report)
    assert score == Score("zh", 2, 3, ("a-2",))
    assert score.percent == pytest.approx(66.7, abs=0.1)


def test_what_is_complained_about() -> None:
    floors = {"zh": 85.0, "en": 85.0}
    assert complaints([Score("zh", 85, 100, ()), Score("en", 100, 100, ())], floors) == []
    below, silent = complaints([Score("zh", 84, 100, ()), Score("en", 90, 100, ("en-1",))], floors)
    assert "zh: 84.0 % passed, the floor is 85.0 %" in below
    assert "en-1" in silent


def test_there_is_a_floor_for_each_language() -> None:
    assert read_yaml(cases.FLOOR).keys() == {"zh", "en"}


def test_an_absent_contract_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["cases", "--contract", str(tmp_path / "nowhere")])
    assert cases.main() == 0
    out = capsys.readouterr().out
    assert "nowhere" in out
    assert "0 passed, 0 failed" in out
