"""A client that hears everything of one vehicle id, just as the broker delivers it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import uuid4

import aiomqtt
from paho.mqtt.subscribeoptions import SubscribeOptions

NO_DELAY = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)


@dataclass(frozen=True)
class Address:
    host: str
    port: int


@dataclass(frozen=True)
class Heard:
    """One message. `retained`: it was published so (as far as MQTT 3.1.1 tells: it was there before the subscription).
    `properties` are those of MQTT 5 by their names in the specification, without blanks."""

    topic: str
    raw: bytes
    qos: int
    retained: bool
    properties: Mapping[str, Any]

    @cached_property
    def body(self) -> dict[str, Any]:
        """The JSON object; empty where the payload is none."""
        try:
            body = json.loads(self.raw)
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}

    @property
    def levels(self) -> list[str]:
        return self.topic.split("/")

    @property
    def role(self) -> str:
        """The third level, which says what a topic is for; empty where there is none."""
        return next(iter(self.levels[2:]), "")


class Probe:
    """`heard` grows in the order of arrival; `on_heard` is called with each message as it comes."""

    def __init__(self, client: aiomqtt.Client, version: str) -> None:
        self.heard: list[Heard] = []
        self.on_heard: list[Callable[[Heard], None]] = []
        self._client, self._version = client, version
        self._news = asyncio.Condition()
        self._own = f"conformance/{uuid4().hex}"

    async def publish(self, topic: str, body: Mapping[str, Any] | bytes, *, retain: bool = False, qos: int = 1) -> None:
        payload = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        await self._client.publish(topic, payload, qos, retain)

    async def subscribe(self, filters: Sequence[str]) -> None:
        names = [*filters, self._own]
        if self._version == "5":
            options = SubscribeOptions(qos=1, retainAsPublished=True)
            await self._client.subscribe([(one, options) for one in names])
        else:
            await self._client.subscribe([(one, 1) for one in names])

    async def settled(self, timeout_s: float = 10.0) -> None:
        """Return when everything has come that the broker held for this client until now."""
        token = uuid4().hex
        await self.publish(self._own, {"token": token})
        await self.until(lambda one: one.topic == self._own and one.body.get("token") == token, timeout_s)

    async def until(self, wanted: Callable[[Heard], bool], timeout_s: float, since: int = 0) -> Heard | None:
        """The first message from place `since` on that is `wanted`; None when none came in time."""

        def found() -> Heard | None:
            return next((one for one in self.heard[since:] if wanted(one)), None)

        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s), self._news:
                await self._news.wait_for(lambda: found() is not None)
        return found()

    def all(self, wanted: Callable[[Heard], bool], since: int = 0) -> list[Heard]:
        return [one for one in self.heard[since:] if wanted(one)]

    @property
    def place(self) -> int:
        """Where the next message will be."""
        return len(self.heard)

    async def listen(self) -> None:
        async for message in self._client.messages:
            properties: Any = message.properties
            known = properties.json() if properties is not None else {}
            one = Heard(message.topic.value, bytes(message.payload), message.qos, message.retain, known)
            async with self._news:
                self.heard.append(one)
                self._news.notify_all()
            for told in self.on_heard:
                told(one)


@asynccontextmanager
async def probing(address: Address, filters: Sequence[str], *, version: str = "5") -> AsyncIterator[Probe]:
    """A probe that has heard what is retained under `filters`. Raises `aiomqtt.MqttError`."""
    protocol = aiomqtt.ProtocolVersion.V5 if version == "5" else aiomqtt.ProtocolVersion.V311
    async with aiomqtt.Client(address.host, address.port, protocol=protocol, socket_options=NO_DELAY) as client:
        probe = Probe(client, version)
        listening = asyncio.create_task(probe.listen())
        try:
            await probe.subscribe(filters)
            await probe.settled()
            yield probe
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError, aiomqtt.MqttError):
                await listening
