"""Golden drives against this build, and against what this build is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.config import LanguageModelSettings, Settings
from hil.drive.difference import What, differences
from hil.drive.errors import DriveError
from hil.drive.format import Drive, Entry
from hil.drive.golden import GOLDEN, drives, golden
from hil.drive.replay import replay
from tests.unit.drive.drives import entry

SETTINGS = Settings(lm=LanguageModelSettings(model="none"))
FILES = drives([GOLDEN])
COMMUTE = GOLDEN / "commute.zh.jsonl"


def test_there_are_golden_drives_in_both_languages() -> None:
    assert {file.name.split(".")[1] for file in FILES} == {"zh", "en"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_this_build_drives_as_it_was_reviewed(file: Path) -> None:
    then = Drive.read(file)
    now = replay(then, SETTINGS)
    assert differences(then, now) == []
    assert golden(now).entries == then.entries, (
        "an update would change lines that say the same: run cockpit replay --update"
    )


def changed(drive: Drive, **replaced: tuple[str, str]) -> Drive:
    """The drive with one string for another in every line."""
    entries = []
    for one in drive.entries:
        text = one.dump()
        for old, new in replaced.values():
            text = text.replace(old, new)
        entries.append(Entry.model_validate_json(text))
    return Drive(drive.header, tuple(entries), drive.folder)


def found(then: Drive) -> list[tuple[What, str]]:
    """What this build does otherwise than `then`."""
    return [(one.what, one.said) for one in differences(then, replay(then, SETTINGS))]


def test_other_words_are_found() -> None:
    assert found(changed(Drive.read(COMMUTE), words=("空调已打开。", "空调开了。"))) == [("words", "打开空调")]


def test_another_act_is_found_and_the_car_obeys_it() -> None:
    then = changed(Drive.read(COMMUTE), act=('"id":"t2.1","value":22.0', '"id":"t2.1","value":21.0'))
    now = replay(then, SETTINGS)
    (only,) = differences(then, now)
    assert (only.what, only.said, only.then[-6:], only.now[-6:]) == ("act", "温度调到二十二度", "= 21.0", "= 22.0")
    kinds = [(one.data or {})["kind"] for one in now.entries if "event/reply" in one.topic]
    assert kinds[1] == "done"


def test_an_act_that_was_not_in_the_drive_is_found() -> None:
    drive = Drive.read(COMMUTE)
    left = tuple(one for one in drive.entries if (one.data or {}).get("id") != "t7.1")
    assert found(Drive(drive.header, left, drive.folder)) == [("act", "播放周杰伦的歌")]


def test_a_car_that_never_answered_is_waited_for_as_long_as_then() -> None:
    drive = Drive.read(COMMUTE)
    left = tuple(one for one in drive.entries if not ("result" in one.topic and (one.data or {}).get("id") == "t1.1"))
    kinds = [one.what for one in differences(drive, replay(Drive(drive.header, left, drive.folder), SETTINGS))]
    assert kinds[:3] == ["kind", "words", "time"]


def test_ten_minutes_pass_on_virtual_time() -> None:
    drive = Drive.read(COMMUTE)
    names = next(one.again for one in drive.entries if one.again)
    quiet = tuple(Entry(at_s=at_s, again=names) for at_s in range(3, 600))
    late = entry(600.0, "cockpit/demo/request/text", id="t10", text="关闭空调")
    now = replay(Drive(drive.header, (*drive.entries, *quiet, late), drive.folder), SETTINGS)
    assert [one.at_s for one in now.entries if "event/reply" in one.topic][-1] == pytest.approx(600.1)


def test_a_drive_without_words_cannot_be_said_again() -> None:
    drive = Drive.read(COMMUTE)
    wordless = Drive(drive.header.model_copy(update={"personal": False}), drive.entries, drive.folder)
    with pytest.raises(DriveError, match="drive-wordless"):
        replay(wordless, SETTINGS)


def test_what_was_said_aloud_is_typed_as_it_was_heard() -> None:
    drive = Drive.read(COMMUTE)
    spoken = tuple(one for one in drive.entries if "request/text" not in one.topic)
    assert found(Drive(drive.header, spoken, drive.folder)) == []
