"""YAML as the project reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cockpit.errors import ConfigError
from cockpit.yamlfile import read_yaml


def read(folder: Path, text: str | bytes) -> Any:
    file = folder / "file.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_yaml(file)


@pytest.mark.parametrize("word", ["on", "off", "yes", "no", "On", "OFF", "Yes", "NO", "y", "n", "True", "FALSE"])
def test_switch_words_are_words(tmp_path: Path, word: str) -> None:
    assert read(tmp_path, f"{word}: {word}") == {word: word}


def test_true_and_false_are_booleans(tmp_path: Path) -> None:
    assert read(tmp_path, "[true, false, truth, 'true']") == [True, False, "truth", "true"]


def test_numbers_null_and_chinese_are_themselves(tmp_path: Path) -> None:
    assert read(tmp_path, "{a: 1, b: 2.5, c: null, 打开: 车窗}") == {"a": 1, "b": 2.5, "c": None, "打开": "车窗"}


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: 1\nb: 2\na: 3\n", 3), ("a:\n  b: 1\n  b: 2\n", 3), ("{a: 1, 'a': 2}", 1)],
    ids=["top", "nested", "quoted"],
)
def test_a_key_given_twice_is_refused_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(ConfigError, match=rf"is there twice[\s\S]*line {line}") as caught:
        read(tmp_path, text)
    assert caught.value.code == "config-syntax"
    assert "file.yaml" in caught.value.message


def test_same_key_in_two_mappings_is_fine(tmp_path: Path) -> None:
    assert read(tmp_path, "[{a: 1}, {a: 2}]") == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("text", ["a: [1, 2", "a: b: c", "!!python/object/apply:os.getcwd []", b"a: \xff\xfe"])
def test_broken_or_unsafe_yaml_is_refused(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert caught.value.code == "config-syntax"


@pytest.mark.parametrize("name", ["none.yaml", "."])
def test_unreadable_file_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_yaml(tmp_path / name)
    assert caught.value.code == "config-unreadable"
    assert str(tmp_path) in caught.value.message
