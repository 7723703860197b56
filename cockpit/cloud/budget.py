"""Money for the cloud: what a calendar month may cost, reserved before a call and settled after it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cockpit.cloud.statefile import State, read_state, write_state
from cockpit.errors import CloudError


@dataclass(eq=False)
class Reservation:
    """Money set aside for one call, in the provider table's unit."""

    amount: float


class Budget:
    """Counts in memory, and writes behind: a full disk stops no call, but is counted in `write_errors`.

    Only what was settled is on disk, so that a crash loses the calls that were running. A clock that goes back to an
    earlier month (a board without a battery) does not give a new month's money.
    """

    def __init__(self, file: Path, limit: float, today: Callable[[], date] = date.today) -> None:
        self._file = file
        self._limit = limit
        self._today = today
        self._month = ""
        self._spent = 0.0
        self._open: set[Reservation] = set()
        self._writer: asyncio.Task[None] | None = None
        self._dirty = False
        self.read_errors = 0
        self.write_errors = 0
        try:
            state = read_state(file)
            if state is not None:
                self._month, self._spent = _parsed(state)
        except (OSError, ValueError):
            self.read_errors += 1

    @property
    def spent(self) -> float:
        """This month, settled."""
        self._turn_month()
        return self._spent

    @property
    def left(self) -> float:
        """This month, less what running calls have reserved."""
        return max(0.0, self._limit - self.spent - sum(one.amount for one in self._open))

    def reserve(self, amount: float) -> Reservation:
        """Set `amount` aside. Raises `CloudError` (`cloud-budget`) where so much is not left.

        What costs nothing is always allowed.
        """
        if amount > self.left:
            raise CloudError("budget", "this month's money for the cloud is spent")
        reservation = Reservation(amount)
        self._open.add(reservation)
        return reservation

    def settle(self, reservation: Reservation, actual: float) -> None:
        """Count what the call really cost, also where it is more than was set aside; once, whoever calls again."""
        if reservation not in self._open:
            return
        self._open.discard(reservation)
        self._turn_month()
        if actual > 0:
            self._spent += actual
            self._write_behind()

    async def flush(self) -> None:
        """Wait until all that was settled is written, or could not be."""
        while self._writer is not None:
            await asyncio.shield(self._writer)

    def _turn_month(self) -> None:
        month = self._today().strftime("%Y-%m")
        if month > self._month:
            self._month, self._spent = month, 0.0

    def _write_behind(self) -> None:
        self._dirty = True
        if self._writer is None:
            self._writer = asyncio.create_task(self._write(), name="cloud-budget")

    async def _write(self) -> None:
        try:
            while self._dirty:
                self._dirty = False
                try:
                    await asyncio.to_thread(write_state, self._file, {"month": self._month, "spent": self._spent})
                except OSError:
                    self.write_errors += 1
        finally:
            self._writer = None


def _parsed(state: State) -> tuple[str, float]:
    month, spent = state.get("month"), state.get("spent")
    if not isinstance(month, str) or isinstance(spent, bool) or not isinstance(spent, int | float) or not spent >= 0:
        raise ValueError("no budget")
    return month, float(spent)
