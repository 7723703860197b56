"""The gateway between a real broker and simulated ECUs on a virtual CAN bus."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import can
import pytest

from cockpit.bus.payloads import parse_timestamp, timestamp
from cockpit.can.database import CanDatabase
from cockpit.can.gateway import Gateway
from cockpit.config import BrokerSettings, CanSettings
from hil.broker import RunningBroker, free_port, running_broker
from hil.can.ecu import EcuNetwork
from tests.broker import DEADLINE_S, Peer, body, peer

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
LOCK = "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"
COLOUR = "Vehicle.Cabin.Light.AmbientLight.Row1.DriverSide.Color"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
WIPER = "Vehicle.Body.Windshield.Front.Wiping.Mode"
SPEED = "Vehicle.Speed"


@dataclass
class Stand:
    gateway: Gateway
    ecus: EcuNetwork
    rig: Peer

    async def set(self, path: str, **more: Any) -> str:
        """Send a `set`; its id, which is also its issuer, so that its results have a topic of their own."""
        ident = f"c{len(self.rig.seen)}-{path.rsplit('.', 1)[-1]}"
        command = {"id": ident, "ttl_ms": 3000, "ts": timestamp(), "issuer": ident, **more}
        await self.rig.publish(f"vehicle/{self.rig.vid}/set/{path.replace('.', '/')}", command)
        return ident

    async def results(self, ident: str, count: int) -> list[tuple[str, str]]:
        heard = [body(m) for m in await self.rig.heard(f"/result/{ident}", count)]
        return [(result["status"], result.get("code", "")) for result in heard]

    async def until(self, met: Callable[[], bool]) -> None:
        """Wait for something that comes with messages of the bus."""
        async with asyncio.timeout(DEADLINE_S), self.rig.news:
            await self.rig.news.wait_for(met)

    def last(self, topic: str) -> dict[str, Any]:
        found = [m for m in self.rig.seen if m.topic.value == f"vehicle/{self.rig.vid}/{topic}"]
        return body(found[-1]) if found else {}

    def value(self, path: str) -> Any:
        return self.last(f"state/{path.replace('.', '/')}").get("value")

    def online(self, ecu: str, path: str | None = None) -> bool:
        provider = self.last(f"provider/can-{ecu}")
        return provider.get("status") == "online" and (path is None or path in provider["paths"])


@asynccontextmanager
async def standing(
    broker: RunningBroker, database: CanDatabase, settings: CanSettings, vid: str
) -> AsyncIterator[Stand]:
    gateway = Gateway(database, settings, lambda _: BrokerSettings(host=broker.host, port=broker.port), vid)
    ecus = EcuNetwork(database, settings)
    async with peer(broker, vid) as rig:
        tasks = [asyncio.create_task(gateway.run()), asyncio.create_task(ecus.run())]
        one = Stand(gateway, ecus, rig)
        try:
            await all_told(one, database)
            yield one
        finally:
            for task in tasks:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks)


async def all_told(one: Stand, database: CanDatabase) -> None:
    """Wait until every ECU is online and every signal has a value."""
    await one.until(lambda: all(one.online(ecu.name.lower(), path) for ecu in database.ecus for path in ecu.paths))
    await one.until(lambda: all(one.value(path) is not None for path in database.profile.signals))


@pytest.fixture
async def stand(broker: RunningBroker, database: CanDatabase, can_bus: CanSettings, vid: str) -> AsyncIterator[Stand]:
    async with standing(broker, database, can_bus, vid) as one:
        yield one


async def test_every_signal_is_told(stand: Stand, database: CanDatabase) -> None:
    signals = database.profile.signals
    await stand.until(lambda: all(stand.value(path) is not None for path in signals))
    assert {path: stand.value(path) for path in signals} == {path: s.default for path, s in signals.items()}


@pytest.mark.parametrize(
    ("path", "value"), [(WINDOW, 40), (LOCK, False), (COLOUR, "#1080FF"), (TEMPERATURE, 22.3), (WIPER, "RAIN_SENSOR")]
)
async def test_a_command_goes_out_and_its_effect_comes_back(stand: Stand, path: str, value: Any) -> None:
    ident = await stand.set(path, value=value)
    assert await stand.results(ident, 2) == [("accepted", ""), ("succeeded", "")]
    assert stand.value(path) == value, "the state is there before the success"
    assert [(order.path, order.value) for order in stand.ecus.orders] == [(path, value)]


async def test_either_broker_will_do(
    each_broker: RunningBroker, database: CanDatabase, can_bus: CanSettings, vid: str
) -> None:
    """amqtt speaks MQTT 3.1.1 only."""
    async with standing(each_broker, database, can_bus, vid) as stand:
        ident = await stand.set(WINDOW, value=40)
        assert await stand.results(ident, 2) == [("accepted", ""), ("succeeded", "")]
        assert stand.value(WINDOW) == 40


async def test_a_broker_that_comes_back_is_told_everything(
    database: CanDatabase, can_bus: CanSettings, vid: str
) -> None:
    port = free_port()
    gateway = Gateway(database, can_bus, lambda _: BrokerSettings(host="127.0.0.1", port=port), vid)
    ecus = EcuNetwork(database, can_bus)
    tasks = [asyncio.create_task(part.run()) for part in (gateway, ecus)]
    try:
        for value in (10, 20):
            ecus.put(WINDOW, value)
            async with running_broker(port) as broker, peer(broker, vid) as rig:
                await all_told(Stand(gateway, ecus, rig), database)
                assert Stand(gateway, ecus, rig).value(WINDOW) == value
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize(
    ("path", "more", "expected"),
    [
        (WINDOW, {"value": 101}, ("rejected", "wrong-range")),
        (WINDOW, {"value": "open"}, ("rejected", "wrong-type")),
        (WINDOW, {}, ("rejected", "wrong-type")),
        (COLOUR, {"value": "blue"}, ("rejected", "wrong-value")),
        (TEMPERATURE, {"value": 22.25}, ("rejected", "wrong-value")),
        (SPEED, {"value": 10.0}, ("rejected", "not-an-actuator")),
        (WINDOW, {"value": 10, "ts": timestamp(datetime.now(UTC) - timedelta(minutes=1))}, ("expired", "too-old")),
        (WINDOW, {"value": 10, "ttl_ms": "soon"}, ("expired", "too-old")),
        (WINDOW, {"value": 10, "ttl_ms": -1}, ("expired", "too-old")),
    ],
)
async def test_what_is_wrong_never_becomes_a_frame(
    stand: Stand, path: str, more: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert await stand.results(await stand.set(path, **more), 1) == [expected]
    assert stand.ecus.orders == []


async def test_a_command_is_sent_once(stand: Stand) -> None:
    command = {"id": "twice", "ttl_ms": 3000, "ts": timestamp(), "issuer": "twice", "value": 30}
    for _ in range(3):
        await stand.rig.publish(f"vehicle/{stand.rig.vid}/set/{WINDOW.replace('.', '/')}", command)
    assert len(await stand.results(await stand.set(LOCK, value=False), 2)) == 2
    assert [order.path for order in stand.ecus.orders] == [WINDOW, LOCK]
    assert stand.gateway.counters["can-repeated-command"] == 2


async def test_a_retained_command_is_none(stand: Stand, broker: RunningBroker) -> None:
    topic = f"vehicle/{stand.rig.vid}/set/{WINDOW.replace('.', '/')}"
    command = {"id": "old", "ttl_ms": 60_000, "ts": timestamp(), "issuer": "old", "value": 30}
    provider = next(p for p in stand.gateway.providers if p.name == "can-bcm")
    await stand.rig.publish(topic, command, retain=True)
    await stand.results("old", 2)
    provider._on_set(topic, b"{}", True)
    assert stand.gateway.counters["can-retained-command"] == 1
    assert len(stand.ecus.orders) == 1
    await stand.rig.publish(topic, b"", retain=True)


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        ("refuse", [("rejected", "refused")]),
        ("half-way", [("accepted", ""), ("failed", "obstacle")]),
        ("never", [("failed", "no-answer")]),
    ],
)
async def test_what_an_ecu_may_do_with_a_command(stand: Stand, commands: Any, expected: list[tuple[str, str]]) -> None:
    stand.ecus.faults("BCM").commands = commands
    assert await stand.results(await stand.set(WINDOW, value=80), len(expected)) == expected
    assert stand.value(WINDOW) == (40 if commands == "half-way" else 0)


async def test_a_message_that_stops_is_stale_and_not_frozen(stand: Stand) -> None:
    stand.ecus.faults("ESC").missing.add("ESC_Motion")
    await stand.until(lambda: stand.online("esc") and not stand.online("esc", SPEED))
    told = stand.last("state/Vehicle/Speed")["ts"]
    another = stand.last("state/Vehicle/LowVoltageBattery/CurrentVoltage")["ts"]
    await stand.until(lambda: stand.last("state/Vehicle/LowVoltageBattery/CurrentVoltage")["ts"] > another)
    await stand.until(lambda: stand.last("state/Vehicle/CurrentLocation/Heading")["ts"] > another)
    assert stand.last("state/Vehicle/Speed")["ts"] == told
    assert stand.gateway.counters["can-timeout"] == 1
    stand.ecus.faults("ESC").missing.clear()
    stand.ecus.put(SPEED, 30.0)
    await stand.until(lambda: stand.online("esc", SPEED) and stand.value(SPEED) == 30.0)


@pytest.mark.parametrize(
    ("fault", "code"), [("silent", "can-silent"), ("wrong_crc", "can-crc"), ("frozen_counter", "can-repeated")]
)
async def test_an_ecu_that_cannot_be_believed_is_offline(stand: Stand, fault: str, code: str) -> None:
    setattr(stand.ecus.faults("HVAC"), fault, True)
    stand.ecus.values[TEMPERATURE] = 29.0
    await stand.until(lambda: not stand.online("hvac"))
    assert stand.value(TEMPERATURE) == 24.0
    assert stand.gateway.counters[code] >= 1
    assert await stand.results(await stand.set(TEMPERATURE, value=20.0), 1) == [("failed", "no-answer")]
    assert stand.ecus.orders == []
    setattr(stand.ecus.faults("HVAC"), fault, False)
    await stand.until(lambda: stand.online("hvac", TEMPERATURE) and stand.value(TEMPERATURE) == 29.0)


async def test_a_command_on_its_way_to_an_ecu_that_falls_silent_has_failed(stand: Stand) -> None:
    stand.ecus.obey = lambda order: stand.ecus.answer(order, "accepted")
    ident = await stand.set(WINDOW, value=80)
    await stand.results(ident, 1)
    stand.ecus.faults("BCM").silent = True
    assert await stand.results(ident, 2) == [("accepted", ""), ("failed", "no-answer")]


async def test_bus_off_takes_all_offline_and_is_recovered_from(stand: Stand) -> None:
    stand.ecus.bus_off()
    await stand.until(lambda: not stand.online("bcm") and not stand.online("esc"))
    await stand.until(lambda: stand.online("bcm", WINDOW) and stand.online("esc", SPEED))
    assert stand.gateway.counters["can-bus-off"] == 1
    assert (await stand.results(await stand.set(WINDOW, value=10), 2))[-1] == ("succeeded", "")


async def test_an_ecu_that_was_restarted_takes_the_very_next_command(stand: Stand) -> None:
    """It believes no first frame after a silence, so the gateway shows itself as soon as the ECU is back."""
    node = stand.ecus._nodes["BCM"]
    node.faults.silent = True
    await stand.until(lambda: not stand.online("bcm"))
    assert node.check is not None
    node.check.forget()
    node.faults.silent = False
    await stand.until(lambda: stand.online("bcm", WINDOW))
    assert (await stand.results(await stand.set(WINDOW, value=10), 2))[-1] == ("succeeded", "")


async def test_frames_of_strangers_are_counted(stand: Stand) -> None:
    assert stand.ecus.port.bus is not None
    stand.ecus.port.bus.send(can.Message(arbitration_id=0x7FF, data=b"\x01", is_extended_id=False))
    stand.ecus.put(WINDOW, 12)
    await stand.until(lambda: stand.value(WINDOW) == 12)
    assert stand.gateway.counters["can-unknown-frame"] == 1


async def test_only_frames_of_the_dbc_are_sent_and_every_one_is_protected(
    stand: Stand, database: CanDatabase, can_bus: CanSettings
) -> None:
    with can.Bus(can_bus.channel, interface="virtual") as listener:
        for value in (10, 20, 30):
            await stand.results(await stand.set(WINDOW, value=value), 2)
        frames = []
        while (message := listener.recv(0)) is not None:
            frames.append(message)
    commands = [m for m in frames if database.frames[m.arbitration_id].name == "BCM_Command"]
    wanted = [m for m in commands if m.data[3]]
    assert len(wanted) == 3
    steps = [b.data[1] - a.data[1] for a, b in pairwise(commands)]
    assert {step % 15 for step in steps} == {1}
    assert stand.ecus.counters["can-crc"] == 0


async def test_without_a_frame_nothing_is_told_again(
    broker: RunningBroker, database: CanDatabase, can_bus: CanSettings, vid: str
) -> None:
    """Also before the message is stale: a state that is published is one that a frame just said."""
    patient = can_bus.model_copy(update={"least_timeout_s": 10.0, "refresh_s": 0.2})
    async with standing(broker, database, patient, vid) as stand:
        stand.ecus.faults("ESC").missing.add("ESC_Motion")

        async def others_are_told_again(times: int) -> None:
            topic = "state/Vehicle/Cabin/HVAC/AmbientAirTemperature"
            count = len(await stand.rig.heard(topic))
            await stand.rig.heard(topic, count + times)

        await others_are_told_again(3)
        told = len(await stand.rig.heard("state/Vehicle/Speed"))
        await others_are_told_again(3)
        assert len(await stand.rig.heard("state/Vehicle/Speed")) == told
        assert stand.online("esc", SPEED)


async def test_a_gateway_that_stood_still_does_not_blame_the_ecus(stand: Stand) -> None:
    told = stand.last("state/Vehicle/Speed")["ts"]
    time.sleep(1.5)  # noqa: ASYNC251 (the stall itself: nothing in this process runs meanwhile)
    await stand.until(lambda: stand.last("state/Vehicle/Speed")["ts"] > told)
    assert stand.gateway.counters["can-timeout"] == 0


async def test_a_sensor_that_does_not_change_stays_fresh(stand: Stand) -> None:
    first = parse_timestamp(stand.last("state/Vehicle/Speed")["ts"])
    await stand.until(
        lambda: (at := parse_timestamp(stand.last("state/Vehicle/Speed")["ts"])) is not None and at > first
    )
    assert stand.value(SPEED) == 0.0


async def test_a_gateway_that_ends_leaves_all_its_ecus_offline(
    broker: RunningBroker, database: CanDatabase, can_bus: CanSettings, vid: str
) -> None:
    async with standing(broker, database, can_bus, vid):
        pass
    async with peer(broker, vid) as after:
        presence = await after.heard("/provider/", len(database.ecus))
    assert {body(message)["status"] for message in presence} == {"offline"}
