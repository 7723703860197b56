from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.errors import ConfigError
from cockpit.lm import conversation as module
from cockpit.lm.conversation import MAX_ANSWERED, MAX_ASKED, TURNS, Exchange, conversation
from cockpit.types import LANGS, Lang, Message

BEFORE = [Exchange(f"question {turn}", f"answer {turn}") for turn in range(5)]


@pytest.mark.parametrize("lang", LANGS)
def test_a_prompt_begins_the_same_every_time(lang: Lang) -> None:
    texts = conversation(lang)
    first, second = texts.prompt("one"), texts.prompt("two", BEFORE)
    opening = len(texts.opening)
    assert first[:opening] == second[:opening] == texts.opening
    assert first[opening:] == [Message("user", "one")]
    assert (first[0].role, first[0].text) == ("system", texts.system)


@pytest.mark.parametrize("lang", LANGS)
def test_the_last_turns_are_told_in_order(lang: Lang) -> None:
    texts = conversation(lang)
    told = texts.prompt("now", BEFORE)[len(texts.opening) :]
    assert [message.role for message in told] == ["user", "assistant"] * TURNS + ["user"]
    assert [message.text for message in told[::2]] == ["question 2", "question 3", "question 4", "now"]


def test_long_ones_are_shortened() -> None:
    *_, asked, answered, now = conversation("en").prompt("n" * 999, [Exchange("q" * 999, "a" * 999)])
    assert (len(asked.text), len(answered.text), len(now.text)) == (MAX_ASKED, MAX_ANSWERED, MAX_ASKED)


def test_the_cloud_is_told_no_examples() -> None:
    texts = conversation("zh")
    assert [message.role for message in texts.for_cloud("现在", BEFORE[:1])] == ["system", "user", "assistant", "user"]


def test_what_was_said_is_private_unless_said_otherwise() -> None:
    assert Exchange("a", "b").private


def test_both_languages_say_that_they_cannot_operate_the_car() -> None:
    assert "不能操作车辆" in conversation("zh").system
    assert "cannot operate the car" in conversation("en").system


WRONG = """
system: x
examples: []
parts: {}
claims: ['(']
unless: []
unsafe: []
personas: []
states: []
figures: []
"""


@pytest.mark.parametrize("text", ["system: x", WRONG])
def test_a_wrong_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "conversation.yaml").write_text(text)
    monkeypatch.setattr(module, "LANGUAGE", tmp_path)
    with pytest.raises(ConfigError) as raised:
        conversation.__wrapped__("en")
    assert raised.value.code == "config-invalid"
