"""Who may speak: one at a time."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from enum import IntEnum
from itertools import count


class Priority(IntEnum):
    """The lower goes first. A warning also cuts short what is less urgent than itself."""

    WARNING = 0
    NOTICE = 1
    REPLY = 2


class Floor:
    """A lock whose waiters get it by urgency, and those of the same urgency in the order they came."""

    def __init__(self) -> None:
        self._taken = False
        self._waiting: list[tuple[Priority, int, asyncio.Future[None]]] = []
        self._arrivals = count()

    @asynccontextmanager
    async def held(self, priority: Priority) -> AsyncIterator[None]:
        await self._take(priority)
        try:
            yield
        finally:
            self._give()

    async def _take(self, priority: Priority) -> None:
        if not self._taken:
            self._taken = True
            return
        arrival = next(self._arrivals)
        await self._turn_of(priority, arrival)
        while self._waiting and self._waiting[0][0] < priority:  # came after the floor was given, before it was used
            turn = self._turn_of(priority, arrival)
            self._give()
            await turn

    def _turn_of(self, priority: Priority, arrival: int) -> Awaitable[None]:
        """Queue for the floor at once; await what comes back."""
        given = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (priority, arrival, given))
        return self._given(given)

    async def _given(self, given: asyncio.Future[None]) -> None:
        try:
            await given
        except asyncio.CancelledError:
            if given.done() and not given.cancelled():
                self._give()
            raise

    def _give(self) -> None:
        while self._waiting:
            _, _, given = heapq.heappop(self._waiting)
            if not given.done():
                given.set_result(None)
                return
        self._taken = False
