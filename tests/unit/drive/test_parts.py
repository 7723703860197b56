from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hil.drive.errors import DriveError
from hil.drive.format import Drive, Entry
from hil.drive.parts import Note, Parts
from tests.unit.drive.drives import HEADER, entry

SPEED = "vehicle/v/state/Vehicle/Speed"


def parts(file: Path, *, size: int = 1_000_000, keep: int = 3) -> Parts:
    made = Parts(file, HEADER, size, keep, ["vehicle/v/state/"])
    made.open()
    return made


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """The system itself ends writes at so many bytes, in the middle of one, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_whole_lines_and_a_clear_code(tmp_path: Path) -> None:
    file = tmp_path / "d.jsonl"
    kept = parts(file)
    kept.write([Note(entry(1.0, SPEED, value=1.0))], 1.0)
    with no_file_longer_than(file.stat().st_size + 40), pytest.raises(DriveError) as caught:
        kept.write([Note(entry(2.0, SPEED, value=2.0)), Note(entry(2.0, "x", text="long" * 100))], 2.0)
    kept.close()
    assert caught.value.code == "drive-unwritable"
    assert file.read_text().endswith("\n")
    assert [one.at_s for one in Drive.read(file).entries] == [1.0]


def test_nothing_is_written_over_a_drive(tmp_path: Path) -> None:
    parts(tmp_path / "d.jsonl").close()
    with pytest.raises(DriveError, match="drive-exists"):
        parts(tmp_path / "d.jsonl")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DriveError, match="drive-unwritable"):
        parts(tmp_path / "file" / "d.jsonl")


def test_each_part_is_read_by_itself_and_the_oldest_goes(tmp_path: Path) -> None:
    kept = parts(tmp_path / "d.jsonl", size=600, keep=2)
    kept.write([Note(entry(0.0, SPEED, value=7.0, ts="then"))], 0.0)
    for second in range(1, 40):
        kept.write([Note(entry(second, "cockpit/v/event/wake", type="wake", word="x" * 20))], second)
    kept.close()
    files = sorted(tmp_path.glob("*.jsonl"))
    assert len(files) == 2
    assert max(file.stat().st_size for file in files) < 1200
    for file in files:
        drive = Drive.read(file)
        assert drive.header.part > 1
        first = drive.entries[0]
        assert (first.topic, first.data, first.retained) == (SPEED, {"value": 7.0, "ts": "then"}, True)


def test_a_state_that_came_again_is_as_old_as_its_last_coming_in_the_next_part(tmp_path: Path) -> None:
    kept = parts(tmp_path / "d.jsonl", size=300)
    kept.write([Note(entry(0.0, SPEED, value=7.0, ts="then"))], 0.0)
    kept.write([Note(Entry(at_s=5.0, again=(SPEED,)))], 5.0)
    kept.write([Note(entry(6.0, "cockpit/v/event/wake", type="wake", word="x" * 200))], 6.0)
    kept.close()
    (first, *_) = Drive.read(tmp_path / "d.2.jsonl").entries
    assert first.data == {"value": 7.0, "ts": "2026-11-28T00:00:05.000Z"}


def test_sounds_lie_beside_the_drive(tmp_path: Path) -> None:
    kept = parts(tmp_path / "d.jsonl")
    begun = Entry(at_s=1.0, topic="cockpit/v/audio/driver/stream", file="d/driver.pcm")
    kept.write([Note(begun, "d/driver.pcm", b"ab"), Note(None, "d/driver.pcm", b"cd")], 1.0)
    kept.close()
    (only,) = Drive.read(tmp_path / "d.jsonl").entries
    assert only.payload(tmp_path) == b"abcd"
