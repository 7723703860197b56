from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.config import LanguageModelSettings, Settings
from cockpit.lm.rungs import RUNGS, gguf
from cockpit.runtime import readiness
from cockpit.runtime.readiness import conversing

SMALL = RUNGS[-1].model


def settings(folder: Path, model: str = "auto") -> Settings:
    return Settings(models_dir=folder, lm=LanguageModelSettings(model=model))


@pytest.fixture
def half_pulled(tmp_path: Path) -> Path:
    """The smallest model, of which one byte was pulled."""
    (tmp_path / SMALL).mkdir()
    (tmp_path / SMALL / "SmolLM2-135M-Instruct.Q4_1.gguf").write_bytes(b"G")
    return tmp_path


def test_one_that_was_not_pulled_is_only_worth_knowing(tmp_path: Path) -> None:
    found = conversing(settings(tmp_path))
    assert (found.model, found.broken) == ("", False)
    assert "cockpit models pull" in found.wrong


def test_one_that_is_wanted_by_name_and_was_not_pulled_is_a_fault(tmp_path: Path) -> None:
    found = conversing(settings(tmp_path, SMALL))
    assert found.broken
    assert f"cockpit models pull {SMALL}" in found.wrong


def test_an_unknown_name_is_a_fault(tmp_path: Path) -> None:
    assert "gpt-9" in conversing(settings(tmp_path, "gpt-9")).wrong


def test_one_that_is_damaged_is_a_fault(half_pulled: Path) -> None:
    found = conversing(settings(half_pulled, SMALL))
    assert (found.model, found.broken) == (SMALL, True)
    assert "corrupt" in found.wrong


def test_too_little_memory_is_said_with_what_was_pulled(half_pulled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "free_mb", lambda: 64.0)
    found = conversing(settings(half_pulled))
    assert not found.broken
    assert SMALL in found.wrong
    assert "64 MB" in found.wrong


def test_switched_off_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert conversing(settings(tmp_path, "none")) == readiness.Conversing()


@pytest.mark.models
def test_a_pulled_one_is_ready() -> None:
    pulled = next(rung.model for rung in RUNGS if gguf(Settings().models_dir / rung.model))
    assert conversing(settings(Settings().models_dir, pulled)) == readiness.Conversing(pulled)
