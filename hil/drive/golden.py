"""Golden drives: reviewed accounts of what the assistant does, kept with the code. What changes them is seen as a diff,
so they hold nothing that changes by itself: ids count up, and times of day are left out but where they tell an age."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cockpit.bus import topics
from hil.drive.format import Drive, Entry, folded
from hil.drive.script import kind_of

GOLDEN = Path(__file__).parents[1] / "drives"
"""The drives that CI replays."""

KEPT_EVENTS = frozenset({"transcript", "route", "reply", "alert"})
ASSISTANT = (topics.SET, topics.APP_REQUEST)
REQUESTS = (topics.REQUEST_TEXT, topics.REQUEST_RESET, topics.ROAD)
LEFT_OUT = frozenset({"ts", "lang", "t_ms", "engine", "confidence", "issuer", "ttl_ms", "link", "complexity"})
"""Of events and commands: what says nothing of what was done or said, or nothing new."""


def golden(drive: Drive) -> Drive:
    """The drive with what is needed to replay and judge it, and no more."""
    names = _names(drive)
    plain = (_plain(entry, names) for entry in drive.spelled_out() if _wanted(entry))
    state = topics.STATE.build(drive.header.vid, path="Vehicle").removesuffix("Vehicle")
    return Drive(drive.header, tuple(folded(plain, state)), drive.folder)


def _names(drive: Drive) -> dict[str, str]:
    """Ids that count up: turns, and the commands of each."""
    names: dict[str, str] = {}
    sent: Counter[str] = Counter()
    for entry in drive.entries:
        kind, data = kind_of(entry.topic), entry.data or {}
        if kind in REQUESTS and str(data.get("id")) not in names:
            sent[""] += 1
            names[str(data.get("id"))] = f"t{sent['']}"
        elif kind in ASSISTANT:
            turn = str(data.get("turn"))
            sent[turn] += 1
            names[str(data.get("id"))] = f"{names.get(turn, turn)}.{sent[turn]}"
    return names


def _wanted(entry: Entry) -> bool:
    kind = kind_of(entry.topic)
    if kind is topics.EVENT:
        return (entry.data or {}).get("type") in KEPT_EVENTS
    return kind not in (topics.STATUS, topics.REPLY_AUDIO, topics.AUDIO_STREAM, None)


def _plain(entry: Entry, names: dict[str, str]) -> Entry:
    """Without what changes from one recording to the next."""
    if entry.data is None:
        return entry
    data: dict[str, Any] = dict(entry.data)
    kind = kind_of(entry.topic)
    data |= {key: names.get(str(data[key]), data[key]) for key in ("turn", "id") if key in data}
    if kind in (*ASSISTANT, topics.EVENT):
        data = {key: value for key, value in data.items() if key not in LEFT_OUT}
    elif not entry.retained:
        data.pop("ts", None)
    return entry.model_copy(update={"data": data})


def drives(places: Iterable[Path]) -> list[Path]:
    """The drives of files and folders."""
    return [file for place in places for file in (sorted(place.glob("*.jsonl")) if place.is_dir() else [place])]
