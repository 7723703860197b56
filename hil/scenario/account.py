"""The bus's side of a trace, put in order: what was wanted of the car and the apps, what came of it, what was shown.

Pure: it reads entries in the order of their times, and grows with them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cockpit.bus import topics
from cockpit.bus.topics import Topic
from cockpit.errors import BusError
from cockpit.types import Scalar, Zone
from hil.trace import Seen

FINAL = frozenset({"succeeded", "failed", "rejected", "expired"})


@dataclass(slots=True)
class Command:
    """A wanted value or a request to an app, with every result that came."""

    id: str
    turn: str
    at_s: float
    path: str = ""
    value: Any = None
    app: str = ""
    action: str = ""
    args: dict[str, Any] = field(default_factory=dict)
    results: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def status(self, at_s: float = float("inf")) -> str:
        """The last result's status until then; empty without one."""
        seen = [str(body.get("status", "")) for when, body in self.results if when <= at_s]
        final = [status for status in seen if status in FINAL]
        return final[0] if final else seen[-1] if seen else ""

    def __str__(self) -> str:
        asked = f"{self.app}.{self.action} {self.args}" if self.app else f"set {self.path} = {self.value}"
        return f"{asked} → {self.status() or 'no result'}"


class Account:
    """`entries` may grow; `update` takes in what is new."""

    def __init__(self, entries: Sequence[Seen]) -> None:
        self._entries, self._place = entries, 0
        self.commands: dict[str, Command] = {}
        self.states: dict[str, list[tuple[float, Scalar]]] = {}
        self.events: list[tuple[float, dict[str, Any]]] = []
        """The assistant's events with their times."""
        self.requests: dict[str, float] = {}
        """Turn to when it was asked for, or first heard of."""

    def update(self) -> None:
        while self._place < len(self._entries):
            entry = self._entries[self._place]
            self._place += 1
            if entry.source == "bus":
                self._take(entry)

    def _take(self, entry: Seen) -> None:
        root, body = entry.name.partition("/")[0], entry.data
        if root == "cockpit":
            self._take_cockpit(entry)
        elif (parts := parse(topics.STATE, entry.name)) and "value" in body:
            self.states.setdefault(parts["path"], []).append((entry.at_s, body["value"]))
        elif parts := parse(topics.SET, entry.name):
            self._command(entry, path=parts["path"], value=body.get("value"))
        elif parse(topics.RESULT, entry.name) or parse(topics.APP_RESULT, entry.name):
            if command := self.commands.get(str(body.get("id"))):
                command.results.append((entry.at_s, body))
        elif (parts := parse(topics.APP_REQUEST, entry.name)) and parts["action"] != "status":
            args = body.get("args")
            given = args if isinstance(args, dict) else {}
            self._command(entry, app=parts["app"], action=parts["action"], args=given)

    def _command(self, entry: Seen, **asked: Any) -> None:
        ident = str(entry.data.get("id"))
        self.commands.setdefault(ident, Command(ident, str(entry.data.get("turn", "")), entry.at_s, **asked))

    def _take_cockpit(self, entry: Seen) -> None:
        body = entry.data
        if parse(topics.EVENT, entry.name):
            self.events.append((entry.at_s, body))
            if turn := str(body.get("turn") or ""):
                self.requests.setdefault(turn, entry.at_s)
        elif entry.name.endswith("/request/text") and "id" in body:
            self.requests.setdefault(str(body["id"]), entry.at_s)
        elif parts := parse(topics.REQUEST_AUDIO, entry.name):
            self.requests.setdefault(parts["id"], entry.at_s)

    def state(self, path: str, at_s: float) -> Scalar | None:
        """What the bus showed last at `at_s`; None when nothing."""
        seen = self.states.get(path, [])
        place = bisect_right(seen, at_s, key=lambda one: one[0])
        return seen[place - 1][1] if place else None

    def states_between(self, path: str, from_s: float, to_s: float) -> list[Scalar]:
        """What it showed from `from_s` to `to_s`, with what it showed at `from_s`."""
        first = self.state(path, from_s)
        later = [value for when, value in self.states.get(path, []) if from_s < when <= to_s]
        return ([first] if first is not None else []) + later

    def of_turn(self, turn: str, until_s: float = float("inf")) -> list[Command]:
        return [one for one in self.commands.values() if one.turn == turn and one.at_s <= until_s]

    def ended(self, turn: str) -> bool:
        return any(body.get("type") == "turn_end" and body.get("turn") == turn for _, body in self.events)


@dataclass(frozen=True, slots=True)
class Turn:
    """The turn that is replied to: who spoke, when it was asked for, and when the reply came."""

    account: Account
    id: str
    zone: Zone
    asked_s: float
    replied_s: float
    kind: str

    def commands(self) -> list[Command]:
        return self.account.of_turn(self.id, self.replied_s)

    def succeeded(self, command: Command) -> bool:
        return command.status(self.replied_s) == "succeeded"


def parse(topic: Topic, name: str) -> dict[str, str] | None:
    """The parts of a topic, or None where it is another's."""
    try:
        return topic.parse(name)
    except BusError:
        return None
