from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.drive.errors import DriveError
from hil.drive.format import Drive, Entry, folded
from tests.unit.drive.drives import HEADER, drive, entry

STATE = "vehicle/v/state/"


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    one = drive(
        entry(0.0, f"{STATE}Vehicle/Speed", value=0.0, ts="x"),
        Entry(at_s=0.5, topic="cockpit/v/request/audio/driver/1", file="d/00001.wav"),
        Entry(at_s=1.0, topic="cockpit/v/request/text", raw="AAE="),
        Entry(at_s=1.5, again=(f"{STATE}Vehicle/Speed",)),
        folder=tmp_path,
    )
    one.write(tmp_path / "d.jsonl")
    assert Drive.read(tmp_path / "d.jsonl") == one
    assert one.entries[2].payload(tmp_path) == b"\x00\x01"


def test_a_last_line_that_was_cut_short_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "d.jsonl"
    drive(entry(0.0, "a", x=1), entry(1.0, "b", x=2)).write(file)
    file.write_text(file.read_text()[:-5])
    assert [one.topic for one in Drive.read(file).entries] == ["a"]


@pytest.mark.parametrize(
    ("text", "where"),
    [("", "empty"), ("{}\n", ":1: format"), ("nonsense\n", ":1: "), (HEADER.dump() + '{"at_s":"x"}\n', ":2: at_s")],
)
def test_a_file_that_is_no_drive_is_told_with_its_line(tmp_path: Path, text: str, where: str) -> None:
    (tmp_path / "d.jsonl").write_text(text)
    with pytest.raises(DriveError, match=where) as caught:
        Drive.read(tmp_path / "d.jsonl")
    assert caught.value.code == "drive-unreadable"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DriveError, match="drive-unreadable"):
        Drive.read(tmp_path / "none.jsonl")


states = st.tuples(st.integers(0, 5), st.sampled_from(["A", "B", "C"]), st.sampled_from([1.0, 2, True, "x"]))


@given(st.lists(states))
def test_what_is_folded_is_spelled_out_as_it_was(seen: list[tuple[int, str, object]]) -> None:
    entries, values = [], {}
    for at_s, name, value in sorted(seen, key=lambda one: one[0]):
        # one state a signal and time, as a recording has it
        if values.get(name, (None,))[0] != at_s:
            values[name] = (at_s, value)
            entries.append(entry(at_s, f"{STATE}{name}", value=value))
    lines = tuple(folded(entries, STATE))
    assert len(lines) <= len(entries)

    def told(found: Drive) -> set[tuple[float, str, str]]:
        return {(one.at_s, one.topic, repr((one.data or {})["value"])) for one in found.spelled_out()}

    assert told(drive(*lines)) == told(drive(*entries))
