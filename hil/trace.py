"""What was seen on a rig, in the order of its times: the one account that expectations, truth and reports read.

Everything that happens on a rig goes in here as it happens: each message on the bus, each frame on a CAN bus, each
thing that the scenario did, each fault that began or ended, each sound. Nobody who judges looks anywhere else, so a
verdict can be checked again from the file.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Source = Literal["bus", "can", "step", "fault", "audio", "host"]
"""`bus` a message as the broker delivered it; `can` a frame; `step` what the scenario did; `fault` one that began or
ended; `audio` a sound that was said to the assistant or by it; `host` a sample or event of the board's processes."""


class Record(BaseModel):
    """Base of everything that is kept of a run."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Seen(Record):
    """One entry. `at_s` counts from the beginning of the trace.

    `name` is the topic of a bus message, the message's name of a CAN frame, the kind of anything else; `data` its
    content: the JSON object of a bus message, `{"raw": "<hex>"}` of one that is none. Sounds are kept beside the trace:
    `data` has their `file` (relative to the run's folder), `duration_s` and `text`.
    """

    at_s: float
    source: Source
    name: str
    data: dict[str, Any] = Field(default_factory=dict)


class Trace:
    """Grows while a scenario runs; `until` waits for an entry that is still to come. One event loop only."""

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        self._clock = clock or asyncio.get_running_loop().time
        self._began_s = self._clock()
        self._waiting: set[asyncio.Event] = set()
        self.entries: list[Seen] = []

    def now_s(self) -> float:
        """Seconds since the trace began."""
        return self._clock() - self._began_s

    def add(self, source: Source, name: str, data: dict[str, Any] | None = None) -> Seen:
        entry = Seen(at_s=self.now_s(), source=source, name=name, data=data or {})
        self.entries.append(entry)
        for event in self._waiting:
            event.set()
        return entry

    def restart(self) -> list[Seen]:
        """Begin anew, empty and from 0 s; gives what was there. Who waits in `until` waits for what comes now."""
        before, self.entries, self._began_s = self.entries, [], self._clock()
        for event in self._waiting:
            event.set()
        return before

    def since(self, at_s: float = 0.0, source: Source | None = None) -> Iterator[Seen]:
        """Entries from `at_s` on, of one source where one is named."""
        return (e for e in self.entries if e.at_s >= at_s and (source is None or e.source == source))

    async def until(self, wanted: Callable[[Seen], bool], timeout_s: float, since_s: float = 0.0) -> Seen | None:
        """The first entry from `since_s` on that is `wanted`, waiting for it; None when it did not come in time."""
        end_s = self._clock() + timeout_s
        news, place, entries = asyncio.Event(), 0, self.entries
        self._waiting.add(news)
        try:
            while True:
                news.clear()
                if entries is not self.entries:
                    place, since_s, entries = 0, 0.0, self.entries
                while place < len(self.entries):
                    entry = self.entries[place]
                    place += 1
                    if entry.at_s >= since_s and wanted(entry):
                        return entry
                left_s = end_s - self._clock()
                if left_s <= 0:
                    return None
                try:
                    await asyncio.wait_for(news.wait(), left_s)
                except TimeoutError:
                    return None
        finally:
            self._waiting.discard(news)
