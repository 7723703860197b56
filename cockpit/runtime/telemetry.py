"""Events onto the bus: in order, never in a turn's way."""

from __future__ import annotations

import asyncio
from collections import Counter

from cockpit.bus import Bus, topics
from cockpit.bus.payloads import timestamp
from cockpit.errors import BusError
from cockpit.events import Event, payload

QUEUE_SIZE = 1000


class EventPublisher:
    """An `EventSink`. When its queue is full the oldest event goes and is counted; while the broker is away
    events are dropped and counted, for nobody who comes later must take them for fresh."""

    def __init__(self, bus: Bus, vid: str) -> None:
        self._bus, self._vid = bus, vid
        self._queue: asyncio.Queue[tuple[str, dict[str, object]]] = asyncio.Queue(QUEUE_SIZE)
        self.counters: Counter[str] = bus.counters

    def __call__(self, event: Event) -> None:
        if self._queue.full():
            self._queue.get_nowait()
            self.counters["event-dropped"] += 1
        body = payload(event)
        self._queue.put_nowait((event.type, {**body, "ts": timestamp()}))

    async def run(self) -> None:
        """Publish what is queued until cancelled."""
        while True:
            kind, body = await self._queue.get()
            try:
                await self._bus.publish(topics.EVENT.build(self._vid, type=kind), body, qos=0)
            except BusError as error:
                self.counters[f"event-{error.code}"] += 1
