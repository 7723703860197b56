"""A board driver of another package, as rig files may name one: the assistant on this event loop, without models."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import psutil

from cockpit.runtime.service import Service
from hil.rig.driver import Driver, Resource
from hil.rig.errors import RigError
from hil.rig.online import until_online
from hil.rig.protocols import Usage


class InProcessBoardResource(Resource):
    starts: int = 1000
    """So often it comes up; after that it does not."""


class InProcessBoard(Driver[InProcessBoardResource]):
    """Protocol `Board`."""

    role = "board"
    resource = InProcessBoardResource

    async def open(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._left = self.where.starts
        self._process = psutil.Process()
        self.held.push_async_callback(self.stop)

    async def start(self) -> float:
        await self.stop()
        self._left -= 1
        if self._left < 0:
            raise RigError("late", "the assistant did not come up")
        began_s = self.site.trace.now_s()
        settings = self.site.settings.model_copy(update={"broker": self.site.assistant_broker})
        self._task = asyncio.create_task(Service(settings).run(), name="assistant")
        if not await until_online(self.site, 60.0, began_s):
            raise RigError("late", "the assistant did not come up")
        return self.site.trace.now_s() - began_s

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def kill(self) -> None:
        await self.stop()

    async def usage(self) -> list[Usage]:
        return [Usage("cockpit", self._process.cpu_percent() / 100, self._process.memory_info().rss / 1e6)]

    async def log(self) -> str:
        return ""
