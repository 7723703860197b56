"""The gateway on a broker that asks every client who it is: from a command to frames and back, over TLS."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from cockpit.broker.roles import Client
from cockpit.bus import Bus
from cockpit.can.database import CanDatabase
from cockpit.can.gateway import Gateway
from cockpit.config import BrokerSettings, CanSettings
from cockpit.types import Outcome, SetSignal
from cockpit.vehicle import MqttVehicle
from hil.broker import find_mosquitto
from hil.can.ecu import EcuNetwork
from tests.component.broker.secured import DEADLINE_S, Secured, secured, settled
from tests.component.vehicle.scripted_car import WINDOW, permit


@pytest.fixture
async def secure(tmp_path: Path, database: CanDatabase, vid: str) -> AsyncIterator[Secured]:
    if find_mosquitto() is None:
        pytest.skip("mosquitto is not installed")
    async with secured(tmp_path, vid, [Client("provider", ecu.provider) for ecu in database.ecus]) as running:
        yield running


@asynccontextmanager
async def gateway(secure: Secured, database: CanDatabase, can_bus: CanSettings) -> AsyncIterator[EcuNetwork]:
    def broker(provider: str) -> BrokerSettings:
        return secure.folder.connection(Client("provider", provider), secure.address)

    ecus = EcuNetwork(database, can_bus)
    tasks = [asyncio.create_task(part.run()) for part in (Gateway(database, can_bus, broker, secure.vid), ecus)]
    try:
        yield ecus
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_from_a_command_to_its_frame_and_back(
    secure: Secured, database: CanDatabase, can_bus: CanSettings
) -> None:
    bus = Bus(secure.settings("assistant"))
    vehicle = MqttVehicle(bus, database.profile, secure.vid, DEADLINE_S)
    wanted = SetSignal(WINDOW, 40)
    async with gateway(secure, database, can_bus) as ecus, bus.running(), asyncio.timeout(3 * DEADLINE_S):
        while vehicle.snapshot().readings.keys() != database.profile.signals.keys():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        assert await vehicle.carry_out(permit(wanted, 3.0)) == Outcome(wanted, "done")
    assert [(order.path, order.value) for order in ecus.orders] == [(WINDOW, 40)]


async def test_one_ecu_cannot_speak_for_another(secure: Secured, database: CanDatabase) -> None:
    ours, theirs = (f"vehicle/{secure.vid}/provider/{ecu.provider}" for ecu in database.ecus[:2])
    name = Client("provider", database.ecus[0].provider).name
    async with AsyncExitStack() as stack:
        watcher = await stack.enter_async_context(secure.known("recorder"))
        await watcher.subscribe("#", qos=0)
        async with secure.known(name) as ecu:
            for topic in (theirs, ours, f"viss/{secure.vid}/assistant/answers"):
                await ecu.publish(topic, json.dumps({"status": "online", "paths": []}).encode(), qos=1)
        assert [topic for topic, _ in await settled(watcher)] == [ours]
