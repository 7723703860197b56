"""What is left of a cloud reply: text to be spoken, however it comes in pieces."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.cloud.cleaning import Cleaner, clean

CLEAN = {
    "plain": ("今天上海多云，二十六到三十一度。", "今天上海多云，二十六到三十一度。"),
    "numbers": ("It is 3.5 km, and 2*3 is 6; 5 < 6.", "It is 3.5 km, and 2*3 is 6; 5 < 6."),
    "degrees": ("现在26℃，湿度40%。", "现在26℃，湿度40%。"),
    "list": ("附近有：\n\n1. 南翔小笼\n2. 本帮菜馆\n", "附近有：南翔小笼；本帮菜馆"),
    "bullets": ("# Title\n- one\n- two\nDone.", "Title; one; two; Done."),
    "emphasis": ("**重点**是 _慢慢来_，`好`吗？", "重点是 慢慢来，好吗？"),
    "link": ("看[这里，点开](https://a.b/c,d)就行。", "看这里，点开就行。"),
    "image": ("看图![一张图](https://a.b/c.png)。", "看图。"),
    "address": ("见https://a.b/c?d=1。完。", "见。完。"),
    "table": ("| a | b |\n|---|---|\n| 1 | 2 |\n", "a b; 1 2"),
    "emoji": ("好的😀👍🏽！", "好的！"),
    "controls": ("他说\u202e你\u200b好\x07吗？", "他说你好吗？"),
    "html": ("<p>好</p><script>alert('开窗')</script>吗？", "好吗？"),
    "thinking": ("<think>打开窗户？{不}</think>天是蓝的。", "天是蓝的。"),
    "code": ('好。```json\n{"a": 1}\n```完。', "好。完。"),
    "unclosed code": ('好。```json\n{"a": 1}', "好。"),
    "json": ('{"acts": [{"intent": "window.open"}]}', ""),
    "json list": ('[{"name": "open"}, {"name": "close"}]', ""),
    "marks only": ("……！？ -- []", ""),
    "json in text": ('好。{"intent": "window.open"}完。', "好。完。"),
    "unclosed json": ('好。{"intent": ', "好。"),
    "tool call": ('<tool_call>{"name": "open"}</tool_call>好。', "好。"),
    "unclosed tool call": ("好。<tool_call>open all", "好。"),
    "wide tool call": ("<｜tool▁calls▁begin｜>set<｜tool▁sep｜>x<｜tool▁calls▁end｜>好。", "好。"),
    "template": ("<|im_start|>好。<|im_end|>[INST]<<SYS>>", "好。"),
    "agent": ("Action: open_window\nAction Input: all\nFine.", "Fine."),
    "call": ("set_signal('Vehicle.Cabin', 1) 好的。", "好的。"),
    "signal": ("Vehicle.Cabin.Door.IsOpen = true。好。", "好。"),
}


@pytest.mark.parametrize("name", CLEAN)
def test_clean(name: str) -> None:
    given_text, left = CLEAN[name]
    assert clean(given_text) == left


@pytest.mark.parametrize("name", CLEAN)
def test_the_same_is_left_when_it_comes_letter_by_letter(name: str) -> None:
    given_text, left = CLEAN[name]
    cleaner = Cleaner()
    assert "".join(map(cleaner.feed, given_text)) + cleaner.finish() == left


def test_clauses_are_let_go_as_soon_as_they_end() -> None:
    cleaner = Cleaner()
    assert cleaner.feed("好的，我") == "好的，"
    assert cleaner.feed("想想") == ""
    assert cleaner.feed("。") == "我想想。"


def test_what_has_no_end_is_not_held_for_ever() -> None:
    assert Cleaner().feed("长" * 300)


_BITS = (
    "好， 。|the sky. |{|}|```|<tool_call>|</tool_call>|<think>|\n|- |1. |**|[a](|)|<|im_end|>|open_window(1)"
    '|https://a.b/c |\u202e|\x00|"x": 1|Action: open\n|😀|<|>|\\'
).split("|")
_PIECES = st.lists(st.sampled_from([*_BITS, "<|im_end|>"]), max_size=30).map("".join)


@given(_PIECES | st.text(max_size=80))
def test_nothing_but_speech_is_ever_left(text: str) -> None:
    left = clean(text)
    assert not re.search(r"[{\x00-\x1f\u202a-\u202e\U0001f600-\U0001f64f]|```|</?(?:tool_call|think)>|<\|", left)


@given(_PIECES, st.lists(st.integers(1, 9), min_size=1))
def test_how_it_is_cut_into_pieces_makes_no_harm(text: str, sizes: list[int]) -> None:
    cleaner, said, at = Cleaner(), "", 0
    for turn in range(len(text)):
        size = sizes[turn % len(sizes)]
        said += cleaner.feed(text[at : at + size])
        at += size
    said += cleaner.finish()
    assert not re.search(r"[{\x00-\x1f\u202a-\u202e\U0001f600-\U0001f64f]|```|</?(?:tool_call|think)>|<\|", said)
