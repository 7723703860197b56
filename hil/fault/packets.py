"""MQTT packets as they travel, of versions 3.1.1 and 5: just enough to take a message out and put it back.

Figures are those of the MQTT standards of OASIS, 3.1.1 (2014) and 5.0 (2019), sections 2.1, 3.1, 3.3 and 3.4.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Self

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

CONNECT, PUBLISH, PUBACK, PUBREC = 1, 3, 4, 5
MAX_BYTES = 16 * 1024 * 1024
"""A packet that says it is longer is taken for no MQTT at all."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One control packet: the first byte (type and flags) and what follows its length."""

    first: int
    body: bytes

    @property
    def type(self) -> int:
        return self.first >> 4

    @property
    def packet_id(self) -> int:
        """Of an acknowledgement."""
        return int.from_bytes(self.body[:2], "big")

    def encode(self) -> bytes:
        return bytes([self.first]) + _length(len(self.body)) + self.body


@dataclass(frozen=True, slots=True)
class Publish:
    """A message. `properties` are MQTT 5's with their length before them, empty in 3.1.1."""

    topic: str
    payload: bytes
    qos: int
    packet_id: int
    retain: bool
    duplicate: bool
    properties: bytes

    @classmethod
    def parse(cls, packet: Packet, version: int) -> Self:
        """Raises `ValueError` for what is none."""
        body, qos = packet.body, packet.first >> 1 & 3
        at = 2 + int.from_bytes(body[:2], "big")
        topic, packet_id = body[2:at].decode(), 0
        if qos:
            packet_id = int.from_bytes(body[at : at + 2], "big")
            at += 2
        size = _properties(body[at:])[1] if version >= 5 else 0
        retain, duplicate = bool(packet.first & 1), bool(packet.first & 8)
        return cls(topic, body[at + size :], qos, packet_id, retain, duplicate, body[at : at + size])

    @property
    def aliased(self) -> bool:
        """Whether it uses or makes a topic alias, by which later messages depend on it."""
        return len(self.properties) > 1 and hasattr(_properties(self.properties)[0], "TopicAlias")

    def encode(self) -> bytes:
        first = PUBLISH << 4 | self.duplicate << 3 | self.qos << 1 | self.retain
        topic = self.topic.encode()
        ident = self.packet_id.to_bytes(2, "big") if self.qos else b""
        return Packet(first, len(topic).to_bytes(2, "big") + topic + ident + self.properties + self.payload).encode()

    def acknowledgement(self) -> bytes:
        """What its receiver answers; nothing at QoS 0."""
        kind = {1: PUBACK, 2: PUBREC}.get(self.qos)
        return Packet(kind << 4, self.packet_id.to_bytes(2, "big")).encode() if kind else b""


async def read_packet(reader: asyncio.StreamReader) -> Packet:
    """The next packet. Raises `EOFError` at the end of the connection, `ValueError` for what is no MQTT."""
    first = (await reader.readexactly(1))[0]
    size = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
        if shift > 21:
            raise ValueError("a length of more than four bytes")
    if size > MAX_BYTES:
        raise ValueError(f"a packet of {size} bytes")
    return Packet(first, await reader.readexactly(size))


def protocol_version(connect: Packet) -> int:
    """The protocol level of a CONNECT packet: 4 is MQTT 3.1.1, 5 is MQTT 5."""
    return connect.body[2 + int.from_bytes(connect.body[:2], "big")]


def _properties(data: bytes) -> tuple[Any, int]:
    """The properties at the start of `data`, and how many bytes they take."""
    if data[:1] == b"\0":
        return None, 1
    unpacked: tuple[Any, int] = Properties(PacketTypes.PUBLISH).unpack(data)  # type: ignore[no-untyped-call]
    return unpacked


def _length(size: int) -> bytes:
    """A variable byte integer (1.5.5 of MQTT 5)."""
    out = bytearray()
    while True:
        size, low = divmod(size, 128)
        out.append(low | (0x80 if size else 0))
        if not size:
            return bytes(out)
