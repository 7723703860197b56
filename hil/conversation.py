"""A person in front of the assistant, as the bus sees one: says something and follows the turn to its end."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from cockpit.bus import Bus, topics
from cockpit.types import Lang, Zone

Event = dict[str, Any]


@dataclass(slots=True)
class Exchange:
    """A turn as it was seen on the bus: its events in order, what the vehicle was asked, and the spoken reply."""

    id: str
    events: list[Event] = field(default_factory=list)
    wavs: list[bytes] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def first(self, kind: str) -> Event:
        """The first event of a type; empty when there was none."""
        return next((event for event in self.events if event.get("type") == kind), {})

    def all(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.get("type") == kind]

    @property
    def heard(self) -> str:
        return str(self.first("transcript").get("text", ""))

    @property
    def reply(self) -> str:
        return str(self.first("reply").get("text", ""))

    @property
    def kind(self) -> str:
        return str(self.first("reply").get("kind", ""))

    @property
    def timings(self) -> dict[str, float]:
        return dict(self.first("turn_end").get("timings", {}))

    @property
    def intents(self) -> list[str]:
        return [str(act["intent"]) for act in self.first("understood").get("acts", [])]


class Conversation:
    """Speaks to the assistant of vehicle `vid`. Make it before `bus` runs; the bus must not be the assistant's own."""

    def __init__(self, bus: Bus, vid: str, watch: Callable[[Event], None] | None = None) -> None:
        self.bus, self._vid, self._watch = bus, vid, watch
        self._awaited: list[tuple[Callable[[Event], bool], asyncio.Event]] = []
        self._exchanges: dict[str, Exchange] = {}
        self._online = asyncio.Event()
        self._overheard: list[tuple[str, asyncio.Future[Event]]] = []
        self._reset: dict[str, asyncio.Event] = {}
        self.status: Event = {}
        self.online_s = self.loaded_s = math.nan
        """Loop time at which the assistant first said that it takes requests, and that it has all its engines."""
        bus.subscribe(topics.EVENT.filter(vid), self._on_event, qos=0)
        bus.subscribe(topics.STATUS.build(vid), self._on_status)
        bus.subscribe(topics.REPLY_AUDIO.filter(vid), self._on_audio, qos=0)

    async def online(self, timeout_s: float = 120.0) -> None:
        """Return when the assistant is online. Raises `TimeoutError`."""
        async with asyncio.timeout(timeout_s):
            await self._online.wait()

    async def type(
        self, text: str, lang: Lang | None = None, zone: Zone = "driver", timeout_s: float = 30.0
    ) -> Exchange:
        """Say `text` as a typed request. Raises `TimeoutError` when the turn does not end, `BusError`."""
        body: dict[str, object] = {"text": text, "zone": zone}
        return await self.send(body if lang is None else {**body, "lang": lang}, timeout_s)

    async def send(self, body: dict[str, object], timeout_s: float = 30.0) -> Exchange:
        """Send a typed request just as it is, with an id of its own."""
        exchange = self._new()
        await self.bus.publish(topics.REQUEST_TEXT.build(self._vid), {"id": exchange.id, **body})
        return await self._until_end(exchange, timeout_s)

    async def until(self, awaited: Callable[[Event], bool], timeout_s: float = 10.0) -> None:
        """Return at the next event of this conversation for which `awaited` holds. Raises `TimeoutError`."""
        happened = asyncio.Event()
        self._awaited.append((awaited, happened))
        async with asyncio.timeout(timeout_s):
            await happened.wait()

    def overhear(self, kind: str) -> asyncio.Future[Event]:
        """The next event of a type, of whatever turn: for turns that nobody here began."""
        overheard: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self._overheard.append((kind, overheard))
        return overheard

    async def back(self, timeout_s: float = 30.0) -> None:
        """Return when bus and assistant are there again after the broker was away. Raises `TimeoutError`."""
        self._online.clear()
        async with asyncio.timeout(timeout_s):
            await self.bus.wait_connected()
            await self._online.wait()

    async def speak(self, wav: bytes, zone: Zone = "driver", timeout_s: float = 60.0) -> Exchange:
        """Say a recorded utterance."""
        exchange = self._new()
        topic = topics.REQUEST_AUDIO.build(self._vid, zone=zone, id=exchange.id)
        await self.bus.publish(topic, wav)
        return await self._until_end(exchange, timeout_s)

    async def reset(self, timeout_s: float = 5.0) -> None:
        """Have the assistant forget what was said before."""
        token = uuid4().hex
        self._reset[token] = asyncio.Event()
        await self.bus.publish(topics.REQUEST_RESET.build(self._vid), {"id": token})
        try:
            async with asyncio.timeout(timeout_s):
                await self._reset[token].wait()
        finally:
            del self._reset[token]

    def _new(self) -> Exchange:
        exchange = Exchange(uuid4().hex)
        self._exchanges[exchange.id] = exchange
        return exchange

    async def _until_end(self, exchange: Exchange, timeout_s: float) -> Exchange:
        try:
            async with asyncio.timeout(timeout_s):
                await exchange.ended.wait()
        finally:
            del self._exchanges[exchange.id]
        return exchange

    def _on_event(self, topic: str, payload: bytes, retained: bool) -> None:
        del topic, retained
        event: Event = json.loads(payload)
        if event.get("type") == "reset" and event.get("id") in self._reset:
            self._reset[event["id"]].set()
        for kind, overheard in self._overheard:
            if kind == event.get("type") and not overheard.done():
                overheard.set_result(event)
        exchange = self._exchanges.get(str(event.get("turn")))
        if exchange is None:
            return
        exchange.events.append(event)
        for awaited, happened in self._awaited:
            if awaited(event):
                happened.set()
        if self._watch is not None:
            self._watch(event)
        if event.get("type") == "turn_end":
            exchange.ended.set()

    def _on_status(self, topic: str, payload: bytes, retained: bool) -> None:
        del topic, retained
        self.status = json.loads(payload)
        online = self.status.get("status") == "online"
        now_s = asyncio.get_running_loop().time()
        if online and math.isnan(self.online_s):
            self.online_s = now_s
        if online and not self.status.get("loading"):
            self.loaded_s = now_s if math.isnan(self.loaded_s) else self.loaded_s
            self._online.set()
        else:
            self._online.clear()

    def _on_audio(self, topic: str, payload: bytes, retained: bool) -> None:
        del retained
        exchange = self._exchanges.get(topics.REPLY_AUDIO.parse(topic)["turn"])
        if exchange is not None:
            exchange.wavs.append(payload)
