from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.errors import ModelError
from cockpit.lm.rungs import RUNGS, SPARE_MB, chosen, free_mb, gguf
from cockpit.modelstore import load_manifest

LARGE, MIDDLE, CODER, SMALL = (rung.model for rung in RUNGS)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Every model pulled but the largest."""
    for name in (MIDDLE, CODER, SMALL):
        (tmp_path / name).mkdir()
        (tmp_path / name / "weights.gguf").touch()
    (tmp_path / LARGE).mkdir()
    return tmp_path


def test_rungs_are_of_the_manifest_and_go_down() -> None:
    manifest = load_manifest()
    for rung in RUNGS:
        model = manifest.model(rung.model)
        assert set(rung.languages) <= set(model.languages)
        assert all(file.bytes is None or file.bytes < rung.memory_mb << 20 for file in model.files)
    sizes = [rung.memory_mb for rung in RUNGS]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(
    ("available_mb", "model"),
    [
        (8000, MIDDLE),
        (650 + SPARE_MB, MIDDLE),
        (650 + SPARE_MB - 1, SMALL),
        (220 + SPARE_MB, SMALL),
        (220 + SPARE_MB - 1, None),
        (0, None),
    ],
)
def test_the_best_that_was_pulled_and_fits_is_taken(models: Path, available_mb: float, model: str | None) -> None:
    rung = chosen("auto", models, available_mb)
    assert (rung.model if rung else None) == model


def test_one_that_is_named_is_taken_whatever_there_is(models: Path) -> None:
    rung = chosen(SMALL, models, 0)
    assert rung is not None
    assert (rung.model, rung.languages) == (SMALL, ("en",))


def test_none_is_none(models: Path) -> None:
    assert chosen("none", models, 8000) is None


@pytest.mark.parametrize(("wanted", "code"), [(LARGE, "model-missing"), ("gpt-9", "model-unknown")])
def test_one_that_cannot_be_had_is_said(models: Path, wanted: str, code: str) -> None:
    with pytest.raises(ModelError, match=wanted) as raised:
        chosen(wanted, models, 8000)
    assert raised.value.code == code


def test_without_any_pulled_there_is_none(tmp_path: Path) -> None:
    assert chosen("auto", tmp_path, 8000) is None
    assert chosen("auto", tmp_path / "absent", 8000) is None


def test_the_file_is_found_by_its_ending(models: Path) -> None:
    assert gguf(models / SMALL) == models / SMALL / "weights.gguf"
    assert gguf(models / LARGE) is None


def test_the_system_says_how_much_memory_is_free() -> None:
    assert free_mb() > 0
