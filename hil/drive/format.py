"""A drive as a file: JSON Lines, a header and then one line for each message in the order of its arrival.

    {"format":"cockpit-drive","version":1,"vid":"demo","began":"2026-11-28T12:00:00.000Z","build":"0.1.0",…}
    {"at_s":0.012,"topic":"vehicle/demo/state/Vehicle/Speed","data":{"value":0.0,"ts":"…"},"retained":true}
    {"at_s":1.004,"again":["vehicle/demo/state/Vehicle/Speed"]}

A message is a JSON object (`data`), a sound in a WAV beside the drive (`file`), or anything else (`raw`, in base64). A
state that repeats itself is named in a line `again`, which says that each topic in it came once more as before, in the
half second until then; one without names repeats the line `again` before it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from hil.drive.errors import DriveError


class Line(BaseModel):
    """Base of both kinds of lines."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def dump(self) -> str:
        """As one line, without what is as usual."""
        return self.model_dump_json(exclude_defaults=True) + "\n"


L = TypeVar("L", bound=Line)


class Header(Line):
    """The first line. `began` is the time that every `at_s` counts from."""

    format: Literal["cockpit-drive"]
    version: Literal[1]
    vid: str
    began: datetime
    build: str
    personal: bool = False
    """Whether words, places and what apps were told are in it."""
    audio: bool = False
    part: int = 1
    """Of a drive that was cut where its file became too long: each part begins with all retained messages again."""


class Entry(Line):
    """One message on the bus, or states that came again. `at_s` in seconds."""

    at_s: float
    topic: str = ""
    data: dict[str, Any] | None = None
    raw: str | None = None
    file: str | None = None
    retained: bool = False
    again: tuple[str, ...] | None = None
    lost: int = 0
    """Messages that were not kept before this one, because they came faster than they could be written."""
    gap: bool = False
    """The connection was lost here; nobody knows what was said until it came back."""

    def payload(self, folder: Path) -> bytes:
        """What was sent that is no JSON object; sounds are read from `folder`."""
        if self.file is not None:
            return (folder / self.file).read_bytes()
        return base64.b64decode(self.raw or "")


@dataclass(frozen=True, slots=True)
class Drive:
    """A drive in memory; `folder` is where its sounds are."""

    header: Header
    entries: tuple[Entry, ...]
    folder: Path

    @classmethod
    def read(cls, file: Path) -> Drive:
        """Raises `DriveError` (`drive-unreadable`) naming the line. A last line that was cut short is left out."""
        try:
            lines = file.read_text("utf-8").splitlines(keepends=True)
        except (OSError, UnicodeDecodeError) as error:
            raise DriveError("unreadable", f"{file} cannot be read: {error}") from error
        if lines and not lines[-1].endswith("\n"):
            lines.pop()
        if not lines:
            raise DriveError("unreadable", f"{file} is empty")
        header = _line(Header, file, 1, lines[0])
        entries = tuple(_line(Entry, file, number, line) for number, line in enumerate(lines[1:], 2))
        return cls(header, entries, file.parent)

    def write(self, file: Path) -> None:
        """Raises `DriveError` (`drive-unwritable`)."""
        fresh = file.with_name(file.name + ".new")
        try:
            fresh.write_text(self.header.dump() + "".join(entry.dump() for entry in self.entries), "utf-8")
            fresh.replace(file)
        except OSError as error:
            raise DriveError("unwritable", f"{file} cannot be written: {error}") from error

    def spelled_out(self) -> Iterator[Entry]:
        """The entries, with those that came again in full."""
        newest: dict[str, Entry] = {}
        names: tuple[str, ...] = ()
        for entry in self.entries:
            if entry.again is None:
                newest[entry.topic] = entry
                yield entry
                continue
            names = entry.again or names
            for topic in names:
                if topic in newest:
                    yield newest[topic].model_copy(update={"at_s": entry.at_s, "retained": False})


def _line(kind: type[L], file: Path, number: int, text: str) -> L:
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        reason = error.errors()[0]
        where = ".".join(map(str, reason["loc"]))
        raise DriveError("unreadable", f"{file}:{number}: {where}: {reason['msg']}") from error


def folded(entries: Iterable[Entry], state: str) -> Iterator[Entry]:
    """The reverse of `spelled_out`: states (topics that begin with `state`) that came again together, in one line."""
    newest: dict[str, object] = {}
    names: tuple[str, ...] = ()
    for (at_s, again), group in groupby(entries, lambda entry: (entry.at_s, _repeats(entry, state, newest))):
        if not again:
            yield from group
            continue
        told = tuple(sorted(entry.topic for entry in group))
        yield Entry(at_s=at_s, again=() if told == names else told)
        names = told


def _repeats(entry: Entry, state: str, newest: dict[str, object]) -> bool:
    """Whether a state says what it said before."""
    if not entry.topic.startswith(state):
        return False
    value = (entry.data or {}).get("value")
    before, newest[entry.topic] = newest.get(entry.topic), (type(value), value)
    return before == (type(value), value) and not entry.retained
