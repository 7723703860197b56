"""Host faults on a board over SSH: what burdens it runs there only as long as the connection holds."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hil.fault.host import HOLD
from hil.fault.undoing import Undo, UndoableFaults
from hil.rig.errors import RigError

if TYPE_CHECKING:
    from hil.rig.drivers.ssh_board import SshBoard

SPIN = "while :; do :; done & spin=$!; echo begun; cat > /dev/null; kill $spin"
"""Keeps a core busy until its input ends, which it does at the latest with the connection."""


class RemoteFaults(UndoableFaults):
    """The kinds of the layer `host`, on `board`."""

    def __init__(self, board: SshBoard) -> None:
        self._board = board
        super().__init__(
            "the board",
            {
                "cpu": self._cpu,
                "memory": self._memory,
                "full-disk": self._full_disk,
                "clock-jump": self._clock_jump,
                "freeze": self._freeze,
                "kill": self._kill,
            },
        )

    async def clear(self) -> None:
        """End all; a board that cannot be reached any more keeps none."""
        for name in list(self._undo):
            with suppress(RigError):
                await self.end(name)

    async def _cpu(self, args: Mapping[str, Any]) -> Undo:
        ends = [
            await self._burden(f"nice -n {args['niceness']} sh -c {shlex.quote(SPIN)}", "begun")
            for _ in range(args["processes"])
        ]

        async def undo() -> None:
            for end in ends:
                await end()

        return undo

    async def _memory(self, args: Mapping[str, Any]) -> Undo:
        size = args["mb"] * 1_000_000
        free = 1024 * int(await self._board.run("awk '/^MemAvailable:/ {print $2}' /proc/meminfo"))
        if size > 0.9 * free:
            message = f"memory: {args['mb']} MB are more than nine tenths of the {free / 1e6:.0f} free"
            raise RigError("unsupported", message)
        return await self._burden(f"python3 -c {shlex.quote(HOLD)} {size}", "held")

    async def _burden(self, command: str, word: str) -> Undo:
        """Run something on the board until undone; begun once it has said `word`."""
        connection = await self._board.connected()
        process = await connection.create_process(command)
        if (await process.stdout.readline()).strip() != word:
            raise RigError("unsupported", f"`{command}`: {(await process.stderr.read()).strip()}")

        async def undo() -> None:
            process.stdin.write_eof()
            await process.wait(timeout=self._board.where.command_s)

        return undo

    async def _full_disk(self, _: Mapping[str, Any]) -> Undo:
        file = self._board.where.ballast
        if file is None:
            raise RigError("unsupported", "full-disk: the board's `ballast` says no file to fill it with")
        name, folder = shlex.quote(file), f'"$(dirname {shlex.quote(file)})"'
        await self._board.run(f"fallocate -l $(df --output=avail -B1 {folder} | tail -n 1) {name}")

        async def undo() -> None:
            await self._board.run(f"rm -f {name}")

        return undo

    async def _clock_jump(self, args: Mapping[str, Any]) -> Undo:
        setting, ahead_s = self._board.where.set_clock, round(args["s"])
        if setting is None:
            raise RigError("unsupported", "clock-jump: the board's `set_clock` says no command")

        async def jump(by_s: int) -> None:
            await self._board.run(f"{setting} -s @$(($(date +%s) + {by_s}))")

        await jump(ahead_s)

        async def undo() -> None:
            await jump(-ahead_s)

        return undo

    async def _freeze(self, _: Mapping[str, Any]) -> Undo:
        await self._board.control("kill --signal=STOP")

        async def undo() -> None:
            await self._board.control("kill --signal=CONT")

        return undo

    async def _kill(self, _: Mapping[str, Any]) -> Undo:
        await self._board.kill()
        return self._board.online
