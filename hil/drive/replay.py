"""Runs a drive again: this build as a whole, but for sound, on a bus without a broker and on virtual time.

The car and the apps do what they did in the drive: a command that is in it is answered as it was, after the same time,
with the same values; one that is not meets a car that obeys. Language models are left out, for they say the same thing
in other words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import aiomqtt

from cockpit.bus import Bus, topics
from cockpit.bus.payloads import Json, dump, parse_timestamp, timestamp
from cockpit.config import CloudSettings, Settings
from cockpit.events import Event, payload
from cockpit.runtime.service import Service
from hil.drive.format import Drive, Entry, Header
from hil.drive.script import COMMANDS, Command, Script, answered, kind_of, script
from hil.virtual_time import virtually

Sent = Callable[[str, dict[str, Any]], None]

OBEYS_S = 0.1
"""After which a car does what it was not told in the drive."""
SETTLING_S = 30.0
"""Let pass after the last message of a drive, for turns, commands and alerts that still go on."""


def replay(drive: Drive, settings: Settings) -> Drive:
    """The drive as this build drives it: what was given, and what came of it. Blocks; needs no running event loop.

    Raises `DriveError` (`drive-wordless`).
    """
    given = script(drive)
    entries = virtually(_replayed(given, drive.header, _alone(settings, drive.header.vid)))
    return Drive(drive.header, tuple(entries), drive.folder)


def _alone(settings: Settings, vid: str) -> Settings:
    """The settings without what cannot be had again: language models, sound and other connections."""
    quiet = settings.speech.model_copy(update={"output": "none", "publish": False})
    return settings.model_copy(
        update={
            "vid": vid,
            "speech": quiet,
            "cloud": CloudSettings(),
            "lm": settings.lm.model_copy(update={"model": "none", "propose": False}),
        }
    )


async def _replayed(given: Script, header: Header, settings: Settings) -> list[Entry]:
    """Everything that was on the bus, in order."""
    road = Road(given, header)
    service = Service(settings, also=road.told, bus=road.bus)
    tasks = [asyncio.create_task(work) for work in (service.lanes.run(), service.tiers.run())]
    try:
        for entry in given.given:
            await asyncio.sleep(entry.at_s - road.now_s())
            road.give(entry)
        await asyncio.sleep(SETTLING_S)
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    return road.entries


class Road:
    """All that is around the assistant in a replay: the bus, the car and the apps; `entries` is what went by."""

    def __init__(self, given: Script, header: Header) -> None:
        self._vid, self._began = header.vid, header.began
        self._clock = asyncio.get_running_loop().time
        self._offset_s = (given.given[0].at_s if given.given else 0.0) - self._clock()
        self._left = list(given.commands)
        self._busy: set[asyncio.Task[None]] = set()
        self._bus: ReplayedBus | None = None
        self.entries: list[Entry] = []

    def now_s(self) -> float:
        """On the drive's own clock."""
        return self._clock() + self._offset_s

    def bus(self, *arguments: Any, **named: Any) -> Bus:
        """Makes the bus that the assistant gets."""
        self._bus = ReplayedBus(*arguments, sent=self.sent, **named)
        return self._bus

    def told(self, event: Event) -> None:
        """An event of the assistant, kept as the bus would have it."""
        self._keep(topics.EVENT.build(self._vid, type=event.type), payload(event))

    def give(self, entry: Entry) -> None:
        """A message from outside."""
        self._keep(entry.topic, entry.data or {}, retained=entry.retained)
        if self._bus is not None:
            self._bus.deliver(entry.topic, _dated(entry, self._began), entry.retained)

    def sent(self, topic: str, data: dict[str, Any]) -> None:
        """A message of the assistant. A command is followed by what followed on it in the drive."""
        self._keep(topic, data)
        if kind_of(topic) not in COMMANDS:
            return
        command = answered(self._left, topic, data)
        if command is not None:
            self._left.remove(command)
        task = asyncio.create_task(self._follow(topic, data, command))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def _follow(self, topic: str, data: dict[str, Any], command: Command | None) -> None:
        began_s = self._clock()
        for after_s, where, body in _obeyed(topic, data) if command is None else command.follows:
            await asyncio.sleep(began_s + after_s - self._clock())
            answer = {**body, "id": data["id"]} if "id" in body else body
            self.give(Entry(at_s=self.now_s(), topic=where, data=answer))

    def _keep(self, topic: str, data: dict[str, Any], *, retained: bool = False) -> None:
        self.entries.append(Entry(at_s=round(self.now_s(), 3), topic=topic, data=data, retained=retained))


class ReplayedBus(Bus):
    """A bus whose other end is a `Road`. Always connected."""

    def __init__(self, *arguments: Any, sent: Sent, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._sent = sent
        self.protocol = "5"
        self.disconnected = asyncio.get_running_loop().create_future()
        self._up.set()

    async def publish(self, topic: str, payload: Json | bytes, *_: Any, **__: Any) -> None:
        """Sounds are not kept."""
        if not isinstance(payload, bytes):
            self._sent(topic, dict(payload))

    def deliver(self, topic: str, data: dict[str, Any], retained: bool) -> None:
        self._handle(aiomqtt.Message(topic, dump(data), 1, retained, 0, None))


def _dated(entry: Entry, began: datetime) -> dict[str, Any]:
    """The entry's content with its time stamp moved to now: as old as it was then, where it was retained."""
    data, now = entry.data or {}, datetime.now(UTC)
    at = parse_timestamp(str(data.get("ts", ""))) if entry.retained else None
    age = began + timedelta(seconds=entry.at_s) - at if at is not None else timedelta(0)
    return {**data, "ts": timestamp(now - age)}


def _obeyed(topic: str, data: dict[str, Any]) -> list[tuple[float, str, dict[str, Any]]]:
    """What a car or an app does that is willing: at once, and says so."""
    if kind_of(topic) is topics.APP_REQUEST:
        vid = topics.APP_REQUEST.parse(topic)["vid"]
        return [(OBEYS_S, topics.APP_RESULT.build(vid), {"id": "", "status": "succeeded", "data": {}})]
    vid, path = (topics.SET.parse(topic)[part] for part in ("vid", "path"))
    result = topics.RESULT.build(vid, issuer=str(data["issuer"]))
    return [
        (OBEYS_S / 2, result, {"id": "", "status": "accepted"}),
        (OBEYS_S, topics.STATE.build(vid, path=path), {"value": data["value"]}),
        (OBEYS_S, result, {"id": "", "status": "succeeded"}),
    ]
