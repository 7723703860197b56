"""A DBC in the terms of a vehicle profile: which frame carries which VSS signal, who sends it, and how often.

Three attributes say so in the DBC: `VssPath` of a signal, `Role` of a message (`status`: an ECU tells values;
`command`: the gateway sets one actuator, chosen by the multiplexer `Target`; `answer`: the ECU says what became of the
command with that `Ticket`), and `GenMsgCycleTime` in ms. An ECU has at most one command and one answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

import cantools
from cantools.database.can import Database, Message
from cantools.database.errors import Error as CantoolsError

from cockpit.can.codec import SignalCodec
from cockpit.can.protection import checksum, protect
from cockpit.errors import CanError
from cockpit.profile import VehicleProfile

Role = Literal["other", "status", "command", "answer"]
ROLES: tuple[Role, ...] = ("other", "status", "command", "answer")
FIXED: dict[str, set[str]] = {
    "status": {"Crc", "Counter"},
    "command": {"Crc", "Counter", "Ticket", "Target", "Idle"},
    "answer": {"Crc", "Counter", "Ticket", "Status", "Reason"},
}
"""Signals that every message of a role has, besides those with a path."""

STATUSES = ("accepted", "in_progress", "succeeded", "failed", "rejected", "expired")
"""What the `Status` of an answer may be called in its value table: the contract's words."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One message of the DBC. `codecs` by VSS path; `ecu` is the node on the other side from the gateway."""

    message: Message
    role: Role
    ecu: str
    codecs: Mapping[str, SignalCodec]

    @property
    def name(self) -> str:
        return self.message.name

    @property
    def id(self) -> int:
        return self.message.frame_id

    @property
    def extended(self) -> bool:
        return self.message.is_extended_frame

    @cached_property
    def cycle_s(self) -> float:
        """Zero where it is sent on an event only."""
        return (self.message.cycle_time or 0) / 1000

    def encode(self, values: Mapping[str, float], counter: int) -> bytes:
        """The protected bytes of physical values by signal name. Raises `CanError` (`can-bad-value`)."""
        try:
            data = self.message.encode({"Crc": 0, "Counter": 0, **values})
        except (CantoolsError, OverflowError, ValueError) as error:
            raise CanError("bad-value", f"{self.name} cannot hold this: {error}") from error
        return protect(data, self.id, counter)

    def decode(self, data: bytes) -> dict[str, float]:
        """Physical values by signal name. Raises `CanError` (`can-bad-frame`)."""
        try:
            decoded = self.message.decode_simple(data, decode_choices=False)
        except (CantoolsError, ValueError) as error:
            raise CanError("bad-frame", f"{self.name} cannot be read: {error}") from error
        return {name: value for name, value in decoded.items() if isinstance(value, int | float)}

    def choices(self, signal: str) -> dict[int, str]:
        """The value table of a signal; empty without one."""
        return {int(raw): str(name) for raw, name in (self.message.get_signal_by_name(signal).choices or {}).items()}


@dataclass(frozen=True, eq=False)
class Ecu:
    """A node with what it tells and how it is told. Every path that can be set is also told."""

    name: str
    statuses: tuple[Frame, ...]
    command: Frame | None = None
    answer: Frame | None = None

    @property
    def provider(self) -> str:
        """What it is called on the bus contract."""
        return f"can-{self.name.lower()}"

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(path for frame in self.statuses for path in frame.codecs)


@dataclass(frozen=True)
class CanDatabase:
    """All of a DBC that has a role; frames with role `other` are known, and nobody's business."""

    ecus: tuple[Ecu, ...]
    frames: Mapping[int, Frame]
    profile: VehicleProfile = field(repr=False)

    @property
    def missing(self) -> list[str]:
        """Signals of the profile that no ECU tells, and actuators that cannot be set."""
        told = {path for ecu in self.ecus for path in ecu.paths}
        settable = {path for ecu in self.ecus if ecu.command for path in ecu.command.codecs}
        signals = self.profile.signals
        return [p for p, s in signals.items() if p not in told or (s.kind == "actuator" and p not in settable)]

    @property
    def confusable(self) -> list[tuple[str, str]]:
        """Frames that a checksum of 8 bits cannot tell apart by their identifiers (AUTOSAR asks for none in 1A)."""
        seen: dict[int, str] = {}
        found = []
        for frame in (frame for frame in self.frames.values() if frame.role != "other"):
            first = seen.setdefault(checksum(bytes(2), frame.id), frame.name)
            found += [(first, frame.name)] if first != frame.name else []
        return found


def load_database(file: Path, profile: VehicleProfile) -> CanDatabase:
    """Read a DBC and hold it against the profile. Raises `CanError` (`can-bad-dbc`) saying what is wrong."""
    try:
        dbc = cantools.database.load_file(file, database_format="dbc", prune_choices=False)
    except (OSError, CantoolsError, ValueError) as error:
        raise CanError("bad-dbc", f"{file}: {error}") from error
    if not isinstance(dbc, Database):
        raise CanError("bad-dbc", f"{file} is no database of CAN frames")
    frames = {message.frame_id: _frame(message, profile) for message in dbc.messages}
    ecus = tuple(_ecu(node.name, frames) for node in dbc.nodes)
    return CanDatabase(tuple(ecu for ecu in ecus if ecu.statuses), frames, profile)


def _frame(message: Message, profile: VehicleProfile) -> Frame:
    role = _role(message)
    if role == "other":
        return Frame(message, role, "", {})
    ends = message.senders if role != "command" else sorted(message.receivers)
    names = {signal.name for signal in message.signals}
    if len(ends) != 1 or not FIXED[role] <= names or (role == "status" and not message.cycle_time):
        needed = "one ECU, the signals " + ", ".join(sorted(FIXED[role])) + ", and where it is a status a cycle time"
        raise CanError("bad-dbc", f"{message.name}: a {role} message needs {needed}")
    codecs = {}
    for signal in message.signals:
        attributes = signal.dbc.attributes if signal.dbc else {}
        path = str(attributes["VssPath"].value) if "VssPath" in attributes else ""
        if path and path not in profile.signals:
            raise CanError("bad-dbc", f"{message.name}.{signal.name}: the profile has no signal {path}")
        if path:
            codecs[path] = SignalCodec(path, profile.signals[path], signal)
    return Frame(message, role, ends[0], codecs)


def _role(message: Message) -> Role:
    """The attribute `Role`, an enumeration that a DBC writes as its number."""
    attributes = message.dbc.attributes if message.dbc else {}
    return ROLES[int(attributes["Role"].value)] if "Role" in attributes else "other"


def _ecu(name: str, frames: Mapping[int, Frame]) -> Ecu:
    own = [frame for frame in frames.values() if frame.ecu == name]
    statuses = tuple(frame for frame in own if frame.role == "status")
    commands = [frame for frame in own if frame.role == "command"]
    answers = [frame for frame in own if frame.role == "answer"]
    if len(commands) > 1 or len(answers) != len(commands):
        raise CanError("bad-dbc", f"{name} needs one command message with one answer, or neither")
    told = {path for frame in statuses for path in frame.codecs}
    for frame in commands:
        if deaf := sorted(frame.codecs.keys() - told):
            raise CanError("bad-dbc", f"{frame.name} sets what {name} does not tell: {', '.join(deaf)}")
    if answers and not set(answers[0].choices("Status").values()) <= set(STATUSES):
        raise CanError("bad-dbc", f"{answers[0].name}: Status is one of {', '.join(STATUSES)}")
    return Ecu(name, statuses, commands[0] if commands else None, answers[0] if answers else None)
