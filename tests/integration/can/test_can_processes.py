"""`cockpit can` as processes of its own, on a CAN bus over UDP multicast that stays in this host."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import can
import pytest

from cockpit.can.database import load_database
from cockpit.config import CanSettings
from cockpit.profile import VehicleProfile
from hil.broker import RunningBroker, free_port
from hil.can.bench import GROUP, gateway, measure
from hil.can.ecu import EcuNetwork
from tests.broker import DEADLINE_S, body, peer


def multicast() -> CanSettings:
    return CanSettings(interface="udp_multicast", channel=GROUP, options={"port": free_port(), "hop_limit": 0})


@pytest.fixture
async def ecus(profile: VehicleProfile) -> AsyncIterator[EcuNetwork]:
    settings = multicast()
    one = EcuNetwork(load_database(settings.database, profile), settings)
    task = asyncio.create_task(one.run())
    yield one
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_gateway_that_is_killed_leaves_no_ecu_online(broker: RunningBroker, ecus: EcuNetwork, vid: str) -> None:
    async with peer(broker, vid) as rig:

        def online() -> set[str]:
            last = {m.topic.value: body(m)["status"] for m in rig.seen if "/provider/" in m.topic.value}
            return {topic for topic, status in last.items() if status == "online"}

        async with gateway(broker, ecus.port.settings, vid) as process, asyncio.timeout(4 * DEADLINE_S), rig.news:
            await rig.news.wait_for(lambda: len(online()) == 8)
            process.kill()
            await rig.news.wait_for(lambda: not online())


async def test_the_bench_measures_without_losing_anything() -> None:
    figures = await measure(commands=10, seconds=1.0)
    assert figures.commands == 10
    assert figures.updates > 100
    assert figures.told >= figures.updates
    assert figures.lost == 0
    assert figures.median_ms > 0
    assert figures.cpu_share > 0


def cockpit(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cockpit", *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )


def test_a_log_in_words(tmp_path: Path, profile: VehicleProfile) -> None:
    frames = {f.name: f for f in load_database(CanSettings().database, profile).frames.values()}
    speed = frames["ESC_Motion"].encode({"Speed": 50.25, "IsMoving": 1}, 0)
    command = frames["BCM_Command"].encode({"Ticket": 7, "Target": 0, "Idle": 0}, 0)
    sent = [(0xA0, speed), (0x200, command), (0xA0, speed), (0xA0, speed[:-1] + b"\x01"), (0x555, b"\xff")]
    log = tmp_path / "drive.log"
    with can.Logger(log) as writer:
        for ident, data in sent:
            writer.on_message_received(
                can.Message(arbitration_id=ident, data=data, is_extended_id=False, channel="can0")
            )
    result = cockpit("can", "decode", log)
    said = [json.loads(line) for line in result.stdout.splitlines()]
    assert said[0]["values"] == {"Vehicle.Speed": 50.25, "Vehicle.IsMoving": True}
    assert said[1]["values"] == {"Ticket": 7, "Target": 0}
    assert [frame.get("verdict") for frame in said] == ["initial", "initial", "repeated", "crc", None]
    assert said[3]["values"] == {}
    assert said[4]["data"] == "ff"
    assert result.stderr == "crc 1, initial 2, repeated 1, unknown 1\n"


def test_the_reference_vehicle_s_dbc_is_complete() -> None:
    result = cockpit("can", "check")
    assert result.returncode == 0
    assert "120 signals" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("check", "--dbc", "/no/such.dbc"), "can-bad-dbc"), (("decode", "/no/such.log"), "can-bad-log")],
)
def test_a_mistake_is_told_with_its_code(arguments: tuple[str, ...], code: str) -> None:
    result = cockpit("can", *arguments)
    assert result.returncode == 2
    assert code in result.stderr
    assert "Traceback" not in result.stderr
