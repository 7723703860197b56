"""The local record of what was sent to the cloud: when, to whom, why, how much, and on request the redacted text.

JSON Lines, appended to only. A send is recorded before it begins (`Sent`) and again when it has ended (`Ended`), so
that nothing goes up unseen: where the record cannot be written nothing is sent. The file is readable by its owner alone
and bounded: at half of its size it becomes `<name>.old`, and the one before goes. All of it blocks; use a worker
thread.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from cockpit.errors import CloudError


@dataclass(frozen=True, slots=True)
class Sent:
    """What is about to be sent. `ts` is Unix time in seconds; `privacy` and `reason` are the router's; `hash` is the
    SHA-256 of the redacted text and `redactions` how many strings were taken out of it; `text` is empty unless kept."""

    id: str
    ts: float
    turn: str
    provider: str
    model: str
    host: str
    bytes_up: int
    privacy: str
    reason: str
    hash: str
    redactions: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """How the send `id` ended: bytes that came back, and `done`, `cancelled` or an error's code."""

    id: str
    ts: float
    bytes_down: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A send with its end; None where that was never recorded (the power went)."""

    sent: Sent
    ended: Ended | None


class SentRecord:
    """Appends to `file`. `failures` counts sends that could not be recorded and so were not sent."""

    def __init__(self, file: Path, *, keep_text: bool = False, size_mb: float = 4.0, fsync: bool = True) -> None:
        self._file, self._keep_text, self._fsync = file, keep_text, fsync
        self._half_bytes = int(size_mb * 1e6 / 2)
        self._lock = threading.Lock()
        self._number = 0
        self.failures = 0

    @property
    def _older(self) -> Path:
        return self._file.with_name(self._file.name + ".old")

    def sending(
        self,
        text: str,
        *,
        turn: str,
        provider: str,
        model: str,
        host: str,
        reason: str,
        bytes_up: int,
        privacy: str = "none",
        redactions: int = 0,
    ) -> str:
        """Record that the redacted `text` is about to be sent; returns the id for `ended`.

        Raises `CloudError` (`cloud-unrecorded`): then nothing may be sent.
        """
        ts = time.time()
        with self._lock:
            self._number += 1
            sent = Sent(
                id=f"{ts:.3f}-{os.getpid()}-{self._number}",
                ts=ts,
                turn=turn,
                provider=provider,
                model=model,
                host=host,
                bytes_up=bytes_up,
                privacy=privacy,
                reason=reason,
                hash=sha256(text.encode()).hexdigest(),
                redactions=redactions,
                text=text if self._keep_text else "",
            )
            try:
                self._append({"event": "sent", **asdict(sent)})
            except OSError as error:
                self.failures += 1
                raise CloudError(
                    "unrecorded", f"nothing is sent, for {self._file} cannot be written: {error}"
                ) from error
        return sent.id

    def ended(self, sent_id: str, *, bytes_down: int, outcome: str) -> None:
        """Record how it ended; a full disk is counted only, since it has been sent."""
        with self._lock:
            try:
                self._append({"event": "ended", **asdict(Ended(sent_id, time.time(), bytes_down, outcome))})
            except OSError:
                self.failures += 1

    def entries(self) -> Iterator[Entry]:
        """All sends that are kept, the oldest first; torn lines are passed over."""
        with self._lock:
            rows = [*_rows(self._older), *_rows(self._file)]
        ended = {row["id"]: Ended(**row) for event, row in rows if event == "ended"}
        yield from (Entry(Sent(**row), ended.get(row["id"])) for event, row in rows if event == "sent")

    def purge(self) -> int:
        """Forget everything; returns how many sends were forgotten."""
        known = sum(1 for _ in self.entries())
        with self._lock:
            for file in (self._file, self._older):
                file.unlink(missing_ok=True)
        return known

    def _append(self, row: dict[str, Any]) -> None:
        line = (json.dumps(row, ensure_ascii=False) + "\n").encode()
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._file.exists() and self._file.stat().st_size + len(line) > self._half_bytes:
            self._file.replace(self._older)
        descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if os.write(descriptor, line) != len(line):
                raise OSError(f"only part of a line of {len(line)} bytes was written")
            if self._fsync:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _rows(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(event, fields) of each whole line."""
    if not file.exists():
        return
    for line in file.read_text("utf-8", errors="replace").splitlines():
        try:
            row: dict[str, Any] = json.loads(line)
            yield row.pop("event"), row
        except (ValueError, KeyError, AttributeError):
            continue
