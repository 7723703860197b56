"""Phrase packs as files: what can be written, and how mistakes are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.config import ROOT
from cockpit.errors import ConfigError
from cockpit.pack import packfile

GOOD = """\
language: en
intents:
  paint: "paint the {thing} {colour}"
  stop: [stop, "[please] stop it"]
lists:
  thing: [door, {wall: "(wall|front)"}]
  colour: {red: [red, crimson], blue: blue}
"""


def pack(folder: Path, text: str) -> Path:
    file = folder / "house.yaml"
    file.write_text(text, "utf-8")
    return file


def test_a_pack_is_named_by_its_file_and_knows_its_words(tmp_path: Path) -> None:
    loaded = packfile.load(pack(tmp_path, GOOD))
    assert (loaded.name, loaded.lang) == ("house", "en")
    assert set(loaded.graph.ends.values()) == {"paint", "stop"}
    assert loaded.graph.words == frozenset("paint the door wall front red crimson blue please stop it".split())
    assert set(loaded.graph.phrases("en")) == {"door", "wall", "red", "blue"}


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (GOOD.replace("language: en", "language: english"), 1, "Input should be 'zh' or 'en'"),
        (GOOD.replace("{colour}", "{colour} {shade}"), 3, "{shade}, which is not there; there are"),
        (GOOD.replace("[please] stop", "[please stop"), 4, "cannot read the template"),
        (GOOD.replace("paint the", "<paint> the"), 3, "the rule <paint>, which is not there"),
        (GOOD + "rules:\n  size: big\n", 9, "the rule <size> is never used"),
        (GOOD + "  shape: [round]\n", 8, "the list {shape} is never used"),
        (GOOD + "words: 3\n", 8, "there is no such key"),
        ("language: en\n", 1, "this is missing"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    file = pack(tmp_path, text)
    (mistake,) = packfile.check(file)
    assert mistake.startswith(f"{file}:{line}: ")
    assert told in mistake
    with pytest.raises(ConfigError) as error:
        packfile.load(file)
    assert error.value.code == "config-bad-pack"


@pytest.mark.parametrize(("text", "code"), [("language: [en\n", "config-syntax"), (None, "config-unreadable")])
def test_what_is_no_yaml_is_told(tmp_path: Path, text: str | None, code: str) -> None:
    file = pack(tmp_path, text) if text is not None else tmp_path / "none.yaml"
    with pytest.raises(ConfigError) as error:
        packfile.check(file)
    assert error.value.code == code


def test_more_phrases_than_fit_are_refused(tmp_path: Path) -> None:
    many = "language: en\nintents: {a: '" + "(a|b|c|d|e|f|g|h) " * 9 + "'}\nrules: {}\n"
    assert packfile.check(pack(tmp_path, many)) == []
    orders = "language: en\nintents: {a: '(" + ";".join(f"w{n}" for n in range(8)) + ")'}\n"
    with pytest.raises(ConfigError) as error:
        packfile.load(pack(tmp_path, orders))
    assert error.value.code == "config-too-many-phrases"


@pytest.mark.parametrize("name", ["pizza.en.yaml", "tea.zh.yaml"])
def test_the_packs_of_the_tutorial_are_fine(name: str) -> None:
    assert packfile.check(ROOT / "docs" / "packs" / name) == []
