"""A scripted MQTT peer for tests on a real broker: it plays vehicle, app or rig, and records all it hears."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiomqtt

from cockpit.bus.payloads import timestamp
from hil.broker import RunningBroker

DEADLINE_S = 10.0
"""A test that waits longer than this has failed."""


class Peer:
    """`answer` is called with each message as it comes; `seen` holds them in order of arrival."""

    def __init__(self, client: aiomqtt.Client, vid: str) -> None:
        self.seen: list[aiomqtt.Message] = []
        self.answer: Callable[[aiomqtt.Message], Any] = lambda _: None
        self.vid = vid
        self._client = client
        self.news = asyncio.Condition()

    async def listen(self) -> None:
        async for message in self._client.messages:
            async with self.news:
                self.seen.append(message)
                self.news.notify_all()
            answer = self.answer(message)
            if asyncio.iscoroutine(answer):
                await answer

    async def heard(self, part: str, count: int = 1) -> list[aiomqtt.Message]:
        """Wait until `count` messages came whose topic has `part` in it; all of them so far."""

        def those() -> list[aiomqtt.Message]:
            return [message for message in self.seen if part in message.topic.value]

        async with asyncio.timeout(DEADLINE_S), self.news:
            await self.news.wait_for(lambda: len(those()) >= count)
        return those()

    async def publish(self, topic: str, body: Any, *, retain: bool = False, qos: int = 1) -> None:
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        await self._client.publish(topic, payload, qos, retain)

    async def state(self, path: str, value: Any, *, retain: bool = True, ts: str | None = None) -> None:
        topic = f"vehicle/{self.vid}/state/{path.replace('.', '/')}"
        await self.publish(topic, {"value": value, "ts": ts or timestamp()}, retain=retain)

    async def provider(self, status: str = "online", paths: tuple[str, ...] = ("Vehicle.*",)) -> None:
        body = {"status": status, "paths": paths if status == "online" else []}
        await self.publish(f"vehicle/{self.vid}/provider/test", body, retain=True)

    async def result(self, ident: str, status: str, **more: str) -> None:
        await self.publish(f"vehicle/{self.vid}/result/cockpit", {"id": ident, "status": status, **more})

    async def app_result(self, ident: str, status: str, **more: Any) -> None:
        await self.publish(f"app/{self.vid}/result", {"id": ident, "status": status, **more})


@asynccontextmanager
async def peer(broker: RunningBroker, vid: str, *, version: str = "3.1.1") -> AsyncIterator[Peer]:
    """A peer that hears everything of one vehicle id."""
    protocol = aiomqtt.ProtocolVersion.V5 if version == "5" else aiomqtt.ProtocolVersion.V311
    prompt = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    async with aiomqtt.Client(broker.host, broker.port, protocol=protocol, socket_options=prompt) as client:
        await client.subscribe([(f"+/{vid}/#", 1)])
        one = Peer(client, vid)
        task = asyncio.create_task(one.listen())
        try:
            yield one
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, aiomqtt.MqttError):
                await task


def body(message: aiomqtt.Message) -> dict[str, Any]:
    return json.loads(message.payload)
