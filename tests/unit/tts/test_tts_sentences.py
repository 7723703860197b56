from __future__ import annotations

import pytest

from cockpit.tts.sentences import MAX_PIECE, split, width

PIECES: dict[str, list[str]] = {
    "": [],
    " \n ": [],
    "好的。": ["好的。"],
    "好的。空调已经打开。": ["好的。", "空调已经打开。"],
    "温度是22.5度。好吗？": ["温度是22.5度。", "好吗？"],
    "好的，空调开了。": ["好的，空调开了。"],
    "要打开后备箱的话，请您先说一声确认。": ["要打开后备箱的话，", "请您先说一声确认。"],
    "他说：“好的。”然后走了。": ["他说：“好的。”", "然后走了。"],
    "Done. The window is open.": ["Done.", "The window is open."],
    "It is 22.5 degrees. OK?": ["It is 22.5 degrees.", "OK?"],
    "Set to 21. Next is 22.": ["Set to 21.", "Next is 22."],
    "Dr. Smith is at 7 a.m. in St. Louis.": ["Dr. Smith is at 7 a.m. in St. Louis."],
    "At 18:30, 1,234 people.": ["At 18:30, 1,234 people."],
    "Version 1.2.3 is here!": ["Version 1.2.3 is here!"],
    "The windows are closed now, and the fan is off.": ["The windows are closed now,", "and the fan is off."],
}


@pytest.mark.parametrize(("text", "pieces"), PIECES.items())
def test_split(text: str, pieces: list[str]) -> None:
    assert split(text) == pieces


@pytest.mark.parametrize("text", ["好" * 1000, "word " * 400, "x" * 999, "好，" * 300, "。" * 50])
def test_long_text_is_cut_and_nothing_is_lost(text: str) -> None:
    pieces = split(text)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")
    assert max(map(width, pieces)) <= MAX_PIECE + 1
