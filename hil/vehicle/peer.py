"""What the simulated vehicle and each simulated app are on the bus: an MQTT client that stays connected."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import aiomqtt

log = logging.getLogger(__name__)

RECONNECT_S = 1.0
NO_DELAY = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)
"""Without it each acknowledgement waits some 40 ms for the one before it."""


class Peer:
    """One client with a retained presence. Subclasses say what they subscribe to and what they do.

    Messages are taken in order; `start` runs a command that takes time beside the others.
    """

    def __init__(self, host: str, port: int, presence: str, absent: Mapping[str, Any]) -> None:
        self._host = host
        self._port = port
        self._presence = presence
        self._absent = absent
        self._client: aiomqtt.Client | None = None
        self._tasks: asyncio.TaskGroup | None = None
        self.connected = asyncio.Event()
        self.tls: aiomqtt.TLSParameters | None = None
        """Set it before `run` for a broker that wants to know who comes."""

    async def run(self) -> None:
        """Stay connected until cancelled. Why there is no connection is a warning, once while it stays the same."""
        told = ""
        while True:
            try:
                await self._connected()
            except* aiomqtt.MqttError as lost:
                why = f"no connection to the broker at {self._host}:{self._port}: {lost.exceptions[0]}"
                log.log(logging.INFO if why == told else logging.WARNING, "%s: %s", self._presence, why)
                told = why
            heed_cancellation()
            await asyncio.sleep(RECONNECT_S)

    async def _connected(self) -> None:
        will = aiomqtt.Will(self._presence, encode(self._absent), 1, True)
        there = aiomqtt.Client(self._host, self._port, will=will, tls_params=self.tls, socket_options=NO_DELAY)
        async with there as client:
            try:
                await self._serve(client)
            except asyncio.CancelledError:
                with suppress(aiomqtt.MqttError):
                    await client.publish(self._presence, encode(self._absent), 1, True, timeout=1.0)
                raise
            finally:
                self.connected.clear()
                self._client = self._tasks = None

    async def _serve(self, client: aiomqtt.Client) -> None:
        async with asyncio.TaskGroup() as self._tasks:
            self._client = client
            await client.subscribe([(topic, 1) for topic in self.subscriptions()])
            heed_cancellation()
            await self.on_connect()
            self.connected.set()
            self._tasks.create_task(self.background())
            async for message in client.messages:
                self.on_message(message.topic.value.split("/"), _decode(message.payload))

    async def publish(self, topic: str, body: Mapping[str, Any], retain: bool = False) -> None:
        """QoS 1; dropped while there is no connection."""
        if self._client is not None:
            await self._client.publish(topic, encode(body), 1, retain)
            heed_cancellation()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work` beside the rest; it ends with the connection at the latest."""
        if self._tasks is None:
            work.close()
        else:
            self._tasks.create_task(work)

    def subscriptions(self) -> list[str]:
        raise NotImplementedError

    async def on_connect(self) -> None:
        """Say that one is there."""

    def on_message(self, levels: list[str], body: dict[str, Any]) -> None:
        """A JSON object on a topic, given as its levels; anything else comes as an empty object."""

    async def background(self) -> None:
        """Runs as long as the connection."""


def heed_cancellation() -> None:
    """End this task if it was told to: `wait_for` of Python 3.11, with which aiomqtt waits for every answer of the
    broker, forgets a cancellation that comes together with the answer."""
    if (task := asyncio.current_task()) and task.cancelling():
        raise asyncio.CancelledError


def encode(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _decode(payload: bytes) -> dict[str, Any]:
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def now(skew_s: float = 0.0) -> str:
    """The time of a clock that is ahead by `skew_s`."""
    ahead = datetime.now(UTC) + timedelta(seconds=skew_s)
    return ahead.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def expired(body: Mapping[str, Any], skew_s: float = 0.0) -> bool:
    """Whether a command has outlived its `ttl_ms`, by a clock that is ahead by `skew_s`; one that does not say when it
    was made and for how long has."""
    try:
        age = datetime.now(UTC) + timedelta(seconds=skew_s) - datetime.fromisoformat(body["ts"])
        return age > timedelta(milliseconds=body["ttl_ms"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return True
