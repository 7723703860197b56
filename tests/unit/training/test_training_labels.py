"""The network's classes on disk and in its heads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cockpit.errors import ModelError
from cockpit.nlu.labels import DO, KINDS, Labels, kind_of, parted, slot_stem
from tests.unit.training.small_training import SLOTS, labels


def test_labels_come_back_as_they_were_kept(tmp_path: Path) -> None:
    kept = labels(
        inner=(768, 768),
        expecting=("value", "confirm"),
        calibration=(0.5, 0.4, 0.3, 0.2, 1.0, -0.6, 0.1),
        thresholds={"act": 0.8, "ask": 0.4},
        version="1",
    )
    kept.save(tmp_path / "labels.json")
    assert Labels.load(tmp_path / "labels.json") == kept


def test_heads_are_as_wide_as_their_classes() -> None:
    heads = labels().piece_heads
    assert heads == {"act": 3, "target": 4, "operation": 3, "slot": 1 + 2 * len(SLOTS)}
    assert labels().mean_heads == {"kind": len(KINDS), "complete": 2, "complexity": 4, "private": 2}


def test_labels_that_are_not_there_are_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as raised:
        Labels.load(tmp_path / "labels.json")
    assert raised.value.code == "model-missing"


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", '{"pairs": {}}', '{"pairs": {"a": ["b"]}}', "\udcff", "more"])
def test_damaged_labels_are_corrupt(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "labels.json"
    labels().save(file)
    if damage == "more":
        damage = json.dumps({**json.loads(file.read_text("utf-8")), "unheard_of": 1})
    file.write_bytes(damage.encode("utf-8", "surrogateescape"))
    with pytest.raises(ModelError) as raised:
        Labels.load(file)
    assert raised.value.code == "model-corrupt"


@pytest.mark.parametrize(
    ("intents", "kind"),
    [
        ([], "not_addressed"),
        (["ac.on"], "request"),
        (["ac.on", "dialog.no"], "request"),
        (["dialog.yes"], "yes"),
        (["dialog.wrong"], "undo"),
        (["dialog.zone"], "follow_up"),
        (["answer.value"], "answer"),
        (["dialog.chat"], "chat"),
    ],
)
def test_the_first_intent_tells_the_kind(intents: list[str], kind: str) -> None:
    assert kind_of(intents) == kind
    assert kind in KINDS


def test_intents_are_parted_into_target_and_operation() -> None:
    assert parted("ac.on", ()) == ("ac", "on")
    assert parted("trip.go", ["trip.go"]) == ("trip.go", DO)
    assert parted("dialog.undo", ()) == ("dialog.undo", DO)
    assert parted("answer.value", ()) == ("answer.value", DO)


def test_further_slots_have_the_class_of_the_first() -> None:
    assert [slot_stem(name) for name in ("zone", "zone2", "zone13")] == ["zone"] * 3
