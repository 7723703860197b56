"""What the network's numbers stand for: the classes of each of its heads, kept beside it as `labels.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from cockpit.errors import ModelError
from cockpit.types import DialogAct

OUTSIDE, BEGIN, INSIDE = 0, 1, 2
"""Classes of the head `act`: a token that belongs to no act, begins one, or goes on with it."""
DO = "do"
"""The operation of intents that are one by themselves (`navigation.navigate`)."""

KINDS: tuple[DialogAct, ...] = (
    "request", "follow_up", "answer", "yes", "no", "correction", "undo", "cancel", "chat", "not_addressed",
)  # fmt: skip
"""Dialog acts of an utterance."""
COMPLEXITIES = ("simple", "several", "talk", "knowledge")
"""One act; several; small talk; what takes knowledge of the world or reasoning."""
KIND_OF: Mapping[str, DialogAct] = {
    "dialog.yes": "yes", "dialog.no": "no", "dialog.cancel": "cancel", "dialog.undo": "undo", "dialog.wrong": "undo",
    "dialog.correct": "correction", "dialog.chat": "chat", "dialog.talk": "not_addressed",
}  # fmt: skip


def kind_of(intents: Iterable[str]) -> DialogAct:
    """The dialog act of an utterance that holds these intents; `not_addressed` for none."""
    first = next(iter(intents), "")
    if not first:
        return "not_addressed"
    if first in KIND_OF:
        return KIND_OF[first]
    family = first.partition(".")[0]
    families: Mapping[str, DialogAct] = {"dialog": "follow_up", "answer": "answer"}
    return families.get(family, "request")


def parted(intent: str, alone: Iterable[str]) -> tuple[str, str]:
    """(target, operation) of an intent; those in `alone` are a target of their own."""
    if intent in alone or intent.startswith(("dialog.", "answer.")):
        return intent, DO
    control, _, operation = intent.rpartition(".")
    return control, operation


@dataclass(frozen=True)
class Labels:
    """`pairs` maps each intent to its target and operation; `slots` are the names that spans are tagged with.

    `calibration` are the weights by which what speaks for an act becomes the share of such acts that are right
    (`Evidence.confidence`); `thresholds` are the confidences at which an act is carried out (`act`) or asked about
    (`ask`). Both are measured, see the model card.
    """

    targets: tuple[str, ...]
    operations: tuple[str, ...]
    slots: tuple[str, ...]
    pairs: Mapping[str, tuple[str, str]]
    inner: tuple[int, ...] = ()
    expecting: tuple[str, ...] = ()
    calibration: tuple[float, ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=dict)
    version: str = ""

    @cached_property
    def piece_heads(self) -> dict[str, int]:
        """Head to its number of classes; the head `slot` has outside, then begin and inside of each slot."""
        return {
            "act": 3,
            "target": len(self.targets),
            "operation": len(self.operations),
            "slot": 1 + 2 * len(self.slots),
        }

    @cached_property
    def mean_heads(self) -> dict[str, int]:
        return {"kind": len(KINDS), "complete": 2, "complexity": len(COMPLEXITIES), "private": 2}

    def save(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", "utf-8")

    @classmethod
    def load(cls, file: Path) -> Labels:
        """Raises `ModelError` (`model-missing`, `model-corrupt`)."""
        try:
            raw: dict[str, Any] = json.loads(file.read_text("utf-8"))
            pairs = {intent: (target, operation) for intent, (target, operation) in raw.pop("pairs").items()}
            names = ("targets", "operations", "slots", "inner", "expecting", "calibration")
            lists: dict[str, Any] = {name: tuple(raw.pop(name)) for name in names}
            return cls(pairs=pairs, **lists, **raw)
        except FileNotFoundError as error:
            raise ModelError("missing", f"{file} is not there") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError("corrupt", f"{file}: {error}") from error


def slot_stem(name: str) -> str:
    """`zone2` and `zone3` are further `zone`s."""
    return name.rstrip("0123456789")
