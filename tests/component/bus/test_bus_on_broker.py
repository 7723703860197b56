from __future__ import annotations

import asyncio

import pytest

from cockpit.bus import Bus, LastWill
from cockpit.config import BrokerSettings
from cockpit.errors import BusError
from hil.broker import RunningBroker, free_port, running_broker
from tests.broker import DEADLINE_S, Peer, body, peer


class Heard:
    """A handler that records, and lets a test wait for a number of messages."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, bytes, bool]] = []
        self._news = asyncio.Event()

    def __call__(self, topic: str, payload: bytes, retained: bool) -> None:
        self.messages.append((topic, payload, retained))
        self._news.set()

    async def until(self, count: int) -> list[tuple[str, bytes, bool]]:
        async with asyncio.timeout(DEADLINE_S):
            while len(self.messages) < count:
                self._news.clear()
                await self._news.wait()
        return self.messages


def make_bus(broker: RunningBroker, **more: object) -> Bus:
    settings = BrokerSettings(host=broker.host, port=broker.port)
    return Bus(settings, backoff_s=(0.05, 0.1), **more)  # type: ignore[arg-type]


async def up(bus: Bus) -> None:
    await asyncio.wait_for(bus.wait_connected(), DEADLINE_S)


async def test_there_and_back_in_the_protocol_the_broker_speaks(each_broker: RunningBroker, vid: str) -> None:
    bus, heard = make_bus(each_broker), Heard()
    bus.subscribe(f"cockpit/{vid}/request/+", heard)
    async with bus.running(), peer(each_broker, vid) as rig:
        await up(bus)
        assert bus.protocol == {"mosquitto": "5", "amqtt": "3.1.1"}[each_broker.kind]
        await rig.publish(f"cockpit/{vid}/request/text", {"text": "开窗"})
        assert await heard.until(1) == [(f"cockpit/{vid}/request/text", b'{"text": "\\u5f00\\u7a97"}', False)]
        await bus.publish(f"cockpit/{vid}/event/reply", {"text": "好"}, qos=0, expiry_ms=10, correlation=b"1")
        (message,) = await rig.heard("event/reply")
        assert (message.payload, message.retain) == ('{"text":"好"}'.encode(), False)


async def test_a_broker_of_the_old_version_is_refused_where_only_mqtt_5_will_do(vid: str) -> None:
    async with running_broker(kind="amqtt") as broker:
        bus = Bus(BrokerSettings(host=broker.host, port=broker.port, protocol="5"), backoff_s=(0.01,))
        async with bus.running():
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(bus.wait_connected(), 0.5)
            assert bus.counters["bus-away"] > 0


async def test_messages_come_in_the_order_they_were_sent(each_broker: RunningBroker, vid: str) -> None:
    bus, states, requests = make_bus(each_broker), Heard(), Heard()
    order: list[str] = []

    def note(topic: str, payload: bytes, retained: bool) -> None:
        order.append(payload.decode())
        (states if "state" in topic else requests)(topic, payload, retained)

    bus.subscribe(f"vehicle/{vid}/state/#", note, latest=True)
    bus.subscribe(f"cockpit/{vid}/request/+", note)
    async with bus.running(), peer(each_broker, vid) as rig:
        await up(bus)
        for n in range(60):
            await rig.publish(f"vehicle/{vid}/state/A/{n}", str(2 * n).encode(), retain=True)
            await rig.publish(f"cockpit/{vid}/request/text", str(2 * n + 1).encode())
        await requests.until(60)
        await states.until(60)
    assert order == [str(n) for n in range(120)]


async def test_a_handler_that_refuses_is_counted_and_the_next_message_handled(broker: RunningBroker, vid: str) -> None:
    bus, heard = make_bus(broker), Heard()

    def picky(topic: str, payload: bytes, retained: bool) -> None:
        if payload == b"bad":
            raise BusError("bad-payload", "no")
        heard(topic, payload, retained)

    bus.subscribe(f"cockpit/{vid}/request/+", picky)
    async with bus.running(), peer(broker, vid) as rig:
        await up(bus)
        for payload in (b"bad", b"bad", b"good"):
            await rig.publish(f"cockpit/{vid}/request/text", payload)
        assert [payload for _, payload, _ in await heard.until(1)] == [b"good"]
    assert bus.counters["bus-bad-payload"] == 2


async def test_a_retained_message_is_known_as_such_only_when_it_was_kept(broker: RunningBroker, vid: str) -> None:
    bus, heard = make_bus(broker), Heard()
    bus.subscribe(f"vehicle/{vid}/state/#", heard)
    async with peer(broker, vid) as rig:
        await rig.publish(f"vehicle/{vid}/state/A", b"1", retain=True)
        async with bus.running():
            await up(bus)
            await heard.until(1)
            await rig.publish(f"vehicle/{vid}/state/A", b"2", retain=True)
            messages = await heard.until(2)
    assert [(payload, retained) for _, payload, retained in messages] == [(b"1", True), (b"2", False)]


async def test_properties_are_set_for_a_peer_of_mqtt_5(vid: str) -> None:
    async with running_broker() as broker:
        if broker.kind != "mosquitto":
            pytest.skip("mosquitto is not installed")
        bus = make_bus(broker)
        async with bus.running(), peer(broker, vid, version="5") as rig:
            await up(bus)
            topic = f"vehicle/{vid}/set/A"
            await bus.publish(topic, {}, correlation=b"id-1", expiry_ms=2001, content_type="application/json")
            (message,) = await rig.heard("set")
    assert message.properties is not None
    assert message.properties.CorrelationData == b"id-1"
    assert message.properties.MessageExpiryInterval in {2, 3}
    assert message.properties.ContentType == "application/json"


async def test_publishing_while_away_fails_at_once_and_nothing_is_sent_later(vid: str) -> None:
    port = free_port()
    bus = Bus(BrokerSettings(port=port), backoff_s=(0.05,))
    async with bus.running():
        with pytest.raises(BusError) as caught:
            await bus.publish(f"vehicle/{vid}/set/A", {"n": 1})
        assert caught.value.code == "bus-away"
        assert bus.disconnected.done()
        async with running_broker(port) as broker, peer(broker, vid) as rig:
            await up(bus)
            await bus.publish(f"vehicle/{vid}/set/A", {"n": 2})
            assert [body(message) for message in await rig.heard("set")] == [{"n": 2}]


async def reconnected(bus: Bus, heard: Heard, rig: Peer, vid: str, text: bytes) -> None:
    await up(bus)
    await rig.publish(f"cockpit/{vid}/request/text", text)
    assert (await heard.until(1))[-1][1] == text


@pytest.mark.parametrize("kind", ["mosquitto", "amqtt"])
async def test_a_broker_that_comes_back_finds_the_bus_subscribed_again(vid: str, kind: str) -> None:
    port = free_port()
    bus, heard = Bus(BrokerSettings(port=port), backoff_s=(0.05, 0.1)), Heard()
    lost: list[bool] = []
    bus.subscribe(f"cockpit/{vid}/request/+", heard)
    bus.on_connect.append(lambda: bus.publish(f"cockpit/{vid}/status", {"status": "online"}, retain=True))
    bus.on_disconnect.append(lambda: lost.append(bus.connected))
    async with bus.running():
        for text in (b"1", b"2"):
            try:
                async with running_broker(port, kind=kind) as broker, peer(broker, vid) as rig:  # type: ignore[arg-type]
                    await reconnected(bus, heard, rig, vid, text)
                    await rig.heard("/status")
                    gone = bus.disconnected
                    heard.messages.clear()
            except RuntimeError as error:
                pytest.skip(str(error))
            await asyncio.wait_for(asyncio.shield(gone), DEADLINE_S)
            assert not bus.connected
    assert lost == [False, False]


async def test_the_last_will_is_seen_on_an_orderly_end_too(each_broker: RunningBroker, vid: str) -> None:
    status = f"cockpit/{vid}/status"
    bus = make_bus(each_broker, last_will=LastWill(status, {"status": "offline"}))
    bus.on_connect.append(lambda: bus.publish(status, {"status": "online"}, retain=True))
    async with peer(each_broker, vid) as rig:
        async with bus.running():
            await up(bus)
            await rig.heard("status", 1)
        seen = await rig.heard("status", 2)
    assert [body(message)["status"] for message in seen] == ["online", "offline"]


async def test_the_broker_tells_when_the_process_is_gone(broker: RunningBroker, vid: str) -> None:
    status = f"cockpit/{vid}/status"
    bus = make_bus(broker, last_will=LastWill(status, {"status": "offline"}))
    async with peer(broker, vid) as rig, bus.running():
        await up(bus)
        assert bus._client is not None
        bus._client._client._sock_close()
        assert body((await rig.heard("status"))[0]) == {"status": "offline"}


async def test_many_messages_at_once_all_arrive_and_in_order(each_broker: RunningBroker, vid: str) -> None:
    bus = make_bus(each_broker)
    async with bus.running(), peer(each_broker, vid) as rig:
        await up(bus)
        await asyncio.gather(*(bus.publish(f"vehicle/{vid}/set/A", {"n": n}) for n in range(100)))
        assert [body(message)["n"] for message in await rig.heard("set", 100)] == list(range(100))


async def test_more_than_may_be_in_flight_is_refused_not_held_back(broker: RunningBroker, vid: str) -> None:
    bus = make_bus(broker)
    async with bus.running(), peer(broker, vid) as rig:
        await up(bus)
        attempts = (bus.publish(f"vehicle/{vid}/set/A", {"n": n}) for n in range(120))
        failures = [e for e in await asyncio.gather(*attempts, return_exceptions=True) if e is not None]
        assert [getattr(failure, "code", "") for failure in failures] == ["bus-overload"] * 20
        await bus.publish(f"vehicle/{vid}/set/A", {"n": "last"})
        seen = [body(message)["n"] for message in await rig.heard("set", 101)]
    assert seen == [*range(100), "last"]
