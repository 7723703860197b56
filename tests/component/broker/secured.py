"""A real mosquitto as `cockpit broker setup` makes it, and clients with and without what it wants."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiomqtt

from cockpit.broker.configuration import Listener
from cockpit.broker.folder import BrokerFolder
from cockpit.broker.roles import Client
from cockpit.config import BrokerSettings
from cockpit.types import ZONES
from hil.broker import configured_mosquitto, free_port

DEADLINE_S = 10.0
APPS = ("navigation", "media", "phone", "messages", "weather", "calendar")
CLIENTS = [
    *(Client(role) for role in ("assistant", "vehicle", "screen", "telematics", "diagnosis", "recorder", "rig")),
    *(Client("app", app) for app in APPS),
    *(Client("microphone", zone) for zone in ZONES),
    Client("provider", "can-bcm"),
]


@dataclass(frozen=True, slots=True)
class Secured:
    """Where it listens, and what was made for it."""

    folder: BrokerFolder
    port: int
    vid: str

    @property
    def address(self) -> BrokerSettings:
        return BrokerSettings(host="127.0.0.1", port=self.port)

    def settings(self, name: str) -> BrokerSettings:
        """How client `name` connects: `role` or `role:instance`."""
        return self.folder.connection(Client.parse(name), self.address)

    def client(self, stem: Path | None, **more: Any) -> aiomqtt.Client:
        """A bare client with the certificate of `stem`, or with none."""
        authority = str(self.folder.folder / "ca.crt")
        tls = aiomqtt.TLSParameters(authority, *([f"{stem}.crt", f"{stem}.key"] if stem is not None else []))
        prompt = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
        more = {"timeout": DEADLINE_S, "protocol": aiomqtt.ProtocolVersion.V5, **more}
        return aiomqtt.Client("127.0.0.1", self.port, tls_params=tls, socket_options=prompt, **more)

    def known(self, name: str, **more: Any) -> aiomqtt.Client:
        return self.client(self.folder.stem(name), **more)


@asynccontextmanager
async def secured(folder: Path, vid: str, more: Iterable[Client] = ()) -> AsyncIterator[Secured]:
    """The broker of a fresh set-up in `folder`, with `more` clients than the usual."""
    port = free_port()
    made = BrokerFolder(folder / "broker")
    user = getpass.getuser() if os.geteuid() == 0 else ""
    made.setup(vid, [*CLIENTS, *more], ["127.0.0.1"], Listener(port, "127.0.0.1", user), 30, force=False)
    async with configured_mosquitto(made.server / "mosquitto.conf", port):
        yield Secured(made, port, vid)


async def settled(client: aiomqtt.Client) -> list[tuple[str, bytes]]:
    """All that a client got until now. The broker answers in order: what it sent before its answer to a subscription
    is here when the answer is."""
    await client.subscribe("barrier", qos=0)
    waiting = client.messages
    got = []
    while len(waiting):
        message = await anext(waiting)
        got.append((message.topic.value, bytes(message.payload)))
    return got
