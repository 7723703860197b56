"""Keeps a drive: takes every message of a vehicle off the bus, and writes it down without holding anybody up.

Messages wait in a bounded queue for a thread that writes; one that finds it full is counted and named as lost in the
next line. A file that reaches its size is closed and the next part begun; of the parts the oldest goes.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cockpit import __version__
from cockpit.bus import Bus, topics
from hil.drive.format import Entry, Header
from hil.drive.parts import Note, Parts
from hil.drive.privacy import SOUNDS, is_sound, stream_zone, without_words

QUEUE_SIZE = 5000
"""Messages that may wait to be written: at 200 a second, those of 25 s."""
WRITE_EVERY_S = 0.5
"""How often what has come is written, and states that repeat themselves are named."""

FILTERS = ("vehicle/{vid}/#", "app/{vid}/#", "cockpit/{vid}/status", "cockpit/{vid}/event/+", "cockpit/{vid}/context/+")
REQUESTS = (topics.REQUEST_TEXT, topics.REQUEST_CANCEL, topics.REQUEST_RESET, topics.REQUEST_LISTEN)


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept, and how much. `personal` keeps words and places; `audio` keeps sounds too, and only with them."""

    personal: bool = False
    audio: bool = False
    size_mb: float = 64.0
    parts: int = 8


@dataclass(slots=True)
class _Waiting:
    """What came since the last writing, and which states came again."""

    notes: list[Note] = field(default_factory=list)
    again: OrderedDict[str, None] = field(default_factory=OrderedDict)
    lost: int = 0


class Recorder:
    """Make it before `bus` runs, which should be one of its own. `counts` tells how many messages were kept and lost.

    Raises `DriveError` (`drive-exists`) where there is a drive of that name.
    """

    def __init__(self, bus: Bus, vid: str, file: Path, keeping: Keeping) -> None:
        self._vid, self._keeping = vid, keeping
        self._clock = asyncio.get_running_loop().time
        self._began_s = self._clock()
        self._values: dict[str, object] = {}
        self._waiting, self._stopping = _Waiting(), asyncio.Event()
        self._sounds = 0
        self._files: set[str] = set()
        self.kept = self.lost = 0
        header = Header(
            format="cockpit-drive",
            version=1,
            vid=vid,
            began=datetime.now(UTC),
            build=__version__,
            personal=keeping.personal,
            audio=keeping.audio and keeping.personal,
        )
        self._audible, self._name = header.audio, file.stem
        self._parts = Parts(file, header, int(keeping.size_mb * 1e6), keeping.parts, self._stays())
        bus.on_disconnect.append(self._gap)
        for topic_filter, qos in self._filters():
            bus.subscribe(topic_filter, self._take, qos=qos)

    def _filters(self) -> Iterator[tuple[str, int]]:
        for text in FILTERS:
            yield text.format(vid=self._vid), 1
        for topic in (*REQUESTS, *(SOUNDS if self._audible else ())):
            yield topic.filter(self._vid), topic.qos

    def _stays(self) -> Iterator[str]:
        """How topics begin whose newest message counts until there is another."""
        for name in ("vehicle/{vid}/state/", "vehicle/{vid}/provider/", "app/{vid}/", "cockpit/{vid}/context/link"):
            yield name.format(vid=self._vid)

    async def run(self) -> None:
        """Write until `stop`, then the rest. Raises `DriveError` (`drive-exists`; `drive-unwritable`, and then what was
        written is whole)."""
        await asyncio.to_thread(self._parts.open)
        try:
            while not self._stopping.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), WRITE_EVERY_S)
                await asyncio.shield(asyncio.to_thread(self._parts.write, self._taken(), self._now()))
        finally:
            await asyncio.to_thread(self._parts.close)

    def stop(self) -> None:
        """Have `run` come to its end."""
        self._stopping.set()

    def _taken(self) -> list[Note]:
        """What has to be written now."""
        waiting, self._waiting = self._waiting, _Waiting()
        notes, now_s = waiting.notes, self._now()
        if waiting.again:
            notes.append(Note(Entry(at_s=now_s, again=tuple(sorted(waiting.again)))))
        if waiting.lost:
            notes.append(Note(Entry(at_s=now_s, lost=waiting.lost)))
        return notes

    def _now(self) -> float:
        return round(self._clock() - self._began_s, 3)

    def _take(self, topic: str, payload: bytes, retained: bool) -> None:
        waiting = self._waiting
        if len(waiting.notes) >= QUEUE_SIZE:
            waiting.lost += 1
            self.lost += 1
        elif self._repeats(topic, payload, retained):
            waiting.again[topic] = None
            self.kept += 1
        elif (note := self._note(topic, payload, retained)) is not None:
            # what it said again before it changed, the change makes pointless
            waiting.again.pop(topic, None)
            waiting.notes.append(note)
            self.kept += 1

    def _gap(self) -> None:
        if not self._stopping.is_set():
            self._waiting.notes.append(Note(Entry(at_s=self._now(), gap=True)))

    def _repeats(self, topic: str, payload: bytes, retained: bool) -> bool:
        """Whether a state says what it said before."""
        if not topic.startswith(STATE_PREFIX.format(vid=self._vid)):
            return False
        value = (_object(payload) or {}).get("value")
        before, self._values[topic] = self._values.get(topic), (type(value), value)
        return before == (type(value), value) and not retained

    def _note(self, topic: str, payload: bytes, retained: bool) -> Note | None:
        """What is kept of a message; None where nothing may be."""
        entry = Entry(at_s=self._now(), topic=topic, retained=retained)
        if is_sound(topic):
            return self._sound(entry, payload)
        body = _object(payload)
        if body is None:
            raw = base64.b64encode(payload).decode()
            return Note(entry.model_copy(update={"raw": raw})) if self._keeping.personal else None
        kept = body if self._keeping.personal else without_words(topic, body)
        return None if kept is None else Note(entry.model_copy(update={"data": kept}))

    def _sound(self, entry: Entry, payload: bytes) -> Note:
        """A file for each WAV, and one for the frames of each live microphone, named where it begins."""
        if zone := stream_zone(entry.topic):
            file = f"{self._name}/{zone}.pcm"
        else:
            self._sounds += 1
            file = f"{self._name}/{self._sounds:05}.wav"
        begins = file not in self._files
        self._files.add(file)
        return Note(entry.model_copy(update={"file": file}) if begins else None, file, payload)


STATE_PREFIX = topics.STATE.template.removesuffix("{path}")


def _object(payload: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
