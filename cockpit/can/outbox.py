"""What waits to be published for one ECU, in its order."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from cockpit.bus import Bus
from cockpit.bus.payloads import Json
from cockpit.errors import BusError

SIZE = 1000
"""Messages that may wait; states and presence are one a topic, so it takes a flood of results to get there."""
AT_ONCE = 50
"""Messages on their way to the broker at a time; less than the connection's own limit."""


class Outbox:
    """Of a retained message only the newest of its topic waits; when full the oldest goes, counted as
    `can-outbox-overflow`. What the broker did not take is counted under the error's code and never sent again; it is
    told to `on_failure` with its topic, unless the broker denied it and would deny it again."""

    def __init__(self, bus: Bus, counters: Counter[str], on_failure: Callable[[str], None]) -> None:
        self._bus = bus
        self._counters = counters
        self._on_failure = on_failure
        self._waiting: dict[object, tuple[str, Json, bool]] = {}
        self._news = asyncio.Event()

    def put(self, topic: str, body: Json, *, retain: bool) -> None:
        key = topic if retain else object()
        self._waiting.pop(key, None)
        if len(self._waiting) >= SIZE:
            self._waiting.pop(next(iter(self._waiting)))
            self._counters["can-outbox-overflow"] += 1
        self._waiting[key] = (topic, body, retain)
        self._news.set()

    async def run(self) -> None:
        """Publish what comes in, in order, until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                batch = [*self._waiting.values()][:AT_ONCE]
                for key in [*self._waiting][: len(batch)]:
                    del self._waiting[key]
                await asyncio.gather(*(self._publish(*message) for message in batch))

    async def _publish(self, topic: str, body: Json, retain: bool) -> None:
        try:
            await self._bus.publish(topic, body, retain=retain)
        except BusError as error:
            self._counters[error.code] += 1
            if error.code != "bus-denied":
                self._on_failure(topic)
