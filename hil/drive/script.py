"""A drive taken apart for its replay: what came from outside, what the assistant wanted, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from cockpit.bus import topics
from cockpit.bus.topics import Topic
from cockpit.errors import BusError
from cockpit.types import same_value
from hil.drive.errors import DriveError
from hil.drive.format import Drive, Entry

AFTERWARDS_S = 0.3
"""How long after its last result a signal that was set may still be said to follow."""

GAP = ""
"""In the place of a topic: the connection, or messages, were lost."""

UNANSWERED_S = 10.0
"""The same for a command that never had a last result, from its beginning."""

COMMANDS = (topics.SET, topics.APP_REQUEST)
ANSWERS = (topics.RESULT, topics.APP_RESULT)
SAID_BY_OTHERS = (topics.STATE, topics.PROVIDER, topics.APP_STATUS, topics.ROAD, topics.LINK)
ASKED = (topics.REQUEST_TEXT, topics.REQUEST_CANCEL, topics.REQUEST_RESET)


@dataclass(slots=True)
class Command:
    """Something that the assistant wanted in the drive; `answers` and `states` are (seconds after it, topic, data)."""

    at_s: float
    topic: str
    data: dict[str, Any]
    final_s: float | None = None
    follows: list[tuple[float, str, dict[str, Any]]] = field(default_factory=list)


@dataclass(slots=True)
class Script:
    """`given` is what is put on the bus at its time, whatever the assistant does; `commands` what the drive's assistant
    wanted, with what followed on each."""

    given: list[Entry]
    commands: list[Command]


def kind_of(topic: str) -> Topic | None:
    """The row of the contract that a topic belongs to. A presence comes before the request that it looks like."""
    for kind in (topics.APP_STATUS, *topics.TOPICS):
        try:
            kind.parse(topic)
        except BusError:
            continue
        return kind
    return None


def script(drive: Drive) -> Script:
    """Raises `DriveError` (`drive-wordless`) for a drive whose words were not kept."""
    if not drive.header.personal:
        raise DriveError("wordless", "the drive was kept without words, so nobody can say them again (--personal)")
    found = Script([], [])
    by_id: dict[str, Command] = {}
    newest: dict[str, Command] = {}
    found.given += [*_asked(drive), *_heard(drive)]
    for entry in _known_from_the_start(drive):
        kind, data = kind_of(entry.topic), entry.data or {}
        if kind in COMMANDS:
            command = Command(entry.at_s, entry.topic, data)
            found.commands.append(command)
            by_id[str(data.get("id"))] = command
            newest[entry.topic.replace("/set/", "/state/")] = command
        elif kind in ANSWERS:
            _answer(by_id.get(str(data.get("id"))), entry)
        elif kind is topics.STATE and _follows(newest.get(entry.topic), entry):
            newest[entry.topic].follows.append((entry.at_s - newest[entry.topic].at_s, entry.topic, data))
        elif kind in SAID_BY_OTHERS:
            found.given.append(entry)
    found.given.sort(key=lambda one: (one.at_s, not one.retained))
    return found


def _known_from_the_start(drive: Drive) -> Iterator[Entry]:
    """The entries, with retained messages at the beginning: a recorder that has just come hears them one after the
    other, while the assistant has known them all along."""
    first_s = drive.entries[0].at_s if drive.entries else 0.0
    heard: set[str] = set()
    for entry in drive.spelled_out():
        early = entry.retained and not heard & {entry.topic, GAP}
        heard.add(GAP if entry.gap else entry.topic)
        yield entry.model_copy(update={"at_s": first_s}) if early else entry


def _asked(drive: Drive) -> Iterator[Entry]:
    """What was asked of the assistant in writing."""
    return (entry for entry in drive.entries if kind_of(entry.topic) in ASKED)


def _heard(drive: Drive) -> Iterator[Entry]:
    """What was said aloud, to be typed now: the last transcript of each turn that was not typed."""
    typed = {str((entry.data or {}).get("id")) for entry in _asked(drive)}
    heard: dict[str, Entry] = {}
    for entry in drive.entries:
        data = entry.data or {}
        turn = str(data.get("turn", ""))
        if data.get("type") == "transcript" and data.get("final") and turn not in typed:
            heard[turn] = entry
    for turn, entry in heard.items():
        data = entry.data or {}
        body = {"id": turn, "text": data.get("text", ""), "lang": data.get("lang"), "zone": data.get("zone", "driver")}
        yield Entry(at_s=entry.at_s, topic=topics.REQUEST_TEXT.build(drive.header.vid), data=body)


def _answer(command: Command | None, entry: Entry) -> None:
    if command is None:
        return
    data = entry.data or {}
    command.follows.append((entry.at_s - command.at_s, entry.topic, data))
    if data.get("status") not in ("accepted", "in_progress"):
        command.final_s = entry.at_s


def _follows(command: Command | None, entry: Entry) -> bool:
    """Whether a state belongs to the command on that signal that was sent last."""
    if command is None:
        return False
    until_s = command.at_s + UNANSWERED_S if command.final_s is None else command.final_s + AFTERWARDS_S
    return entry.at_s <= until_s


def answered(commands: Iterable[Command], topic: str, data: dict[str, Any]) -> Command | None:
    """The command of the drive that is this one: the same thing wanted, in the same turn if there is one."""
    same = [one for one in commands if one.topic == topic and _same(one.data, data)]
    return next((one for one in same if one.data.get("turn") == data.get("turn")), same[0] if same else None)


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    if "value" in one and "value" in other:
        return same_value(one["value"], other["value"])
    return bool(one.get("args") == other.get("args"))
