"""A vehicle on one broker, an assistant's side on another, and frames between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from cockpit.bus.payloads import timestamp
from cockpit.can.database import CanDatabase
from cockpit.config import CanSettings
from cockpit.profile import VehicleProfile
from hil.broker import RunningBroker, running_broker
from hil.can.cases import frames_between
from hil.can.ecu import EcuNetwork
from hil.can.watch import FrameWatch
from hil.trace import Trace
from hil.vehicle import SimulatedVehicle
from tests.broker import DEADLINE_S, Peer, body, peer
from tests.component.vehicle.test_simulated_vehicle import running

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
STATE = f"state/{WINDOW.replace('.', '/')}"


@pytest.fixture
async def far() -> AsyncIterator[RunningBroker]:
    async with running_broker() as one:
        yield one


async def command(rig: Peer, value: int) -> list[str]:
    """Send a command; the statuses until its end."""
    ident = uuid4().hex
    wanted = {"id": ident, "value": value, "ttl_ms": 3000, "ts": timestamp(), "issuer": ident}
    await rig.publish(f"vehicle/{rig.vid}/set/{WINDOW.replace('.', '/')}", wanted)
    return [body(m)["status"] for m in await rig.heard(f"result/{ident}", 3)]


async def test_a_vehicle_behind_frames_moves_and_says_so(
    broker: RunningBroker, far: RunningBroker, profile: VehicleProfile, vid: str
) -> None:
    car = SimulatedVehicle(profile, far.host, far.port, vid, percent_per_s=1000)
    async with running(car), frames_between(broker, far, vid) as gateway, peer(broker, vid) as rig:
        async with asyncio.timeout(DEADLINE_S), rig.news:
            await rig.news.wait_for(lambda: any(WINDOW in p.paths for p in gateway.providers))
        assert await command(rig, 100) == ["accepted", "in_progress", "succeeded"]
        positions = [body(m)["value"] for m in rig.seen if m.topic.value.endswith(STATE)]
        assert positions[-3:] == [0, 50, 100]
        assert car.values[WINDOW] == 100
        await car.provide(online=False)
        async with asyncio.timeout(DEADLINE_S), rig.news:
            await rig.news.wait_for(lambda: not any(p.paths for p in gateway.providers))


async def test_what_is_not_the_vehicle_s_is_carried_and_a_reset_waits_for_the_frames(
    broker: RunningBroker, far: RunningBroker, profile: VehicleProfile, vid: str
) -> None:
    async with frames_between(broker, far, vid), peer(far, vid) as rig, peer(broker, vid) as assistant:
        await rig.provider()
        for path, signal in profile.signals.items():
            await rig.state(path, signal.default)
        await rig.state(WINDOW, 70)
        await rig.publish(f"cockpit/{vid}/request/reset", {"id": "begin"})
        await assistant.heard("request/reset")
        before = assistant.seen[: [m.topic.value.endswith("/reset") for m in assistant.seen].index(True)]
        assert [body(m)["value"] for m in before if m.topic.value.endswith(STATE)][-1] == 70
        await assistant.publish(f"cockpit/{vid}/event/reset", {"type": "reset", "id": "begin"})
        assert body((await rig.heard("event/reset"))[0])["id"] == "begin"
        await rig.publish(f"app/{vid}/media/status", {"status": "online"}, retain=True)
        await assistant.heard("app/")
        await assistant.publish(f"app/{vid}/media/play", {"id": "1", "args": {}})
        await rig.heard("/media/play")
        await rig.app_result("1", "succeeded")
        await assistant.heard("/result")
    assert len([m for m in assistant.seen if m.topic.value.endswith("media/status")]) == 1, "nothing goes in circles"


async def test_a_trace_has_what_was_commanded_answered_and_changed(database: CanDatabase, can_bus: CanSettings) -> None:
    trace = Trace()
    ecus, watch = EcuNetwork(database, can_bus), FrameWatch(database, can_bus, trace)
    tasks = [asyncio.create_task(watch.run()), asyncio.create_task(ecus.run())]
    try:
        await asyncio.wait_for(watch.ready(), DEADLINE_S)
        first = await trace.until(lambda seen: seen.name == "BCM_Windows", DEADLINE_S)
        assert first is not None
        assert first.data[WINDOW] == 0
        ecus.put(WINDOW, 33)
        changed = await trace.until(lambda seen: seen.name == "BCM_Windows", DEADLINE_S, first.at_s + 1e-9)
        ecus.faults("BCM").wrong_crc = True
        wrong = await trace.until(lambda seen: seen.data.get("verdict") == "crc", DEADLINE_S)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert changed is not None
    assert changed.data == {WINDOW: 33}
    assert wrong is not None
