"""Characters with several readings, in every Chinese text that the assistant can say and in words a driver meets."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from cockpit.config import ROOT
from cockpit.skillset import load_skills
from cockpit.tts.normalise_zh import normalise
from cockpit.tts.pinyin import readings
from cockpit.yamlfile import read_yaml

TABLE = read_yaml(ROOT / "tests" / "data" / "polyphones.zh.yaml")
WANTED = {(character, context): reading for character, held in TABLE["replies"].items()
          for reading, contexts in held.items() for context in contexts}  # fmt: skip


def texts() -> Iterator[str]:
    """Every text of the language files: shared replies, those of the skills, and the names of things."""
    skills = load_skills(ROOT / "skills")
    phrases = [skill.phrases["zh"] for skill in skills.skills.values()]
    for texts in (skills.replies["zh"], *(one.replies for one in phrases), *(one.names for one in phrases)):
        for text in texts.values():
            yield from [text] if isinstance(text, str) else text


def occurrences(text: str) -> Iterator[tuple[str, str, str]]:
    """Each polyphonic character of a text with what stands around it, and how it is read."""
    for han in re.findall(r"[\u3400-\u9fff]+", normalise(re.sub(r"\{[^}]*\}", "，", text))):
        spoken = [syllable for word in readings(han) for syllable in word]
        for i, character in enumerate(han):
            if character in TABLE["replies"]:
                yield character, f"{han[max(0, i - 2) : i]}[{character}]{han[i + 1 : i + 3]}", spoken[i]


@pytest.mark.parametrize("text", sorted(set(texts())))
def test_every_polyphone_of_a_reply_is_read_as_wanted(text: str) -> None:
    for character, context, reading in occurrences(text):
        assert (context, reading) == (context, WANTED.get((character, context), "not in the table"))


def test_the_table_holds_the_characters_that_matter() -> None:
    assert set("调行长重还得了着地都会好乐量数模载传转便处间分中为只种") - set(TABLE["replies"]) <= set("长传便种")
    assert len(WANTED) > 150


@pytest.mark.parametrize(("word", "reading"), TABLE["words"].items())
def test_words_that_a_driver_meets(word: str, reading: str) -> None:
    assert " ".join(syllable for one in readings(word) for syllable in one) == reading
