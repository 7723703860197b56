"""What can go wrong with the computer that the assistant runs on: faults of the layer `host` on this machine.

None needs root but a niceness below 0. `full-disk` lowers the size that the process may write a file to
(RLIMIT_FSIZE) to nothing: writing fails with EFBIG where a full disk would give ENOSPC. `clock-jump` wants the
process to have been started with libfaketime (`FakedClock`).
"""

from __future__ import annotations

import asyncio
import resource
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psutil

from hil.fault.undoing import Undo, UndoableFaults
from hil.rig.errors import RigError

HOST_FAULTS = ("cpu", "memory", "full-disk", "clock-jump", "freeze", "kill")

READY_S = 60.0
"""For a burdening process to have taken what it is to hold."""
SPIN = "import os\nparent = os.getppid()\nwhile os.getppid() == parent:\n    for _ in range(100_000):\n        pass\n"
"""Keeps a core busy for as long as its parent lives."""
HOLD = (
    "import sys\nheld = bytearray(int(sys.argv[1]))\nheld[::4096] = bytes(-(-len(held) // 4096))\n"
    "print('held', flush=True)\nsys.stdin.read()\n"
)
"""Holds so many bytes, every page of them written to, until its input ends."""


class Target(Protocol):
    """The assistant as a process of this machine, which is started again when it dies."""

    @property
    def pid(self) -> int | None: ...

    async def kill(self) -> None: ...

    async def online(self) -> None:
        """Wait until it is online. Raises `RigError` (`rig-late`)."""


@dataclass(frozen=True, slots=True)
class FakedClock:
    """A wall clock that is set by a file, for processes started with `environment`; time that passes is not touched."""

    file: Path
    library: Path

    @classmethod
    def found(cls, file: Path) -> FakedClock | None:
        """None where libfaketime is not installed."""
        folders = (Path("/usr/lib"), *Path("/usr/lib").glob("*-linux-gnu"), Path("/usr/local/lib"))
        libraries = (folder / "faketime" / "libfaketimeMT.so.1" for folder in folders)
        library = next((library for library in libraries if library.exists()), None)
        return None if library is None else cls(file, library)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(self.library),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # 1 has threads that wait for Python's lock spin
        }

    def set(self, ahead_s: float) -> None:
        self.file.write_text(f"{ahead_s:+f}\n", "utf-8")


class HostFaults(UndoableFaults):
    """Begins and ends faults of the machine and of `target`. `clock` is what its process was started with, if any."""

    def __init__(self, target: Target, clock: FakedClock | None) -> None:
        self._target, self._clock = target, clock
        super().__init__(
            "the board's computer",
            {
                "cpu": self._cpu,
                "memory": self._memory,
                "full-disk": self._full_disk,
                "clock-jump": self._clock_jump,
                "freeze": self._freeze,
                "kill": self._kill,
            },
        )

    def restarted(self) -> None:
        """The assistant is another process now: what was done to the one before is done to this one."""
        if any(name.startswith("full-disk-") for name in self._undo):
            self._limit_files(0)

    async def _cpu(self, args: Mapping[str, Any]) -> Undo:
        command = ("nice", "-n", str(args["niceness"]), sys.executable, "-c", SPIN)
        busy = [await asyncio.create_subprocess_exec(*command) for _ in range(args["processes"])]

        async def undo() -> None:
            for process in busy:
                await _end(process)

        return undo

    async def _memory(self, args: Mapping[str, Any]) -> Undo:
        free_mb = psutil.virtual_memory().available / 1e6
        if args["mb"] > 0.9 * free_mb:
            raise RigError(
                "unsupported", f"memory: {args['mb']} MB are more than nine tenths of the {free_mb:.0f} free"
            )
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-c", HOLD, str(args["mb"] * 1_000_000))
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
        assert process.stdout is not None  # noqa: S101 (asked for)
        try:
            async with asyncio.timeout(READY_S):
                held = await process.stdout.readline()
        except TimeoutError:
            held = b""
        if held != b"held\n":
            await _end(process)
            raise RigError("unsupported", f"memory: {args['mb']} MB cannot be held")

        async def undo() -> None:
            await _end(process)

        return undo

    async def _full_disk(self, _: Mapping[str, Any]) -> Undo:
        self._limit_files(0)

        async def undo() -> None:
            self._limit_files(resource.RLIM_INFINITY)

        return undo

    def _limit_files(self, size: int) -> None:
        """The soft limit: one that its own user may raise again."""
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(self._pid("full-disk"))
            hard = process.rlimit(psutil.RLIMIT_FSIZE)[1]
            process.rlimit(psutil.RLIMIT_FSIZE, (hard if size == resource.RLIM_INFINITY else size, hard))

    async def _clock_jump(self, args: Mapping[str, Any]) -> Undo:
        clock = self._clock
        if clock is None:
            message = "clock-jump: the board wants `faked_clock: true` and this machine libfaketime (apt: faketime)"
            raise RigError("unsupported", message)
        clock.set(args["s"])

        async def undo() -> None:
            clock.set(0)

        return undo

    async def _freeze(self, _: Mapping[str, Any]) -> Undo:
        process = psutil.Process(self._pid("freeze"))
        process.send_signal(signal.SIGSTOP)

        async def undo() -> None:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)

        return undo

    async def _kill(self, _: Mapping[str, Any]) -> Undo:
        await self._target.kill()
        return self._target.online

    def _pid(self, kind: str) -> int:
        if (pid := self._target.pid) is None:
            raise RigError("unsupported", f"{kind}: the assistant does not run")
        return pid


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
