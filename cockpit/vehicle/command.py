"""A permitted command on its way, and what carries it: the part that every bus shares."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from uuid import uuid4

from cockpit.errors import BusError, VehicleError
from cockpit.types import OutcomeStatus, Permit

Progress = Callable[[Permit, str, str], None]
"""Told the permit, the command's id and its status: `published`, `accepted`, `in_progress`, and last the outcome's."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Final:
    """The last word of the car, or of an app, on a command. The fields are those of `Outcome`."""

    status: OutcomeStatus
    code: str = ""
    reason: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Command:
    """A command that has no outcome yet."""

    permit: Permit
    on_progress: Progress
    id: str = field(default_factory=lambda: str(uuid4()))
    final: asyncio.Future[Final] = field(default_factory=asyncio.Future)
    last: str = ""
    """The last status that was said."""

    def ttl_ms(self) -> int:
        """What is left of the permit: to be looked at last of all before sending. Raises `VehicleError`
        (`vehicle-expired`) when nothing is."""
        left_ms = int((self.permit.expires_s - asyncio.get_running_loop().time()) * 1000)
        if left_ms <= 0:
            raise VehicleError("expired", "the permit ran out before the command could be sent")
        return left_ms

    def say(self, status: str) -> None:
        self.last = status
        self.on_progress(self.permit, self.id, status)


class Commands:
    """The commands on their way, by id. What no command waits for (late, repeated, another's) is counted as
    `vehicle-unexpected-result`."""

    def __init__(self, counters: Counter[str], on_progress: Progress | None) -> None:
        self._counters = counters
        self._on_progress = on_progress or (lambda *_: None)
        self._by_id: dict[str, Command] = {}

    @contextmanager
    def begun(self, permit: Permit) -> Iterator[Command]:
        command = Command(permit, self._on_progress)
        self._by_id[command.id] = command
        try:
            yield command
        finally:
            del self._by_id[command.id]

    def progressed(self, ident: str, status: str) -> None:
        """A word that is not the last one."""
        command = self._by_id.get(ident)
        if command is None:
            self._counters["vehicle-unexpected-result"] += 1
        else:
            command.say(status)

    def settled(self, ident: str, final: Final) -> None:
        command = self._by_id.get(ident)
        if command is None or command.final.done():
            self._counters["vehicle-unexpected-result"] += 1
        else:
            command.final.set_result(final)


class Link(Protocol):
    """The connection over which a port works; the `Bus` is one."""

    @property
    def connected(self) -> bool: ...

    @property
    def disconnected(self) -> asyncio.Future[None]:
        """Done when the present connection ends; done while there is none."""


class Port(Protocol):
    """Sends commands. What comes back goes to `Commands`, what is heard of the car to the `SignalStore`."""

    @property
    def link(self) -> Link: ...

    async def send(self, command: Command) -> None:
        """Send the command once, unless its time is over (`Command.ttl_ms`); say `published`.

        Nothing is kept to be sent later. Raises `BusError` (`bus-…`) when there is no connection or the command is in
        doubt, `VehicleError`: `vehicle-expired` and `vehicle-unavailable` when nothing was sent or nobody was there to
        take it, others when it was turned down at once.
        """


class SignalPort(Port, Protocol):
    """The way to the car's signals."""

    @property
    def assures(self) -> bool:
        """Whether a `Final` that is done is the car's own word that it happened; where not, it only says that the
        command was taken, and the current values alone tell."""

    async def run(self) -> None:
        """Keep what is heard up to date, until cancelled; returns at once where the bus alone does that."""


async def before(
    awaitable: Awaitable[T], gone: asyncio.Future[None], deadline_s: float, late: Callable[[], VehicleError]
) -> T:
    """What `awaitable` gives. Raises `BusError` (`bus-away`) when the connection ends first, and what `late` gives
    after `deadline_s` (loop time)."""
    task = asyncio.ensure_future(awaitable)
    try:
        left_s = max(0.0, deadline_s - asyncio.get_running_loop().time())
        await asyncio.wait((task, gone), timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise BusError("away", "the connection ended before a result came") if gone.done() else late()
    finally:
        task.cancel()
