"""The assistant on another computer: reached over SSH, started and looked after by systemd there."""

from __future__ import annotations

import asyncio
import math
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import asyncssh
from pydantic import Field

from hil.fault.remote import RemoteFaults
from hil.rig.assistant_config import assistant_toml
from hil.rig.driver import Driver, Resource
from hil.rig.errors import RigError
from hil.rig.online import until_online
from hil.rig.protocols import Usage


class SshBoardResource(Resource):
    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 22
    user: str | None = None
    """null is one's own name."""
    key: Path | None = None
    """The private key; null takes the agent's and those in ~/.ssh."""
    known_hosts: Path | None = None
    """Where the board's own key is; null is ~/.ssh/known_hosts. A board whose key is not there is not spoken to."""
    connect_s: Annotated[float, Field(gt=0)] = 30.0
    """Longest wait for the board to be reached: it may be booting."""
    command_s: Annotated[float, Field(gt=0)] = 30.0
    """Longest wait for one command."""
    service: str = "cockpit.service"
    systemctl: str = "sudo -n systemctl"
    journalctl: str = "sudo -n journalctl"
    config: str | None = None
    """File on the board that the rig's settings are written to before each start; null leaves the board's own alone."""
    online_s: Annotated[float, Field(gt=0)] = 180.0
    """Longest wait for the assistant to be online with all its engines."""
    ballast: str | None = None
    """File on the board by which `full-disk` fills the file system it lies on; null has no such fault."""
    set_clock: str | None = None
    """What sets the board's clock, e.g. `sudo -n date`; null has no `clock-jump`. Switch off NTP first."""


class SshBoard(Driver[SshBoardResource]):
    """Protocol `Board`; faults of the layer `host`. Reached when it is first needed, so that a relay may give it power
    before, and again after it was away."""

    role = "board"
    resource = SshBoardResource

    async def open(self) -> None:
        if self.where.config is None and self.site.given:
            raise RigError("invalid", "the rig has settings, but its board says no `config` to write them to")
        self._connection: asyncssh.SSHClientConnection | None = None
        self._spent: tuple[int, float, float] | None = None
        self._faults = RemoteFaults(self)
        self._since = ""
        self.held.push_async_callback(self._leave)

    async def start(self) -> float:
        """Raises `RigError` (`rig-late`) where it does not come up."""
        if self.where.config is not None:
            await self.run(f"cat > {shlex.quote(self.where.config)}", input_text=assistant_toml(self.site))
        self._since = (await self.run("date +%s")).strip()
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        self.began_s = self.site.trace.now_s()
        await self.control("restart")
        await self.online()
        self.site.trace.add("host", "started", {"pid": await self._pid()})
        return loop.time() - began_s

    async def online(self) -> None:
        """Wait until it has been online since it was last started or killed. Raises `RigError` (`rig-late`)."""
        if not await until_online(self.site, self.where.online_s, self.began_s):
            written = "\n".join((await self.log()).splitlines()[-20:])
            raise RigError("late", f"the assistant did not come up; the last that it wrote:\n{written}")

    async def stop(self) -> None:
        await self.control("stop")

    async def kill(self) -> None:
        self.began_s = self.site.trace.now_s()
        await self.control("kill --signal=KILL")

    async def usage(self) -> list[Usage]:
        """Of the service's main process. Empty while it does not run."""
        if not (pid := await self._pid()):
            return []
        told = await self.run(
            f"getconf CLK_TCK; cut -d' ' -f1 /proc/uptime; cut -d')' -f2 /proc/{pid}/stat;"
            f" grep ^Pss: /proc/{pid}/smaps_rollup || sudo -n grep ^Pss: /proc/{pid}/smaps_rollup || true",
        )
        ticks, up, stat, *pss = told.splitlines()
        fields = stat.split()  # from the third on, see proc(5): 14 and 15 are the ticks in user and system mode
        spent_s, now_s = (int(fields[11]) + int(fields[12])) / int(ticks), float(up)
        before = self._spent if self._spent and self._spent[0] == pid else (pid, spent_s, now_s)
        self._spent = (pid, spent_s, now_s)
        share = (spent_s - before[1]) / (now_s - before[2]) if now_s > before[2] else 0.0
        return [Usage("cockpit", share, float(pss[0].split()[1]) * 1024 / 1e6 if pss else math.nan)]

    async def log(self) -> str:
        where = self.where
        return await self.run(f"{where.journalctl} -u {where.service} --since=@{self._since or 0} -o cat --no-pager")

    async def begin(self, kind: str, args: Mapping[str, Any]) -> str:
        name = await self._faults.begin(kind, args)
        self.site.trace.add("fault", kind, {"name": name, "state": "begun", "args": dict(args)})
        return name

    async def end(self, name: str) -> None:
        await self._faults.end(name)
        self.site.trace.add("fault", name.rpartition("-")[0], {"name": name, "state": "ended"})

    async def control(self, verb: str) -> None:
        """Tell systemd about the service."""
        await self.run(f"{self.where.systemctl} {verb} {self.where.service}", within_s=self.where.online_s)

    async def run(self, command: str, *, input_text: str = "", within_s: float | None = None) -> str:
        """What a command on the board prints. Raises `RigError`: `rig-unsupported` where it fails, `rig-late` where it
        takes too long or the board is not reached."""
        try:
            async with asyncio.timeout(within_s or self.where.command_s):
                done = await (await self.connected()).run(command, input=input_text)
        except TimeoutError as error:
            raise RigError("late", f"{self.where.host}: `{command}` took too long") from error
        except (asyncssh.Error, OSError) as error:
            self._connection = None
            raise RigError("late", f"{self.where.host}: `{command}`: {error}") from error
        if done.exit_status:
            raise RigError("unsupported", f"{self.where.host}: `{command}` failed: {str(done.stderr).strip()}")
        return str(done.stdout)

    async def connected(self) -> asyncssh.SSHClientConnection:
        """The connection, made anew where it is gone; tries until `connect_s` are over."""
        if self._connection is not None and not self._connection.is_closed():
            return self._connection
        loop = asyncio.get_running_loop()
        end_s = loop.time() + self.where.connect_s
        while True:
            try:
                self._connection = await asyncssh.connect(
                    self.where.host, self.where.port, **self._credentials(), connect_timeout=self.where.connect_s
                )
            except (asyncssh.PermissionDenied, asyncssh.HostKeyNotVerifiable) as error:
                raise RigError("unsupported", f"{self.where.host} is not to be spoken to: {error}") from error
            except (asyncssh.Error, OSError, TimeoutError) as error:
                if loop.time() >= end_s:
                    raise RigError("late", f"{self.where.host} cannot be reached: {error}") from error
                await asyncio.sleep(1.0)
            else:
                return self._connection

    def _credentials(self) -> dict[str, Any]:
        where = self.where
        given = {
            "username": where.user,
            "client_keys": where.key and [str(where.key)],
            "known_hosts": where.known_hosts,
        }
        return {name: str(value) if isinstance(value, Path) else value for name, value in given.items() if value}

    async def _pid(self) -> int:
        """0 while the service does not run."""
        told = await self.run(f"{self.where.systemctl} show --property=MainPID --value {self.where.service}")
        return int(told.strip() or 0)

    async def _leave(self) -> None:
        if self._connection is not None:
            await self._faults.clear()
            self._connection.close()
            await self._connection.wait_closed()
