"""The record of what was sent: before it is, bounded, readable after a crash, and a reason not to send."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from cockpit.errors import CloudError
from cockpit.record import SentRecord


def send(record: SentRecord, text: str = "why is the sky blue", turn: str = "t1") -> str:
    return record.sending(
        text, turn=turn, provider="deepseek", model="m", host="api.example", reason="knowledge", bytes_up=300
    )


def test_a_send_and_its_end_are_one_entry(tmp_path: Path) -> None:
    record = SentRecord(tmp_path / "state" / "sent.jsonl")
    record.ended(send(record), bytes_down=1200, outcome="done")
    send(record, turn="t2")
    first, second = SentRecord(tmp_path / "state" / "sent.jsonl").entries()
    assert (first.sent.turn, first.sent.host, first.sent.reason) == ("t1", "api.example", "knowledge")
    assert first.ended is not None
    assert (first.ended.bytes_down, first.ended.outcome) == (1200, "done")
    assert second.ended is None


def test_text_is_kept_only_on_request(tmp_path: Path) -> None:
    file = tmp_path / "sent.jsonl"
    send(SentRecord(file), "about [CONTACT_1]")
    assert "CONTACT_1" not in file.read_text()
    send(SentRecord(file, keep_text=True), "about [CONTACT_1]")
    texts = [entry.sent.text for entry in SentRecord(file).entries()]
    assert texts == ["", "about [CONTACT_1]"]


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    send(SentRecord(tmp_path / "sent.jsonl"))
    assert stat.S_IMODE((tmp_path / "sent.jsonl").stat().st_mode) == 0o600


def test_it_is_bounded_and_the_newest_stay(tmp_path: Path) -> None:
    record = SentRecord(tmp_path / "sent.jsonl", size_mb=0.01, fsync=False)
    for number in range(200):
        send(record, turn=f"t{number}")
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 10_000
    turns = [entry.sent.turn for entry in record.entries()]
    assert turns[-1] == "t199"
    assert len(turns) >= 10


def test_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    record = SentRecord(tmp_path / "sent.jsonl")
    send(record)
    with (tmp_path / "sent.jsonl").open("a") as file:
        file.write('{"event": "sent", "id"')
    assert len([*record.entries()]) == 1


def test_what_cannot_be_recorded_must_not_be_sent() -> None:
    """/dev/full answers every write as a full disk does."""
    record = SentRecord(Path("/dev/full"), fsync=False)
    with pytest.raises(CloudError) as refused:
        send(record)
    assert refused.value.code == "cloud-unrecorded"
    record.ended("x", bytes_down=0, outcome="done")
    assert record.failures == 2


def test_purge_forgets_everything(tmp_path: Path) -> None:
    record = SentRecord(tmp_path / "sent.jsonl", size_mb=0.002, fsync=False)
    for _ in range(6):
        send(record)
    known = len([*record.entries()])
    assert record.purge() == known > 0
    assert [*record.entries()] == []
    assert [*tmp_path.iterdir()] == []
