"""Wanted values on their way to one ECU: each at most once, each to one end."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

from cockpit.can.database import Ecu
from cockpit.can.protection import COUNTERS, GOOD, Check
from cockpit.can.wanted import Told, Wanted
from cockpit.config import CanSettings
from cockpit.errors import CanError
from cockpit.types import Scalar

TICKETS = 256
"""What the 8 bits of `Ticket` number; one is free again when its command has ended."""
REMEMBERED = 1000
"""Commands of which a copy is recognised: MQTT delivers at least once."""

Send = Callable[[int, bytes, bool], None]
"""Puts a frame on the bus: identifier, data, whether extended. Raises `CanError`."""


@dataclass(slots=True)
class _Pending:
    wanted: Wanted
    end_s: float


class Commands:
    """`online` says whether a path's status is alive: what cannot be seen is not set. Counted: `can-repeated-command`,
    `can-unexpected-answer`, and as for a `Reception` the frames whose protection is wrong."""

    def __init__(
        self, ecu: Ecu, settings: CanSettings, send: Send, online: Callable[[str], bool], counters: Counter[str]
    ) -> None:
        self._command, self._answer = ecu.command, ecu.answer
        self._statuses = ecu.answer.choices("Status") if ecu.answer else {}
        self._reasons = ecu.answer.choices("Reason") if ecu.answer else {}
        self._codecs = ecu.command.codecs if ecu.command else {}
        self._targets = {path: (codec.signal.multiplexer_ids or [0])[0] for path, codec in self._codecs.items()}
        self._settings = settings
        self._send_frame = send
        self._online = online
        self._counters = counters
        self._check = Check(ecu.answer.id) if ecu.answer else None
        self._pending: dict[int, _Pending] = {}
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._counter = self._ticket = 0
        self._sent_s = float("-inf")

    def want(self, path: str, wanted: Wanted, now_s: float) -> Told | None:
        """Send it on, or say why not; None when the ECU will answer, or when it is a copy of one before."""
        if wanted.id in self._seen:
            self._counters["can-repeated-command"] += 1
            return None
        self._seen[wanted.id] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        if refusal := self._refusal(path, wanted):
            return Told(wanted.id, wanted.issuer, *refusal)
        ticket = self._free_ticket()
        if ticket is None:
            return Told(wanted.id, wanted.issuer, "failed", "busy")
        codec = self._codecs[path]
        physical = codec.physical(cast("Scalar", wanted.value))
        try:
            self._send({"Ticket": ticket, "Target": self._targets[path], codec.name: physical}, now_s)
        except CanError as error:
            self._counters[error.code] += 1
            return Told(wanted.id, wanted.issuer, "failed", "no-answer")
        self._pending[ticket] = _Pending(wanted, now_s + self._settings.answer_timeout_s)
        return None

    def _refusal(self, path: str, wanted: Wanted) -> tuple[str, str] | None:
        """Status and code of what is not sent."""
        codec = self._codecs.get(path)
        if codec is None:
            return "rejected", "not-an-actuator"
        if fault := codec.fault(wanted.value):
            return "rejected", f"wrong-{fault}"
        if not self._online(path):
            return "failed", "no-answer"
        return ("expired", "too-old") if wanted.expired() else None

    def answered(self, data: bytes, now_s: float) -> Told | None:
        """An answer frame: the result that it is."""
        if self._answer is None or self._check is None:
            return None
        verdict = self._check.judge(data)
        if verdict not in GOOD and verdict != "initial":
            self._counters[f"can-{verdict}"] += 1
            return None
        values = self._answer.decode(data)
        ticket, status = int(values["Ticket"]), self._statuses.get(int(values["Status"]), "")
        pending = self._pending.get(ticket)
        if pending is None or not status:
            self._counters["can-unexpected-answer"] += 1
            return None
        pending.end_s = now_s + self._settings.end_timeout_s
        if status not in {"accepted", "in_progress"}:
            del self._pending[ticket]
        reason = int(values["Reason"])
        return Told(pending.wanted.id, pending.wanted.issuer, status, self._reasons.get(reason, "") if reason else "")

    def overdue(self, now_s: float) -> Iterator[Told]:
        """Commands that the ECU left without an answer, or without an end."""
        for ticket, pending in [*self._pending.items()]:
            if now_s > pending.end_s:
                del self._pending[ticket]
                yield Told(pending.wanted.id, pending.wanted.issuer, "failed", "no-answer")

    def excuse(self, deaf_s: float) -> None:
        """Nobody listened for so long: commands have that much longer."""
        for pending in self._pending.values():
            pending.end_s += deaf_s

    def give_up(self) -> Iterator[Told]:
        """All of them: the ECU is silent or the bus off. Late answers are then nobody's."""
        yield from self.overdue(float("inf"))
        if self._check:
            self._check.forget()

    def heartbeat(self, now_s: float) -> None:
        """The command message in its cycle, with nothing wanted."""
        if self._command and now_s - self._sent_s >= self._command.cycle_s > 0:
            self.greet(now_s)

    def greet(self, now_s: float) -> None:
        """The command message with nothing wanted: by it an ECU knows the counter, and that somebody is there."""
        if self._command is None:
            return
        self._sent_s = now_s
        try:
            self._send({"Ticket": 0, "Target": 0, "Idle": 0}, now_s)
        except CanError as error:
            self._counters[error.code] += 1

    def _send(self, values: dict[str, float], now_s: float) -> None:
        if self._command is None:
            return
        data = self._command.encode(values, self._counter)
        self._counter = (self._counter + 1) % COUNTERS
        self._sent_s = now_s
        self._send_frame(self._command.id, data, self._command.extended)

    def _free_ticket(self) -> int | None:
        """The next number that no command has; None when all are out."""
        for step in range(1, TICKETS + 1):
            ticket = (self._ticket + step) % TICKETS
            if ticket not in self._pending:
                self._ticket = ticket
                return ticket
        return None
