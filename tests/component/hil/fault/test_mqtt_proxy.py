"""Transport faults on a real broker, in both versions of MQTT: a sender behind the proxy, a witness in front of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiomqtt
import pytest

from hil.broker import RunningBroker, running_broker
from hil.fault.kinds import checked
from hil.fault.mqtt_proxy import MqttProxy
from hil.rig.errors import RigError

DEADLINE_S = 10.0
V311, V5 = aiomqtt.ProtocolVersion.V311, aiomqtt.ProtocolVersion.V5


class Place:
    """A proxy, a client behind it that hears `down/#`, and one straight at the broker that hears `up/#`."""

    def __init__(self, proxy: MqttProxy, behind: aiomqtt.Client, before: aiomqtt.Client) -> None:
        self.proxy, self.behind, self.before = proxy, behind, before

    def begin(self, kind: str, **args: Any) -> str:
        return self.proxy.begin(kind, checked(kind, args)[1])

    async def sent(self, *bodies: bytes, qos: int = 1) -> list[bytes]:
        """What arrives of `bodies` that the client behind the proxy sends, up to a mark sent past the proxy."""
        for body in bodies:
            await self.behind.publish("up/x", body, qos, timeout=DEADLINE_S)
        await self.behind.subscribe("nothing")  # answered once the broker has all that came before
        return await self.arrived(self.before, "up/end")

    async def received(self, *bodies: bytes, qos: int = 1) -> list[bytes]:
        """What the client behind the proxy gets of `bodies`."""
        for body in bodies:
            await self.before.publish("down/x", body, qos)
        return await self.arrived(self.behind, "down/end")

    async def arrived(self, client: aiomqtt.Client, mark: str) -> list[bytes]:
        await self.before.publish(mark, b"", 1)
        heard: list[bytes] = []
        async with asyncio.timeout(DEADLINE_S):
            async for message in client.messages:
                if message.topic.value == mark:
                    return heard
                heard.append(bytes(message.payload))
        return heard


@asynccontextmanager
async def place(broker: RunningBroker, version: aiomqtt.ProtocolVersion = V5) -> AsyncIterator[Place]:
    async with (
        MqttProxy(broker.host, broker.port) as proxy,
        aiomqtt.Client("127.0.0.1", proxy.port, protocol=version) as behind,
        aiomqtt.Client(broker.host, broker.port) as before,
    ):
        await behind.subscribe("down/#", 2)
        await before.subscribe("up/#", 2)
        yield Place(proxy, behind, before)


@pytest.fixture(params=[V311, V5], ids=["3.1.1", "5"])
async def at(request: pytest.FixtureRequest, broker: RunningBroker) -> AsyncIterator[Place]:
    async with place(broker, request.param) as there:
        yield there


async def test_without_a_fault_all_arrives_as_it_was_sent(at: Place) -> None:
    bodies = [bytes([number]) * 500 for number in range(50)]
    assert await at.sent(*bodies) == bodies
    assert await at.received(*bodies) == bodies


@pytest.mark.parametrize("qos", [0, 1, 2])
async def test_every_second_message_to_the_broker_is_lost_and_acknowledged(at: Place, qos: int) -> None:
    name = at.begin("drop", direction="to-broker", every=2)
    assert await at.sent(b"1", b"2", b"3", b"4", qos=qos) == [b"1", b"3"]
    assert at.proxy.end(name) == 2
    assert await at.sent(b"5", b"6", qos=qos) == [b"5", b"6"]


async def test_a_lost_message_that_is_not_acknowledged_leaves_its_sender_in_doubt(at: Place) -> None:
    at.begin("drop", direction="to-broker", acknowledged=False)
    with pytest.raises(aiomqtt.MqttError):
        await at.behind.publish("up/x", b"1", 1, timeout=0.2)


async def test_messages_from_the_broker_are_lost_by_topic(at: Place) -> None:
    at.begin("drop", direction="from-broker", topics="down/x")
    assert await at.received(b"1", b"2") == []


async def test_more_are_lost_from_the_broker_than_it_may_have_in_flight(at: Place) -> None:
    """Each is acknowledged in the client's place, or the broker would stop sending after 20."""
    name = at.begin("drop", direction="from-broker", topics="down/x")
    bodies = [str(number).encode() for number in range(60)]
    assert await at.received(*bodies) == []
    at.proxy.end(name)
    assert await at.received(b"more") == [b"more"]


@pytest.mark.parametrize("qos", [0, 1])
async def test_messages_arrive_twice_and_the_handshake_stays_sane(at: Place, qos: int) -> None:
    name = at.begin("duplicate", direction="to-broker")
    assert await at.sent(b"1", b"2", qos=qos) == [b"1", b"1", b"2", b"2"]
    at.proxy.end(name)
    at.begin("duplicate", direction="from-broker", topics="down/x", copies=2)
    assert await at.received(b"3", qos=qos) == [b"3"] * 3
    assert await at.received(*[b"4"] * 40, qos=qos) == [b"4"] * 120


async def test_a_message_is_overtaken(at: Place) -> None:
    at.begin("reorder", direction="to-broker", every=2)
    at.behind.pending_calls_threshold = 100
    sending = [asyncio.create_task(at.behind.publish("up/x", body, 1)) for body in (b"1", b"2", b"3")]
    await asyncio.gather(*sending)
    assert await at.arrived(at.before, "up/end") == [b"1", b"3", b"2"]


async def test_one_that_nothing_overtakes_comes_after_a_while_or_with_the_end_of_the_fault(at: Place) -> None:
    name = at.begin("reorder", direction="from-broker", every=1, topics="down/x", hold_ms=60_000)
    assert await at.received(b"1") == []
    at.proxy.end(name)
    assert await at.arrived(at.behind, "down/end") == [b"1"]
    at.begin("reorder", direction="to-broker", every=1, topics="down/x", hold_ms=20)
    assert await at.sent(b"2") == [b"2"]  # the publication is acknowledged only once it was let go


@pytest.mark.parametrize("how", ["flip", "cut", "garbage", "empty"])
async def test_what_it_says_is_damaged_and_the_packet_is_not(at: Place, how: str) -> None:
    body = bytes(range(256)) * 4
    at.begin("corrupt", direction="to-broker", how=how, bytes=3)
    [damaged] = await at.sent(body)
    assert damaged != body
    assert len(damaged) == {"flip": len(body), "garbage": len(body), "cut": len(body) // 2, "empty": 0}[how]
    if how == "flip":
        assert sum(one != other for one, other in zip(body, damaged, strict=True)) == 3


async def test_messages_come_later_in_their_order_and_others_pass_them(at: Place) -> None:
    at.begin("delay", direction="from-broker", topics="down/x", ms=100, jitter_ms=100)
    bodies = [str(number).encode() for number in range(10)]
    assert await at.received(*bodies) == []  # the mark has another topic
    heard = []
    async with asyncio.timeout(DEADLINE_S):
        async for message in at.behind.messages:
            heard.append(bytes(message.payload))
            if len(heard) == len(bodies):
                break
    assert heard == bodies


@pytest.mark.parametrize("how", ["reset", "close"])
async def test_the_connection_breaks_and_comes_back_with_the_end_of_the_fault(broker: RunningBroker, how: str) -> None:
    async with MqttProxy(broker.host, broker.port) as proxy:
        async with asyncio.timeout(DEADLINE_S):
            with pytest.raises(aiomqtt.MqttError):  # noqa: PT012 (whichever of them comes first)
                async with aiomqtt.Client("127.0.0.1", proxy.port) as client:
                    await client.subscribe("t/#")
                    name = proxy.begin("disconnect", checked("disconnect", {"how": how})[1])
                    await anext(aiter(client.messages))
        with pytest.raises(aiomqtt.MqttError):
            async with aiomqtt.Client("127.0.0.1", proxy.port, timeout=2):
                pass
        assert proxy.end(name) == 1
        async with aiomqtt.Client("127.0.0.1", proxy.port) as client:
            await client.publish("t/x", b"1", 1)


async def test_a_broken_connection_has_the_broker_send_the_last_will(broker: RunningBroker) -> None:
    will = aiomqtt.Will("t/will", b"gone", 1)
    async with MqttProxy(broker.host, broker.port) as proxy, aiomqtt.Client(broker.host, broker.port) as witness:
        await witness.subscribe("t/will", 1)
        with pytest.raises(aiomqtt.MqttError):  # noqa: PT012 (as above)
            async with aiomqtt.Client("127.0.0.1", proxy.port, will=will) as client:
                proxy.begin("disconnect", checked("disconnect", {"back": True})[1])
                await anext(aiter(client.messages))
        async with asyncio.timeout(DEADLINE_S):
            message = await anext(aiter(witness.messages))
        assert message.payload == b"gone"


async def test_silence_lets_nothing_through_until_it_is_over(at: Place) -> None:
    name = at.begin("disconnect", how="silence")
    with pytest.raises(aiomqtt.MqttError):
        await at.behind.publish("up/x", b"1", 1, timeout=0.3)
    at.proxy.end(name)
    async with asyncio.timeout(DEADLINE_S):
        message = await anext(aiter(at.before.messages))
    assert message.payload == b"1"


async def test_faults_work_together(at: Place) -> None:
    at.begin("corrupt", direction="to-broker", how="empty", every=2)
    at.begin("duplicate", direction="to-broker")
    assert await at.sent(b"1", b"2") == [b"1", b"1", b"", b""]


async def test_amqtt_is_disturbed_just_as_well() -> None:
    async with running_broker(kind="amqtt") as broker, place(broker, V311) as there:
        there.begin("drop", direction="to-broker", every=2)
        assert await there.sent(b"1", b"2", b"3") == [b"1", b"3"]


async def test_what_a_proxy_cannot_do_is_said_so(broker: RunningBroker) -> None:
    async with MqttProxy(broker.host, broker.port) as proxy:
        with pytest.raises(RigError, match="cannot do kill"):
            proxy.begin("kill", {})
        with pytest.raises(RigError, match="no fault delay-1 is on"):
            proxy.end("delay-1")
