from __future__ import annotations

import pytest

from cockpit.tts.sentences import MAX_PIECE, MIN_START, pieces, split, width

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


STARTS: dict[str, list[str]] = {
    "": [],
    "好的。": ["好的。"],
    "空调已打开。": ["空调已打开。"],
    "好的，已取消。": ["好的，", "已取消。"],
    "主驾温度已调到22度。": ["主驾温度>", "已调到22度。"],
    "左后车窗已打开一条缝，后视镜已折叠。": ["左后车窗>", "已打开一条缝，", "后视镜已折叠。"],
    "电量还有80%，还能跑320公里。": ["电量>", "还有80%，", "还能跑320公里。"],
    "导航去上海虹桥火车站，途经人民广场。": ["导航去上海虹桥火车站，", "途经人民广场。"],
    "现在不知道主驾车窗的状态。": ["现在不知道主驾车窗的状态。"],
    "车速太快，不能打开天窗。": ["车速太快，", "不能打开天窗。"],
    "温度现在是22.5度，风量现在是3挡。": ["温度>", "现在是22.5度，", "风量现在是3挡。"],
    "总里程15230公里。": ["总里程>", "15230公里。"],
    "现在车速60公里每小时。": ["现在车速>", "60公里每小时。"],
    "播放周杰伦的晴天。": ["播放>", "周杰伦的晴天。"],
    "还能跑358公里。": ["还能跑358公里。"],
    "车外18度。": ["车外18度。"],
    "室外温度零下12度。": ["室外温度零下12度。"],
    "前方500米有事故，请小心。": ["前方>", "500米有事故，", "请小心。"],
    "All right, cancelled.": ["All right,", "cancelled."],
    "沿G1501行驶，到A座1203。": ["沿G1501行驶，", "到A座1203。"],
    "The temperature is set to 22.5 degrees.": ["The temperature is set to 22.5 degrees."],
    "The air conditioning is on.": ["The air conditioning is on."],
    "Sunny, 18 to 26 degrees, 10% chance of rain.": ["Sunny,", "18 to 26 degrees,", "10% chance of rain."],
}
"""Pieces as they are voiced; > marks one whose clause goes on."""


@pytest.mark.parametrize(("text", "wanted"), STARTS.items())
def test_the_first_piece_is_short(text: str, wanted: list[str]) -> None:
    assert [piece.text + ">" * piece.running for piece in pieces(text)] == wanted


@pytest.mark.parametrize("text", [*PIECES, *STARTS, "好，" * 300])
def test_a_short_start_loses_nothing(text: str) -> None:
    cut = pieces(text)
    assert "".join(piece.text for piece in cut).replace(" ", "") == "".join(text.split())
    assert all(width(piece.text) >= MIN_START for piece in cut[:1])


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("中国获得诺贝尔文学奖的作家有莫言和高行健等多位作家", "中国获得诺贝尔文学奖的"),
        ("Leaves turn red because they absorb sunlight and water in the autumn", "Leaves turn red"),
    ],
)
def test_a_long_beginning_without_a_mark_is_cut_at_a_breath(text: str, start: str) -> None:
    first, *rest = pieces(text)
    assert (first.text, first.running) == (start, True)
    assert "".join(piece.text.replace(" ", "") for piece in (first, *rest)) == text.replace(" ", "")
