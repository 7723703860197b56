"""Drives made of a few lines."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hil.drive.format import Drive, Entry, Header

HEADER = Header(
    format="cockpit-drive", version=1, vid="v", began=datetime(2026, 11, 28, tzinfo=UTC), build="0", personal=True
)
AC = "Vehicle/Cabin/HVAC/IsAirConditioningActive"


def entry(at_s: float, topic: str, **data: Any) -> Entry:
    return Entry(at_s=at_s, topic=topic, data=data)


def asked(at_s: float, turn: str, text: str) -> Entry:
    return entry(at_s, "cockpit/v/request/text", id=turn, text=text)


def wanted(at_s: float, turn: str, value: object, path: str = AC) -> Entry:
    return entry(at_s, f"vehicle/v/set/{path}", id=f"{turn}.{path}", value=value, turn=turn)


def replied(at_s: float, turn: str, text: str, kind: str = "done") -> Entry:
    return entry(at_s, "cockpit/v/event/reply", type="reply", turn=turn, text=text, kind=kind)


def drive(*entries: Entry, personal: bool = True, folder: Path = Path()) -> Drive:
    return Drive(HEADER.model_copy(update={"personal": personal}), entries, folder)
