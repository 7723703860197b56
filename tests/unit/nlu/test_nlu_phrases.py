"""What the shipped skills make of sentences, from the tables beside this file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cockpit.config import ROOT
from cockpit.nlu.templates import TemplateUnderstander
from cockpit.skillset import load_skills
from cockpit.types import LANGS, Lang
from cockpit.yamlfile import read_yaml

HERE = Path(__file__).parent


def rows(lang: Lang) -> list[Any]:
    """`(lang, text, acts)` of `phrases_<lang>.yaml`; one row to be skipped where there is no such file."""
    file = HERE / f"phrases_{lang}.yaml"
    if not file.is_file():
        return [pytest.param(lang, "", [], marks=pytest.mark.skip(reason=f"there is no {file.name}"))]
    return [pytest.param(lang, row["say"], row["acts"], id=f"{lang}: {row['say']}") for row in read_yaml(file)]


@cache
def understander() -> TemplateUnderstander:
    return TemplateUnderstander(load_skills(ROOT / "skills"))


@pytest.mark.parametrize(("lang", "text", "wanted"), [row for lang in LANGS for row in rows(lang)])
def test_phrase(lang: Lang, text: str, wanted: list[tuple[str, dict[str, object]]]) -> None:
    found = understander().understand(text, lang).acts
    assert [act.intent for act in found] == [intent for intent, _ in wanted]
    for act, (_, slots) in zip(found, wanted, strict=True):
        assert {name: act.slots.get(name) for name in slots} == slots


@pytest.mark.parametrize("lang", LANGS)
def test_table_is_well_formed(lang: Lang) -> None:
    file = HERE / f"phrases_{lang}.yaml"
    if not file.is_file():
        pytest.skip(f"there is no {file.name}")
    table = read_yaml(file)
    said = [row["say"] for row in table]
    assert sorted({text for text in said if said.count(text) > 1}) == []
    assert all(set(row) == {"say", "acts"} for row in table)
