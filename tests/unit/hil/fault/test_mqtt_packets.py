from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from hil.fault.packets import PUBACK, PUBREC, Packet, Publish, protocol_version, read_packet

TOPICS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


async def read(data: bytes) -> Packet:
    reader = asyncio.StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    return await read_packet(reader)


@given(
    topic=TOPICS,
    payload=st.binary(max_size=300),
    qos=st.integers(0, 2),
    retain=st.booleans(),
    version=st.integers(4, 5),
)
def test_a_message_is_read_as_it_was_written(topic: str, payload: bytes, qos: int, retain: bool, version: int) -> None:
    properties = b"\0" if version == 5 else b""
    message = Publish(topic, payload, qos, 7 if qos else 0, retain, qos > 0, properties)
    assert Publish.parse(asyncio.run(read(message.encode())), version) == message


def test_properties_stay_as_they_are_and_an_alias_is_seen() -> None:
    def message(**properties: object) -> Publish:
        packed = Properties(PacketTypes.PUBLISH)
        for name, value in properties.items():
            setattr(packed, name, value)
        return Publish("a/b", b"{}", 1, 3, False, False, packed.pack())

    plain = message(CorrelationData=b"x" * 200, MessageExpiryInterval=3)
    assert Publish.parse(asyncio.run(read(plain.encode())), 5) == plain
    assert not plain.aliased
    assert message(TopicAlias=1).aliased


def test_an_acknowledgement_fits_the_quality_of_service() -> None:
    def kind(qos: int) -> Packet:
        return asyncio.run(read(Publish("a", b"", qos, 0x1234, False, False, b"").acknowledgement()))

    assert (kind(1).type, kind(1).packet_id) == (PUBACK, 0x1234)
    assert (kind(2).type, kind(2).packet_id) == (PUBREC, 0x1234)
    assert Publish("a", b"", 0, 0, False, False, b"").acknowledgement() == b""


def test_the_version_is_that_of_the_connect_packet() -> None:
    assert protocol_version(Packet(0x10, b"\0\x04MQTT\x05rest")) == 5
    assert protocol_version(Packet(0x10, b"\0\x04MQTT\x04rest")) == 4


@pytest.mark.parametrize("data", [b"\x30\xff\xff\xff\xff\x01", b"\x30\xff\xff\xff\x7f"])
async def test_what_is_no_mqtt_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"length of more than|a packet of"):
        await read(data)


@pytest.mark.parametrize("size", [0, 127, 128, 16_383, 16_384, 70_000])
async def test_lengths_of_every_size(size: int) -> None:
    assert await read(Packet(0x30, b"x" * size).encode()) == Packet(0x30, b"x" * size)
