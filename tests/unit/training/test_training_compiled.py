"""The cache of compiled templates: used when it fits, made anew when not, and never in the way."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from cockpit.nlu import compiled as module
from cockpit.nlu.compiled import compiled
from cockpit.nlu.language import Language
from cockpit.nlu.templates import TemplateUnderstander
from cockpit.skillset import SkillSet
from cockpit.types import LANGS, Lang
from tests.unit.nlu.small_skills import GRAMMARS, UNDERSTANDER, small_skills

SENTENCES: list[tuple[Lang, str]] = [
    ("zh", "打开空调然后温度调到二十二度"),
    ("en", "turn the ac on and open the window"),
]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Lang]:
    """The languages that were compiled."""
    languages: list[Lang] = []

    def compiling(skills: SkillSet, lang: Lang) -> Language:
        languages.append(lang)
        return Language(skills, lang)

    monkeypatch.setattr(module, "Language", compiling)
    return languages


def kept(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_skills_are_compiled_once(tmp_path: Path, made: list[Lang]) -> None:
    for _ in range(3):
        assert set(compiled(small_skills(), tmp_path / "cache")) == {*LANGS}
    assert made == [*LANGS]
    assert len(kept(tmp_path / "cache")) == 1


def test_without_a_cache_they_are_compiled_each_time(made: list[Lang]) -> None:
    for _ in range(2):
        compiled(small_skills(), None)
    assert made == [*LANGS] * 2


@pytest.mark.parametrize(("lang", "text"), SENTENCES)
def test_from_the_cache_the_same_is_understood(tmp_path: Path, lang: Lang, text: str) -> None:
    TemplateUnderstander(small_skills(), tmp_path)
    cached = TemplateUnderstander(small_skills(), tmp_path)
    assert cached.understand(text, lang) == UNDERSTANDER.understand(text, lang)
    assert cached.understand(text, lang).acts
    assert cached.capabilities == UNDERSTANDER.capabilities


@pytest.mark.parametrize("damage", [b"", b"no pickle", "cut"])
def test_a_damaged_cache_is_survived_and_replaced(
    tmp_path: Path, made: list[Lang], caplog: pytest.LogCaptureFixture, damage: bytes | str
) -> None:
    compiled(small_skills(), tmp_path)
    (file,) = kept(tmp_path)
    file.write_bytes(file.read_bytes()[:1000] if isinstance(damage, str) else damage)
    with caplog.at_level(logging.WARNING):
        compiled(small_skills(), tmp_path)
    assert "damaged" in caplog.text
    compiled(small_skills(), tmp_path)
    assert made == [*LANGS] * 2


def test_changed_skills_are_compiled_anew_and_the_old_ones_forgotten(tmp_path: Path, made: list[Lang]) -> None:
    compiled(small_skills(), tmp_path)
    (before,) = kept(tmp_path)
    compiled(small_skills(zh={"fillers": [*GRAMMARS["zh"]["fillers"], "嗯"]}), tmp_path)
    (after,) = kept(tmp_path)
    assert made == [*LANGS] * 2
    assert before != after


@pytest.mark.skipif(os.name == "nt", reason="folders are protected otherwise")
def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, made: list[Lang]) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert compiled(small_skills(), blocked / "cache")
    assert blocked.read_text() == "in the way"
    assert made == [*LANGS]
