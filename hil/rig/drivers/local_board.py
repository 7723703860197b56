"""The assistant as a process of this machine, looked after as systemd would."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import psutil
from pydantic import Field

from hil.fault.host import FakedClock, HostFaults
from hil.rig.assistant_config import assistant_toml
from hil.rig.driver import Driver, Resource
from hil.rig.errors import RigError
from hil.rig.online import until_online
from hil.rig.protocols import Usage

LOG_LINES = 20_000
"""Of what the assistant wrote; the oldest go."""


class LocalBoardResource(Resource):
    command: list[str] = Field(default_factory=lambda: [sys.executable, "-m", "cockpit", "run"])
    """What starts the assistant; `--config FILE` is appended."""
    online_s: Annotated[float, Field(gt=0)] = 180.0
    """Longest wait for it to be online with all its engines."""
    restart_s: Annotated[float, Field(ge=0)] | None = 2.0
    """When it is started again after it died (systemd/cockpit.service has 2 s); null never."""
    stop_s: Annotated[float, Field(gt=0)] = 15.0
    """After which it is killed where it does not stop when asked to."""
    faked_clock: bool = False
    """Start it with libfaketime, so that its wall clock can jump."""
    environment: dict[str, str] = Field(default_factory=dict)


class LocalBoard(Driver[LocalBoardResource]):
    """Protocol `Board`; faults of the layer `host`. Settings from this process's environment do not reach it."""

    role = "board"
    resource = LocalBoardResource

    async def open(self) -> None:
        folder = Path(self.held.enter_context(TemporaryDirectory(prefix="cockpit-board-")))
        clock = FakedClock.found(folder / "clock") if self.where.faked_clock else None
        if clock is not None:
            clock.set(0)
        self._config = folder / "cockpit.toml"
        self._environment = self._own_environment(folder / "state", clock)
        self._process: asyncio.subprocess.Process | None = None
        self._minder: asyncio.Task[None] | None = None
        self._lines: deque[str] = deque(maxlen=LOG_LINES)
        self._spent: dict[int, tuple[float, float]] = {}
        self._stopping = self._came = False
        self._host = HostFaults(self, clock)
        self.held.push_async_callback(self.stop)
        self.held.push_async_callback(self._host.clear)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def start(self) -> float:
        """Raises `RigError` (`rig-late`) where it does not come up, with the end of what it wrote."""
        await self.stop()
        self._lines.clear()
        self._stopping = self._came = False
        self._config.write_text(assistant_toml(self.site, models_dir=str(self.site.settings.models_dir)), "utf-8")
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        await self._spawn()
        self._minder = asyncio.create_task(self._mind(), name="board")
        await self.online()
        return loop.time() - began_s

    async def online(self) -> None:
        """Wait until the process that runs now is online. Raises `RigError` (`rig-late`)."""
        waiting = asyncio.ensure_future(until_online(self.site, self.where.online_s, self._spawned_s))
        ending = self._minder or waiting
        await asyncio.wait({waiting, ending}, return_when=asyncio.FIRST_COMPLETED)
        came = waiting.done() and waiting.result()
        waiting.cancel()
        if not came:
            written = "\n".join(list(self._lines)[-20:])
            raise RigError("late", f"the assistant did not come up; the last that it wrote:\n{written}")
        self._came = True

    async def stop(self) -> None:
        self._stopping = True
        if self._process is not None and self._process.returncode is None:
            self._signal(signal.SIGCONT)
            self._signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self._process.wait(), self.where.stop_s)
            except TimeoutError:
                self._signal(signal.SIGKILL)
                await self._process.wait()
        if self._minder is not None:
            await asyncio.wait({self._minder}, timeout=1.0)  # for the last that it wrote
            self._minder.cancel()
            with suppress(asyncio.CancelledError):
                await self._minder
            self._minder = None

    async def kill(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            raise RigError("unsupported", "the assistant does not run, so it cannot be killed")
        self._spawned_s = self.site.trace.now_s()
        self._signal(signal.SIGKILL)
        await process.wait()

    async def usage(self) -> list[Usage]:
        """Of the assistant and the processes it started. Empty while it does not run."""
        return await asyncio.to_thread(self._usage)

    async def log(self) -> str:
        return "\n".join(self._lines)

    async def begin(self, kind: str, args: Mapping[str, Any]) -> str:
        name = await self._host.begin(kind, args)
        self.site.trace.add("fault", kind, {"name": name, "state": "begun", "args": dict(args)})
        return name

    async def end(self, name: str) -> None:
        await self._host.end(name)
        self.site.trace.add("fault", name.rpartition("-")[0], {"name": name, "state": "ended"})

    def _own_environment(self, state: Path, clock: FakedClock | None) -> dict[str, str]:
        """This process's, but for settings; what outlasts a restart of the assistant goes with the rig."""
        ours = {key: value for key, value in os.environ.items() if not key.startswith("COCKPIT_")}
        broker = self.site.assistant_broker
        secret = {"COCKPIT_BROKER__PASSWORD": broker.password.get_secret_value()} if broker.password else {}
        ours["XDG_STATE_HOME"] = str(state)
        return {**ours, **secret, **(clock.environment if clock else {}), **self.where.environment}

    async def _spawn(self) -> None:
        self._spawned_s = self.site.trace.now_s()
        pipe, merged = asyncio.subprocess.PIPE, asyncio.subprocess.STDOUT
        command = (*self.where.command, "--config", str(self._config))
        # signals as here: a process that is started while the disk is full must live to be told so (SIGXFSZ is ignored)
        self._process = await asyncio.create_subprocess_exec(
            *command, stdout=pipe, stderr=merged, env=self._environment, restore_signals=False
        )
        self._spent.clear()
        self._host.restarted()
        self.site.trace.add("host", "started", {"pid": self._process.pid})

    async def _mind(self) -> None:
        """Keep what it writes, and start it again when it dies; ends when it is to stay down: it was stopped, or never
        came up at all."""
        while True:
            process = self._process
            assert process is not None  # noqa: S101 (spawned before)
            assert process.stdout is not None  # noqa: S101
            async for line in process.stdout:
                self._lines.append(line.decode(errors="replace").rstrip())
            code = await process.wait()
            self.site.trace.add("host", "exited", {"code": code})
            if self._stopping or code == 0 or self.where.restart_s is None or not self._came:
                return
            await asyncio.sleep(self.where.restart_s)
            await self._spawn()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    def _usage(self) -> list[Usage]:
        if self.pid is None:
            return []
        with suppress(psutil.NoSuchProcess):
            root = psutil.Process(self.pid)
            found = []
            for process in (root, *root.children(recursive=True)):
                with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                    found.append(self._used("cockpit" if process is root else process.name(), process))
            return found
        return []

    def _used(self, name: str, process: psutil.Process) -> Usage:
        now_s, spent_s = time.monotonic(), sum(process.cpu_times()[:2])
        then_s, before_s = self._spent.get(process.pid, (now_s, spent_s))
        self._spent[process.pid] = (now_s, spent_s)
        share = (spent_s - before_s) / (now_s - then_s) if now_s > then_s else 0.0
        return Usage(name, share, process.memory_full_info().pss / 1e6)
