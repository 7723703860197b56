"""Texts cut into tokens."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.nlu.tokens import clean, tokenise


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("打开车窗", ["打", "开", "车", "窗"]),
        ("Turn ON the A/C", ["turn", "on", "the", "a", "c"]),
        ("what's", ["whats"]),
        ("what’s the driver's", ["whats", "the", "drivers"]),
        ("22.5度", ["22.5", "度"]),
        ("18:30", ["18:30"]),
        ("18：30", ["18:30"]),
        ("７０％", ["70", "%"]),
        ("72℉", ["72", "°", "f"]),
        ("-5", ["-", "5"]),
        ("twenty-two", ["twenty", "two"]),
        ("你好，世界。", ["你", "好", ",", "世", "界", "。"]),
        ("开AC", ["开", "ac"]),
        ("km/h", ["km", "h"]),
        ("#FF", ["#", "ff"]),
        ("二〇二六", ["二", "〇", "二", "六"]),
        ("😀 *_\t\n", []),
        ("", []),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert [token.text for token in tokenise(clean(text))] == tokens


@pytest.mark.parametrize("mark", [*",.;!?，。；！？、：…"])
def test_punctuation_is_told_apart(mark: str) -> None:
    assert [token.punctuation for token in tokenise(clean(f"开{mark} 关"))] in (
        [False, True, False],
        [False, True, True, True, False],  # … is folded to three points
    )


@given(st.text(max_size=80))
def test_tokens_point_into_the_text_and_never_overlap(text: str) -> None:
    cleaned = clean(text)
    tokens = tokenise(cleaned)
    assert all(re.sub("['’]", "", cleaned[token.start : token.end]).casefold() == token.text for token in tokens)
    assert all(a.end <= b.start for a, b in pairwise(tokens))
    assert all(token.text.strip() for token in tokens)


@given(st.text("开车窗天空调门", max_size=20))
def test_no_chinese_character_is_lost(text: str) -> None:
    tokens = tokenise(clean(text))
    assert "".join(token.text for token in tokens) == text
    assert all(token.chinese for token in tokens)
