"""One person on a rig at a time: a lock on this machine. And the mark of a rig that broke, until it is mended.

Both are files in `rigs` of the assistant's state folder, by the rig's name. The lock is the kernel's (flock): it goes
with its holder, however that ends.
"""

from __future__ import annotations

import asyncio
import fcntl
import getpass
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from cockpit.config.section import state_dir
from hil.rig.errors import RigError

WATCH_S = 1.0
"""How often the holder looks whether it still is."""


Kept = TypeVar("Kept", bound=BaseModel)


class Holder(BaseModel):
    """Who has a rig, since when, and by which process of which machine."""

    model_config = ConfigDict(frozen=True)

    holder: str
    host: str
    pid: int
    since: datetime

    @classmethod
    def here(cls, holder: str = "") -> Holder:
        return cls(
            holder=holder or getpass.getuser(), host=socket.gethostname(), pid=os.getpid(), since=datetime.now(UTC)
        )

    def __str__(self) -> str:
        return f"{self.holder} on {self.host} (process {self.pid}) since {self.since:%Y-%m-%d %H:%M:%S} UTC"


class Broken(BaseModel):
    """Why a rig is not to be used before somebody looked at it."""

    model_config = ConfigDict(frozen=True)

    reason: str
    at: datetime
    by: Holder


def rigs_dir() -> Path:
    """Where leases and marks lie."""
    return state_dir() / "rigs"


@asynccontextmanager
async def machine_lease(name: str, who: Holder, *, steal: bool = False) -> AsyncIterator[None]:
    """Hold the rig `name` among the processes of this machine.

    `steal` takes it from whoever has it. Raises `RigError`: `rig-busy` where somebody has it; `rig-lost` ends the block
    when it is stolen meanwhile.
    """
    file = rigs_dir() / f"{name}.lease"
    file.parent.mkdir(parents=True, exist_ok=True)
    if steal:
        file.unlink(missing_ok=True)
    with file.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RigError("busy", f"{name} is held by {holder(name) or 'somebody'}") from error
        lock.truncate(0)
        lock.write(who.model_dump_json())
        lock.flush()
        async with ended_by(partial(_until_stolen, name, file, os.fstat(lock.fileno()).st_ino)):
            yield


def holder(name: str) -> Holder | None:
    """Who has the rig on this machine; None where nobody does or it cannot be told."""
    file = rigs_dir() / f"{name}.lease"
    try:
        with file.open(encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None
    except BlockingIOError:
        pass
    except OSError:
        return None
    return _read(file, Holder)


def mark_broken(name: str, reason: str, who: Holder) -> None:
    """Have the rig refused from now on."""
    file = rigs_dir() / f"{name}.broken"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(Broken(reason=reason, at=datetime.now(UTC), by=who).model_dump_json(indent=2), "utf-8")


def broken(name: str) -> Broken | None:
    """Whether the rig is marked broken, and why."""
    file = rigs_dir() / f"{name}.broken"
    if not file.exists():
        return None
    unknown = Broken(reason="its mark cannot be read", at=datetime.fromtimestamp(0, UTC), by=Holder.here())
    return _read(file, Broken) or unknown


def mend(name: str) -> Broken | None:
    """Take the mark away, after somebody looked at the rig; gives what it said. None where there was none."""
    mark = broken(name)
    (rigs_dir() / f"{name}.broken").unlink(missing_ok=True)
    return mark


@asynccontextmanager
async def ended_by(watch: Callable[[], Awaitable[RigError]]) -> AsyncIterator[None]:
    """A block that is cancelled, and raises what `watch` found, as soon as that returns."""
    lost: list[RigError] = []
    body = asyncio.current_task()
    assert body is not None  # noqa: S101 (within a coroutine)

    async def look() -> None:
        lost.append(await watch())
        body.cancel()

    task = asyncio.create_task(look(), name="lease")
    try:
        yield
    except asyncio.CancelledError:
        if not lost:
            raise
        body.uncancel()
        raise lost[0] from None
    finally:
        task.cancel()
        await asyncio.wait({task})
    if lost:
        body.uncancel()
        raise lost[0]


async def _until_stolen(name: str, file: Path, inode: int) -> RigError:
    while _inode(file) == inode:  # noqa: ASYNC110 (a file: nobody tells)
        await asyncio.sleep(WATCH_S)
    return RigError("lost", f"the lease of {name} was taken by {holder(name) or 'somebody'}")


def _inode(file: Path) -> int | None:
    try:
        return file.stat().st_ino
    except OSError:
        return None


def _read(file: Path, kind: type[Kept]) -> Kept | None:
    try:
        return kind.model_validate_json(file.read_text("utf-8"))
    except (OSError, ValidationError):
        return None
