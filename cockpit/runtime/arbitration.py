"""Which seat answers what several microphones heard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from cockpit.types import Pcm, Zone

SETTLE_S = 0.2
"""How long the end of what may be the same speech is waited for at another seat."""
REMEMBERED_S = 3.0
"""How long what was heard is kept to be compared with what other seats hear."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What one channel heard, and when (loop time)."""

    zone: Zone
    pcm: Pcm
    begun_s: float
    ended_s: float

    def overlaps(self, other: Segment) -> bool:
        """Whether both were heard at the same time, for the most part of the shorter one."""
        shared_s = min(self.ended_s, other.ended_s) - max(self.begun_s, other.begun_s)
        return shared_s > 0.5 * min(self.ended_s - self.begun_s, other.ended_s - other.begun_s)


@dataclass(slots=True)
class _Claim:
    segment: Segment
    answered: bool = False


Compare = Callable[[Segment, Segment], Zone | None]
"""At which of two seats a voice sits that both heard; None where they heard different people."""


class Arbiter:
    """One utterance is answered once, at the seat where it was loudest."""

    def __init__(self, nearer: Compare) -> None:
        self._nearer = nearer
        self._claims: list[_Claim] = []
        self._hearing: set[Zone] = set()
        self._changed = asyncio.Event()

    def begun(self, zone: Zone) -> None:
        """Somebody is being heard at `zone`."""
        self._hearing.add(zone)

    def ended(self, zone: Zone) -> None:
        self._hearing.discard(zone)
        self._changed.set()

    async def belongs(self, segment: Segment) -> bool:
        """Whether `segment` is to be answered at its seat."""
        loop = asyncio.get_running_loop()
        mine = _Claim(segment)
        self._claims = [c for c in self._claims if segment.ended_s - c.segment.ended_s < REMEMBERED_S] + [mine]
        self._changed.set()
        with suppress(TimeoutError):
            async with asyncio.timeout_at(loop.time() + SETTLE_S):
                while self._hearing - {segment.zone}:
                    self._changed.clear()
                    await self._changed.wait()
        mine.answered = not any(self._loses(mine, other) for other in self._claims if other is not mine)
        return mine.answered

    def _loses(self, mine: _Claim, other: _Claim) -> bool:
        if other.segment.zone == mine.segment.zone or not other.segment.overlaps(mine.segment):
            return False
        nearer = self._nearer(mine.segment, other.segment)
        return nearer is not None and (other.answered or nearer != mine.segment.zone)
