"""What has arrived from the broker and is not handled yet."""

from __future__ import annotations

import asyncio
from collections import Counter, deque

import aiomqtt


class Inbox(asyncio.Queue[aiomqtt.Message]):
    """A bounded queue that never raises when full.

    When it is, a message on a topic of which only the newest counts (`latest`: topic filters) takes the place of the
    waiting one, counted as `bus-superseded`; any other is dropped, counted as `bus-overflow`.
    """

    _queue: deque[aiomqtt.Message]

    def __init__(self, maxsize: int, latest: tuple[str, ...], counters: Counter[str]) -> None:
        super().__init__(maxsize)
        self._latest = latest
        self._counters = counters

    def put_nowait(self, item: aiomqtt.Message) -> None:
        if not self.full():
            super().put_nowait(item)
            return
        place = self._place(item)
        if place is None:
            self._counters["bus-overflow"] += 1
        else:
            self._queue[place] = item
            self._counters["bus-superseded"] += 1

    def _place(self, item: aiomqtt.Message) -> int | None:
        """Where an older message waits that `item` makes pointless."""
        if not any(item.topic.matches(topic_filter) for topic_filter in self._latest):
            return None
        waiting = (n for n, other in enumerate(self._queue) if other.topic.value == item.topic.value)
        return next(waiting, None)
