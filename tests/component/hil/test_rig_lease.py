"""Leases among real processes on this machine, and among clients of a real broker."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cockpit.config import ROOT, BrokerSettings
from hil.broker import RunningBroker
from hil.fault.kinds import checked
from hil.fault.mqtt_proxy import MqttProxy
from hil.rig import lease
from hil.rig.broker_lease import broker_lease
from hil.rig.errors import RigError
from hil.rig.lease import Holder, machine_lease

DEADLINE_S = 15.0
HOLD = """
import asyncio
from hil.rig.lease import Holder, machine_lease
async def hold():
    async with machine_lease("desk", Holder.here("another")):
        print("held", flush=True)
        await asyncio.Event().wait()
asyncio.run(hold())
"""


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture
def other(own_state: None) -> subprocess.Popen[str]:
    """Another process that has the rig `desk`."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


async def test_the_rig_of_another_process_is_busy_and_free_when_that_dies(other: subprocess.Popen[str]) -> None:
    with pytest.raises(RigError, match="desk is held by another on") as error:
        async with machine_lease("desk", Holder.here()):
            pass
    assert error.value.code == "rig-busy"
    held_by = lease.holder("desk")
    assert held_by is not None
    assert held_by.pid == other.pid
    other.kill()
    other.wait()
    assert lease.holder("desk") is None
    async with machine_lease("desk", Holder.here("me")):
        assert str(lease.holder("desk")).startswith("me on")
    assert lease.holder("desk") is None


async def test_a_stolen_lease_ends_the_run(own_state: None) -> None:
    stolen = asyncio.Event()

    async def run() -> None:
        async with machine_lease("desk", Holder.here("first")):
            stolen.set()
            await asyncio.Event().wait()

    first = asyncio.create_task(run())
    await stolen.wait()
    async with machine_lease("desk", Holder.here("second"), steal=True):
        with pytest.raises(RigError, match="was taken by second") as error:
            await asyncio.wait_for(first, DEADLINE_S)
        assert error.value.code == "rig-lost"
        with pytest.raises(RigError, match="held by second"):
            async with machine_lease("desk", Holder.here("third")):
                pass


async def test_an_error_of_the_run_is_not_taken_for_a_lost_lease(own_state: None) -> None:
    with pytest.raises(ValueError, match="mine"):
        async with machine_lease("desk", Holder.here()):
            raise ValueError("mine")
    async with machine_lease("desk", Holder.here()):
        pass


def test_the_mark_of_a_broken_rig_stays_until_it_is_mended(own_state: None) -> None:
    assert lease.broken("desk") is None
    lease.mark_broken("desk", "smoke", Holder.here("me"))
    mark = lease.broken("desk")
    assert mark is not None
    assert (mark.reason, mark.by.holder) == ("smoke", "me")
    assert lease.mend("desk") == mark
    assert (lease.broken("desk"), lease.mend("desk")) == (None, None)


def test_a_mark_that_cannot_be_read_still_marks(own_state: None) -> None:
    lease.mark_broken("desk", "smoke", Holder.here())
    (lease.rigs_dir() / "desk.broken").write_text("{", "utf-8")
    mark = lease.broken("desk")
    assert mark is not None
    assert mark.reason == "its mark cannot be read"


@pytest.fixture
def address(broker: RunningBroker) -> BrokerSettings:
    return BrokerSettings(host=broker.host, port=broker.port)


async def test_on_a_broker_one_has_the_rig_and_leaves_it_to_the_next(address: BrokerSettings) -> None:
    async with broker_lease("desk", Holder.here("first"), address, 5):
        with pytest.raises(RigError, match="held by first") as error:
            async with broker_lease("desk", Holder.here("second"), address, 5):
                pass
        assert error.value.code == "rig-busy"
    async with broker_lease("desk", Holder.here("second"), address, 5):
        pass


async def test_of_many_that_come_at_once_just_one_gets_it(address: BrokerSettings) -> None:
    got: list[str] = []
    busy: list[str] = []
    decided = asyncio.Event()

    async def try_it(name: str) -> None:
        try:
            async with broker_lease("desk", Holder.here(name), address, 10):
                got.append(name)
                await decided.wait()
        except RigError as error:
            busy.append(error.code)
            if len(busy) == 5:
                decided.set()

    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as group:
        for number in range(6):
            group.create_task(try_it(f"person {number}"))
    assert len(got) == 1
    assert busy == ["rig-busy"] * 5


async def test_a_lease_stolen_on_the_broker_ends_the_run(address: BrokerSettings) -> None:
    begun = asyncio.Event()

    async def run() -> None:
        async with broker_lease("desk", Holder.here("first"), address, 10):
            begun.set()
            await asyncio.Event().wait()

    first = asyncio.create_task(run())
    await begun.wait()
    async with broker_lease("desk", Holder.here("second"), address, 10, steal=True):
        with pytest.raises(RigError, match="taken by second"):
            await asyncio.wait_for(first, DEADLINE_S)
        with pytest.raises(RigError, match="held by second"):
            async with broker_lease("desk", Holder.here("third"), address, 10):
                pass


async def test_a_lease_is_lost_when_the_broker_is_away_for_too_long(broker: RunningBroker) -> None:
    async with MqttProxy(broker.host, broker.port) as proxy:
        through = BrokerSettings(host="127.0.0.1", port=proxy.port)
        begun = asyncio.Event()

        async def run() -> None:
            async with broker_lease("desk", Holder.here("first"), through, 3):
                begun.set()
                await asyncio.Event().wait()

        first = asyncio.create_task(run())
        await begun.wait()
        proxy.begin("disconnect", checked("disconnect", {"how": "close"})[1])
        with pytest.raises(RigError, match="away for too long") as error:
            await asyncio.wait_for(first, DEADLINE_S)
        assert error.value.code == "rig-lost"


async def test_a_lease_outlives_more_than_its_time_to_live_while_its_holder_is_there(address: BrokerSettings) -> None:
    async with broker_lease("desk", Holder.here("first"), address, 3):
        await asyncio.sleep(4)  # longer than it lives without being said again
        with pytest.raises(RigError, match="held by first"):
            async with broker_lease("desk", Holder.here("second"), address, 3):
                pass
