"""Faults of the board's computer on a real process that writes and tells the time."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import psutil
import pytest

from hil.fault.host import HOLD, SPIN, FakedClock, HostFaults
from hil.fault.kinds import checked
from hil.rig.errors import RigError

DEADLINE_S = 20.0
CHILD = """
import sys, time
for asked in sys.stdin:
    try:
        if asked == "time\\n":
            print(time.time(), flush=True)
        else:
            with open(sys.argv[1], "w") as file:
                file.write("x")
            print("written", flush=True)
    except OSError as error:
        print(error.errno, flush=True)
"""


class Child:
    """The process, as faults see it; `online` starts it again where it is dead."""

    def __init__(self, file: Path, environment: Mapping[str, str]) -> None:
        self._file, self._environment = file, environment
        self.process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process is not None and self.process.returncode is None else None

    async def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def online(self) -> None:
        if self.pid is None:
            pipe = asyncio.subprocess.PIPE
            environment = {**os.environ, **self._environment}
            command = (sys.executable, "-c", CHILD, str(self._file))
            self.process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, env=environment, restore_signals=False)

    async def ask(self, what: str) -> str:
        assert self.process is not None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{what}\n".encode())
        async with asyncio.timeout(DEADLINE_S):
            return (await self.process.stdout.readline()).decode().strip()


@pytest.fixture
def clock(tmp_path: Path) -> FakedClock | None:
    faked = FakedClock.found(tmp_path / "clock")
    if faked is not None:
        faked.set(0)
    return faked


@pytest.fixture
async def child(tmp_path: Path, clock: FakedClock | None) -> AsyncIterator[Child]:
    one = Child(tmp_path / "file", clock.environment if clock else {})
    await one.online()
    yield one
    if one.pid is not None:
        await one.kill()


def running(program: str) -> list[psutil.Process]:
    """This process's children that run `program`."""
    return [child for child in psutil.Process().children() if program in child.cmdline()]


async def test_busy_processes_and_held_memory_are_there_while_the_fault_lasts(child: Child) -> None:
    faults = HostFaults(child, None)
    await faults.begin("cpu", checked("cpu", {"processes": 2, "niceness": 5})[1])
    held = await faults.begin("memory", checked("memory", {"mb": 60})[1])
    assert len(running(SPIN)) + len(running("nice")) >= 2
    [holder] = running(HOLD)
    assert holder.memory_info().rss > 60_000_000
    await faults.end(held)
    assert running(HOLD) == []
    await faults.clear()
    assert running(SPIN) == []


async def test_more_memory_than_there_is_is_not_taken(child: Child) -> None:
    with pytest.raises(RigError, match="nine tenths"):
        await HostFaults(child, None).begin("memory", {"mb": 1_000_000})


async def test_nothing_is_written_while_the_disk_is_full_not_even_after_a_restart(child: Child) -> None:
    faults = HostFaults(child, None)
    assert await child.ask("write") == "written"
    name = await faults.begin("full-disk", {})
    assert await child.ask("write") == "27"  # EFBIG
    killed = await faults.begin("kill", {})
    await faults.end(killed)
    faults.restarted()
    assert await child.ask("write") == "27"
    await faults.end(name)
    assert await child.ask("write") == "written"


async def test_the_wall_clock_jumps_and_jumps_back(child: Child, clock: FakedClock | None) -> None:
    if clock is None:
        pytest.skip("libfaketime is not installed (apt: faketime)")
    faults = HostFaults(child, clock)
    name = await faults.begin("clock-jump", {"s": -86_400})
    assert abs(float(await child.ask("time")) + 86_400 - time.time()) < 60
    await faults.end(name)
    assert abs(float(await child.ask("time")) - time.time()) < 60


async def test_without_a_faked_clock_it_cannot_jump(child: Child) -> None:
    with pytest.raises(RigError, match="faked_clock"):
        await HostFaults(child, None).begin("clock-jump", {"s": 1})


async def test_a_frozen_process_stands_still_until_it_is_over(child: Child) -> None:
    faults = HostFaults(child, None)
    name = await faults.begin("freeze", {})
    async with asyncio.timeout(DEADLINE_S):
        stopped = await asyncio.to_thread(os.waitid, os.P_PID, child.pid, os.WSTOPPED | os.WNOWAIT)
    assert stopped is not None
    await faults.end(name)
    assert await child.ask("write") == "written"


async def test_a_fault_that_is_not_on_cannot_be_ended(child: Child) -> None:
    with pytest.raises(RigError, match="no fault cpu-1"):
        await HostFaults(child, None).end("cpu-1")
    await child.kill()
    with pytest.raises(RigError, match="does not run"):
        await HostFaults(child, None).begin("freeze", {})
