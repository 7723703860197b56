"""Frames in words: of a bus as they come, or of a log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import can

from cockpit.can.database import CanDatabase, Frame
from cockpit.can.protection import Check
from cockpit.config import CanSettings
from cockpit.errors import CanError


class Decoder:
    """`verdicts` counts what the protection of the frames came to; `unknown` those that the DBC does not have. What is
    in a frame whose CRC is wrong is not said."""

    def __init__(self, database: CanDatabase) -> None:
        self.verdicts: Counter[str] = Counter()
        self._frames = database.frames
        self._checks = {frame.id: Check(frame.id) for frame in database.frames.values() if frame.role != "other"}

    def of_log(self, file: Path) -> Iterator[dict[str, Any]]:
        """The frames of a log that python-can reads. Raises `CanError` (`can-bad-log`)."""
        try:
            with can.LogReader(file) as reader:
                yield from self.of(reader)
        except (OSError, ValueError) as error:
            raise CanError("bad-log", f"cannot read {file}: {error}") from error

    def of_bus(self, settings: CanSettings) -> Iterator[dict[str, Any]]:
        """What passes on a bus, for ever. Raises `CanError` (`can-unavailable`)."""
        try:
            with can.Bus(settings.channel, interface=settings.interface, **settings.options) as bus:  # type: ignore[arg-type]
                yield from self.of(bus)
        except (can.CanError, OSError, ValueError) as error:
            raise CanError("unavailable", f"{settings.interface} {settings.channel}: {error}") from error

    def of(self, messages: Iterable[can.Message]) -> Iterator[dict[str, Any]]:
        """One object a data frame: `at_s`, `name`, `verdict`, and its `values`."""
        for message in messages:
            if not message.is_error_frame and not message.is_remote_frame:
                yield self._described(message)

    def _described(self, message: can.Message) -> dict[str, Any]:
        data, frame = bytes(message.data), self._frames.get(message.arbitration_id)
        if frame is None or frame.role == "other":
            self.verdicts["unknown"] += 1
            return {"at_s": message.timestamp, "name": f"{message.arbitration_id:#x}", "data": data.hex()}
        verdict = self._checks[frame.id].judge(data)
        self.verdicts[verdict] += 1
        said = {} if verdict == "crc" else values(frame, data)
        return {"at_s": message.timestamp, "name": frame.name, "verdict": verdict, "values": said}


def values(frame: Frame, data: bytes) -> dict[str, Any]:
    """What a frame says: by VSS path where a signal has one, else by its name, without the protection's own."""
    physical = frame.decode(data)
    by_name = {codec.name: codec for codec in frame.codecs.values()}
    said: dict[str, Any] = {}
    for name, value in physical.items():
        if name in by_name:
            said[by_name[name].path] = by_name[name].value(value)
        elif name not in {"Crc", "Counter", "Idle"}:
            said[name] = frame.choices(name).get(int(value), value)
    return said
