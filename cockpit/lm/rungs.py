"""Which language model this board runs: the best one that was pulled and fits into memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from cockpit.errors import ModelError
from cockpit.types import Lang

MEGABYTE = 1 << 20
SPARE_MB = 300
"""Memory that must be left when the model is loaded."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A model of the manifest. `memory_mb` is what it takes loaded, with a context of 2048 tokens: the size of its file
    and about a third on top for the smaller ones (`cockpit bench`)."""

    model: str
    languages: tuple[Lang, ...]
    memory_mb: int


RUNGS: tuple[Rung, ...] = (
    Rung("qwen2.5-1.5b", ("zh", "en"), 1500),
    Rung("qwen2.5-0.5b", ("zh", "en"), 650),
    Rung("qwen2.5-coder-0.5b", ("zh", "en"), 650),
    Rung("smollm2-135m", ("en",), 220),
)
"""Best first."""


def free_mb() -> float:
    """What the system says is available without swapping."""
    return float(psutil.virtual_memory().available) / MEGABYTE


def chosen(wanted: str, models_dir: Path, available_mb: float, rungs: Sequence[Rung] = RUNGS) -> Rung | None:
    """`wanted` is a model's id, `auto`, or `none`. None where there is none to run.

    Raises `ModelError`: `model-unknown`, `model-missing` for one that is wanted by name and was not pulled.
    """
    if wanted == "none":
        return None
    pulled = [rung for rung in rungs if gguf(models_dir / rung.model) is not None]
    if wanted == "auto":
        return next((rung for rung in pulled if rung.memory_mb + SPARE_MB <= available_mb), None)
    named = [rung for rung in rungs if rung.model == wanted]
    if not named:
        raise ModelError("unknown", f"there is no language model {wanted!r}: {', '.join(rung.model for rung in rungs)}")
    if named[0] not in pulled:
        raise ModelError("missing", f"{wanted} was not pulled: run `cockpit models pull {wanted}`")
    return named[0]


def gguf(folder: Path) -> Path | None:
    """The model's file in its folder."""
    return next(iter(sorted(folder.glob("*.gguf"))), None) if folder.is_dir() else None
