"""The sides under test as processes of their own."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def cockpit(
    command: str, port: int, vid: str, home: Path, more: Mapping[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`cockpit COMMAND` for vehicle `vid`, on the broker at `port` of this machine, without models or a sound card."""
    settings = {
        "COCKPIT_BROKER__PORT": str(port),
        "COCKPIT_VID": vid,
        "COCKPIT_MODELS_DIR": str(home / "models"),
        "COCKPIT_STATE_DIR": str(home / "state"),
        "COCKPIT_SPEECH__OUTPUT": "none",
        "COCKPIT_TURN__RESULT_TIMEOUT_S": "1.5",
        **(more or {}),
    }
    log = home / f"{command}.log"
    with log.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cockpit", command, env={**os.environ, **settings}, stderr=stderr
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


def killer(process: asyncio.subprocess.Process):
    """As losing its power."""

    async def kill() -> None:
        process.kill()
        await process.wait()

    return kill
