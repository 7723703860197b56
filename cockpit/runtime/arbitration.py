"""Which seat answers what several microphones heard."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from cockpit.audio.crosstalk import Heard, same_voice, winners
from cockpit.types import Pcm, Zone

SETTLE_S = 0.12
"""How long other seats at which somebody is heard get to pause too: the same speech ends everywhere at once."""
REMEMBERED_S = 3.0
"""How long what was heard is kept to be compared with what other seats hear."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What one channel heard, and when (loop time)."""

    zone: Zone
    pcm: Pcm
    begun_s: float
    ended_s: float
    clipped: bool = False
    """Whether the channel is known to distort."""
    own_voice: bool = False
    """Whether it is only what the assistant itself said."""

    def overlaps(self, other: Segment) -> bool:
        """Whether both were heard at the same time, for the most part of the shorter one."""
        shared_s = min(self.ended_s, other.ended_s) - max(self.begun_s, other.begun_s)
        return shared_s > 0.5 * min(self.ended_s - self.begun_s, other.ended_s - other.begun_s)

    @property
    def heard(self) -> Heard:
        return Heard(self.zone, self.pcm, self.begun_s, self.clipped)


class Arbiter:
    """One utterance is answered once, at the seat where it was loudest."""

    def __init__(self) -> None:
        self._under_way: dict[Zone, Segment | None] = {}
        self._over: list[Segment] = []
        self._answered: list[Segment] = []

    def begun(self, zone: Zone) -> None:
        """Somebody is being heard at `zone`."""
        self._under_way[zone] = None

    def so_far(self, segment: Segment) -> None:
        """What has been heard of it until now."""
        self._under_way[segment.zone] = segment

    def dropped(self, zone: Zone) -> None:
        """What is being heard at `zone` is no utterance."""
        self._under_way.pop(zone, None)

    async def belongs(self, segment: Segment) -> bool:
        """Whether `segment`, which is over, is to be answered at its seat."""
        self._under_way.pop(segment.zone, None)
        self._over = [*_recent(self._over, segment.ended_s), segment]
        self._answered = _recent(self._answered, segment.ended_s)
        if self._under_way:
            await asyncio.sleep(SETTLE_S)
        others = [one for one in (*self._over, *self._under_way.values()) if one is not None]
        rivals = [one for one in others if one.zone != segment.zone and one.overlaps(segment)]
        answered = [one for one in self._answered if one.zone != segment.zone and one.overlaps(segment)]
        if rivals and not await asyncio.to_thread(_wins, segment, rivals, answered):
            return False
        self._answered.append(segment)
        return True


def _recent(segments: list[Segment], now_s: float) -> list[Segment]:
    return [segment for segment in segments if now_s - segment.ended_s < REMEMBERED_S]


def _wins(mine: Segment, rivals: list[Segment], answered: list[Segment]) -> bool:
    """Whether nobody else's microphone heard the same louder, or was answered for it. Blocking: some milliseconds."""
    if any(same_voice(mine.heard, other.heard) for other in answered):
        return False
    return any(winner.zone == mine.zone for winner in winners([mine.heard, *(other.heard for other in rivals)]))
