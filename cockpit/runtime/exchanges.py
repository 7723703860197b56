"""What was talked about lately, seat by seat, for language models to be told of."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from cockpit.lm.conversation import TURNS, Exchange
from cockpit.types import Zone


class Exchanges:
    """The last exchanges of each zone; forgotten `lifetime_s` after the last one."""

    def __init__(self, lifetime_s: float) -> None:
        self._lifetime_s = lifetime_s
        self._known: dict[Zone, tuple[float, tuple[Exchange, ...]]] = {}

    def of(self, zone: Zone, *, public: bool = False) -> Sequence[Exchange]:
        """The oldest first; of what may leave the board only, where it is to be `public`."""
        at_s, exchanges = self._known.get(zone, (0.0, ()))
        current = exchanges if asyncio.get_running_loop().time() - at_s <= self._lifetime_s else ()
        return [one for one in current if not (public and one.private)]

    def add(self, zone: Zone, exchange: Exchange) -> None:
        self._known[zone] = asyncio.get_running_loop().time(), (*self.of(zone), exchange)[-TURNS:]

    def forget(self) -> None:
        self._known.clear()
