"""The conformance suite against our own sides as processes, and with the assistant's signals on each bus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from cockpit.bus import Bus
from cockpit.config import BrokerSettings
from cockpit.profile import VehicleProfile
from hil.broker import RunningBroker, free_port
from hil.carlink import CarLink
from hil.conformance import assistant, vehicle
from hil.conformance.__main__ import cutting, main
from hil.conformance.case import Verdict
from hil.conformance.probe import Address
from hil.conformance.scene import vehicle_scene
from hil.conformance.stage import staging
from hil.kuksa.databroker import Databroker
from hil.kuksa.provider import Provider
from hil.viss import VissServer
from tests.component.vehicle.other_buses import background
from tests.integration.conformance.processes import cockpit, killer


def told(verdicts: Sequence[Verdict], status: str) -> list[str]:
    return [f"{one.id}: {one.message}" for one in verdicts if one.status == status]


async def test_our_vehicle_side(broker: RunningBroker, profile: VehicleProfile, vid: str, tmp_path: Path) -> None:
    address = Address(broker.host, broker.port)
    async with (
        cockpit("vehicle", broker.port, vid, tmp_path) as process,
        vehicle_scene(address, vid, profile, killer(process), timeout_s=30) as scene,
    ):
        verdicts = await vehicle.CASES.run(scene)
    assert (told(verdicts, "failed"), told(verdicts, "skipped")) == ([], [])
    assert len(verdicts) == len(vehicle.CASES.cases) >= 20


@dataclass
class Other:
    """Another bus than the contract, between the stage and the assistant."""

    settings: dict[str, str]
    shown: Callable[[], Awaitable[None]] | None = None


@asynccontextmanager
async def viss(broker: RunningBroker, profile: VehicleProfile, vid: str, car_vid: str) -> AsyncIterator[Other]:
    bus = Bus(BrokerSettings(host=broker.host, port=broker.port))
    server = VissServer(bus, profile, car_vid, f"{vid}/Vehicle")
    async with bus.running(), background(server.run()):

        async def shown() -> None:
            await asyncio.wait_for(server.car.ready(), 30)
            await asyncio.wait_for(server.car.up.wait(), 30)

        yield Other({"COCKPIT_VEHICLE__PORT": "viss"}, shown)


@asynccontextmanager
async def kuksa(broker: RunningBroker, profile: VehicleProfile, vid: str, car_vid: str) -> AsyncIterator[Other]:
    bus = Bus(BrokerSettings(host=broker.host, port=broker.port))
    car = CarLink(bus, profile, car_vid, issuer="kuksa")
    async with bus.running(), Databroker(profile).serving() as port:
        provider = Provider(car, f"127.0.0.1:{port}")
        async with background(provider.run()):

            async def shown() -> None:
                await asyncio.wait_for(car.ready(), 30)
                await asyncio.wait_for(provider.owning.wait(), 30)

            yield Other({"COCKPIT_VEHICLE__PORT": "kuksa", "COCKPIT_VEHICLE__KUKSA__PORT": str(port)}, shown)


@asynccontextmanager
async def contract(broker: RunningBroker, profile: VehicleProfile, vid: str, car_vid: str) -> AsyncIterator[Other]:
    yield Other({})


@pytest.mark.parametrize(
    ("bus", "lang", "skipped"),
    [
        (contract, "zh", set()),
        (contract, "en", set()),
        (viss, "zh", {"set-payload", "mqtt-5", "uncovered", "another's-result"}),
        (kuksa, "zh", {"set-payload", "mqtt-5", "uncovered", "another's-result"}),
    ],
    ids=["contract-zh", "contract-en", "viss", "kuksa"],
)
async def test_our_assistant_side(
    broker: RunningBroker,
    profile: VehicleProfile,
    vid: str,
    tmp_path: Path,
    bus: Callable[..., AsyncIterator[Other]],
    lang: str,
    skipped: set[str],
) -> None:
    address, car_vid = Address(broker.host, broker.port), vid if bus is contract else f"{vid}-car"
    async with AsyncExitStack() as stack:
        way = free_port()
        interrupt = await stack.enter_async_context(cutting(address, way))
        other = await stack.enter_async_context(bus(broker, profile, vid, car_vid))
        process = await stack.enter_async_context(cockpit("run", way, vid, tmp_path, other.settings))
        stage = await stack.enter_async_context(
            staging(
                address,
                vid,
                profile,
                car_vid=car_vid,
                lang=lang,
                timeout_s=20,
                interrupt=interrupt,
                crash=killer(process),
                shown=other.shown,
            )
        )
        verdicts = await assistant.CASES.run(stage)
    assert told(verdicts, "failed") == []
    assert {one.id for one in verdicts if one.status == "skipped"} == skipped


async def test_the_command(broker: RunningBroker, vid: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--host", broker.host, "--port", str(broker.port), "--vid", vid]
    junit = tmp_path / "junit.xml"
    async with cockpit("vehicle", broker.port, vid, tmp_path):
        arguments = ["vehicle", *where, "--only", "^(provider-online|set-succeeds|last-will)$", "--junit", str(junit)]
        status = await asyncio.to_thread(main, arguments)
    out = capsys.readouterr().out
    assert status == 0
    assert "2 passed, 0 failed, 1 skipped" in out
    assert 'name="set-succeeds"' in junit.read_text("utf-8")
    assert await asyncio.to_thread(main, ["vehicle", *where[:-1], "nobody", "--timeout", "0.5"]) == 2
