"""Paragraphs in lines, and bars under tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from cockpit.cli.explain_lines import Bar, ruled, wrapped

MIXED = st.text("车窗打开（调到）【】“”，。、 abc: 12", max_size=80)


@given(MIXED, st.integers(12, 40))
def test_wrapping_loses_nothing_but_spaces(text: str, width: int) -> None:
    assert "".join("".join(wrapped(text, width)).split()) == "".join(text.split())


def test_a_line_never_begins_with_a_closing_mark() -> None:
    lines = wrapped("打开空调，调到二十二度。" * 5, 22)
    assert all(cell_len(line) <= 22 for line in lines)
    assert not [line for line in lines if line[0] in "，。"]


def test_english_is_broken_between_words() -> None:
    assert wrapped("open the rear windows", 12) == ["open the", "rear windows"]


def test_bars_of_one_and_of_many_cells() -> None:
    assert ruled(["a", "fan"], [[Bar(0, 1, "1"), Bar(1, 2, "2")]], 40) == ["a fan", "1 └2┘"]


def test_a_label_that_does_not_fit_is_left_out() -> None:
    assert ruled(["a", "fan"], [[Bar(0, 1, "seat"), Bar(1, 2, "value")]], 40) == ["a fan", "╵ └─┘"]


@pytest.mark.parametrize("width", [7, 9])
def test_a_bar_goes_on_in_the_next_line(width: int) -> None:
    assert ruled(["set", "fan", "on"], [[Bar(0, 3, "1")]], width) == ["set fan", "└──1──┘", "on", "1─"]


def test_no_empty_lines_where_there_are_no_bars() -> None:
    assert ruled(["打", "开"], [[], []], 40) == ["打 开"]
