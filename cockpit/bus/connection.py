"""One connection to the broker: protocol version, credentials, last will and message properties."""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, cast

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from cockpit.bus.mqtt_client import Client
from cockpit.bus.payloads import Json, dump
from cockpit.config import BrokerSettings

Protocol = Literal["5", "3.1.1"]

REFUSED_PROTOCOL = {1, 132}
"""CONNACK of a broker that does not speak the version: MQTT 3.1.1 table 3.1, MQTT 5 table 3-1."""

IN_FLIGHT = 100
"""Messages with QoS 1 that may be unacknowledged. One more is refused at once: the MQTT library must hold back none,
or it would send it when nobody waits for it any more."""

InboxFactory = Callable[..., "asyncio.Queue[aiomqtt.Message]"]
"""Called with `maxsize`."""


@dataclass(frozen=True, slots=True)
class LastWill:
    """Published retained by the broker when the connection is lost, and by the bus itself on an orderly end."""

    topic: str
    payload: Json


@dataclass(frozen=True, slots=True)
class Connector:
    """All that is needed to connect once more."""

    settings: BrokerSettings
    identifier: str
    last_will: LastWill | None
    inbox: InboxFactory
    inbox_size: int
    timeout_s: float

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[tuple[Client, Protocol]]:
        """A new client with a new session, in the newest protocol that settings and broker allow.

        Raises `aiomqtt.MqttError`.
        """
        protocol = await self._newest() if self.settings.protocol == "auto" else self.settings.protocol
        async with self._client(protocol) as client:
            yield client, protocol

    async def _newest(self) -> Protocol:
        """Ask for MQTT 5 in the barest way there is, and leave.

        A broker of 3.1.1 may read a last will or a user name by its own rules before it looks at the version, and
        wait for ever for bytes that never come (amqtt does). Any other refusal is that of a broker that speaks 5.
        """
        s = self.settings
        probe = aiomqtt.Client(
            s.host,
            s.port,
            identifier=f"{self.identifier}-probe",
            protocol=aiomqtt.ProtocolVersion.V5,
            tls_params=tls_parameters(s),
            timeout=self.timeout_s,
        )
        try:
            async with probe:
                return "5"
        except aiomqtt.MqttCodeError as error:
            return "3.1.1" if reason_value(error.rc) in REFUSED_PROTOCOL else "5"

    def _client(self, protocol: Protocol) -> Client:
        s, will = self.settings, self.last_will
        client = Client(
            s.host,
            s.port,
            identifier=self.identifier,
            protocol=aiomqtt.ProtocolVersion.V5 if protocol == "5" else aiomqtt.ProtocolVersion.V311,
            clean_session=None if protocol == "5" else True,
            username=s.username,
            password=s.password.get_secret_value() if s.password else None,
            tls_params=tls_parameters(s),
            keepalive=s.keepalive_s,
            timeout=self.timeout_s,
            will=aiomqtt.Will(will.topic, dump(will.payload), 1, True) if will else None,
            queue_type=cast("type[asyncio.Queue[aiomqtt.Message]]", self.inbox),
            max_queued_incoming_messages=self.inbox_size,
            max_inflight_messages=IN_FLIGHT,
            max_queued_outgoing_messages=IN_FLIGHT,
            socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        )
        client.pending_calls_threshold = IN_FLIGHT
        return client


def tls_parameters(settings: BrokerSettings) -> aiomqtt.TLSParameters | None:
    """None speaks in the clear."""
    if settings.tls_ca is None:
        return None
    return aiomqtt.TLSParameters(
        ca_certs=str(settings.tls_ca),
        certfile=str(settings.tls_cert) if settings.tls_cert else None,
        keyfile=str(settings.tls_key) if settings.tls_key else None,
    )


def reason_value(code: int | ReasonCode | None) -> int:
    """A reason code as the number on the wire."""
    value: int = code.value if isinstance(code, ReasonCode) else code or 0
    return value


def message_properties(correlation: bytes | None, expiry_ms: int | None, content_type: str | None) -> Properties:
    """MQTT 5 properties of one message; an expiry is rounded up to whole seconds."""
    properties: Any = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    if correlation is not None:
        properties.CorrelationData = correlation
    if expiry_ms is not None:
        properties.MessageExpiryInterval = math.ceil(expiry_ms / 1000)
    if content_type is not None:
        properties.ContentType = content_type
    return cast("Properties", properties)
