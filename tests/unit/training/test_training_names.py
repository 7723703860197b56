"""Values for free slots: from the written lists, from the public sets, and mixed of two."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from cockpit.types import Lang
from models.training.names import LONGEST, Names, borrowed

WRITTEN = {"contact": ["anna may", "bob lee"], "topic": ["the moon"]}


def values(slot: str, lent: dict[str, list[str]] | None = None, *, verbatim: bool = False) -> set[str]:
    names = Names(WRITTEN, random.Random(1), lent)
    return {" ".join(names.words(slot, verbatim=verbatim)) for _ in range(300)}


def test_values_are_those_of_the_list_and_mixtures_of_two() -> None:
    assert values("contact") == {"anna may", "bob lee", "anna lee", "bob may"}


def test_a_slot_without_a_list_takes_a_topic() -> None:
    assert "the moon" in values("query")


def test_lent_values_come_beside_the_written_ones() -> None:
    found = values("contact", {"contact": ["Zoë!"]})
    assert {"anna may", "bob lee", "zoë"} <= found
    assert {"zoë !", "zoë"} & values("contact", {"contact": ["Zoë!"]}, verbatim=True) == {"zoë !"}


def sets(folder: Path, name: str, *rows: dict[str, object]) -> None:
    with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_values_of_the_public_sets_are_lent_to_our_slots(tmp_path: Path, lang: Lang) -> None:
    long = "词" * 40 if lang == "zh" else "word " * 40
    slots = [{"slot": "artist", "value": "x y"}, {"slot": "Address", "value": "z"}, {"slot": "artist", "value": long}]
    sets(tmp_path, "snips_train", {"lang": lang, "text": "t", "intent": "PlayMusic", "slots": slots})
    sets(tmp_path, f"massive_{lang}_train", {"lang": lang, "text": "how are you", "intent": "i"})
    found = borrowed(tmp_path, lang)
    assert found["artist"] == ["x y"]
    assert found["destination"] == found["near"] == ["z"]
    assert found["text"] == ["how are you"]
    assert LONGEST[lang] < 40


def test_without_the_public_sets_nothing_is_lent(tmp_path: Path) -> None:
    assert borrowed(tmp_path, "zh") == {}
