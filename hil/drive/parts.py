"""The files of a drive while it is kept: one part after the other, each to be read by itself."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cockpit.bus.payloads import timestamp
from hil.drive.errors import DriveError
from hil.drive.format import Entry, Header


@dataclass(frozen=True, slots=True)
class Note:
    """Something to be kept: a line, a sound to be appended to `file` (relative to the drive's folder), or both."""

    entry: Entry | None
    file: str = ""
    sound: bytes = b""


class Parts:
    """Writes `name.jsonl`, `name.2.jsonl` and so on. Blocks: use a thread, one call at a time.

    Half a line is never left behind: what a full disk cut short is taken back. `stays` tells which topics' newest
    messages a new part begins with.
    """

    def __init__(self, first: Path, header: Header, size: int, parts: int, stays: Iterable[str]) -> None:
        self._first, self._header, self._size, self._parts = first, header, size, parts
        self._stays = tuple(stays)
        self._files: list[Path] = []
        self._newest: dict[str, Entry] = {}
        self._names: tuple[str, ...] = ()
        self._descriptor = -1
        self._written = 0

    def open(self) -> None:
        """Begin the first part. Raises `DriveError` (`drive-exists`, `drive-unwritable`)."""
        if self._first.exists():
            raise DriveError("exists", f"there is a drive {self._first} already")
        try:
            self._first.parent.mkdir(parents=True, exist_ok=True)
            self._begin(self._first, self._header, [])
        except OSError as error:
            raise self._unwritable(error) from error

    def write(self, notes: list[Note], now_s: float) -> None:
        """Append what came, and begin the next part where this one is full. Raises `DriveError`
        (`drive-unwritable`)."""
        try:
            for note in notes:
                if note.file:
                    self._append_sound(note)
            self._append("".join(self._line(note.entry) for note in notes if note.entry is not None))
            if self._written > self._size:
                self._turn_over(now_s)
        except OSError as error:
            raise self._unwritable(error) from error

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1

    def _line(self, entry: Entry) -> str:
        if entry.again is not None:
            self._newest.update((topic, self._heard_again(topic, entry.at_s)) for topic in entry.again)
            names, self._names = self._names, entry.again
            return entry.model_copy(update={"again": ()}).dump() if names == entry.again else entry.dump()
        if entry.topic.startswith(self._stays):
            self._newest[entry.topic] = entry
        return entry.dump()

    def _heard_again(self, topic: str, at_s: float) -> Entry:
        entry = self._newest[topic]
        ts = timestamp(self._header.began + timedelta(seconds=at_s))
        return entry.model_copy(update={"data": {**(entry.data or {}), "ts": ts}})

    def _begin(self, file: Path, header: Header, entries: Iterable[Entry]) -> None:
        self._descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._files.append(file)
        self._written, self._names = 0, ()
        self._append(header.dump() + "".join(entry.dump() for entry in entries))

    def _turn_over(self, now_s: float) -> None:
        self.close()
        number = len(self._files) + 1
        header = self._header.model_copy(update={"part": number})
        still = [e.model_copy(update={"at_s": now_s, "retained": True}) for e in self._newest.values()]
        self._begin(self._first.with_suffix(f".{number}{self._first.suffix}"), header, still)
        for old in self._files[: max(0, number - self._parts)]:
            old.unlink(missing_ok=True)

    def _append(self, text: str) -> None:
        whole, start = text.encode(), os.lseek(self._descriptor, 0, os.SEEK_END)
        try:
            left = memoryview(whole)
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError:
            os.ftruncate(self._descriptor, start)
            raise
        self._written += len(whole)

    def _append_sound(self, note: Note) -> None:
        file = self._first.parent / note.file
        file.parent.mkdir(exist_ok=True)
        with file.open("ab") as stream:
            stream.write(note.sound)
        self._written += len(note.sound)

    def _unwritable(self, error: OSError) -> DriveError:
        return DriveError("unwritable", f"{self._first} cannot be written: {error.strerror or error}")
