"""A TCP server whose connections end with it: what proxies between two sides have in common."""

from __future__ import annotations

import asyncio
from typing import Self


class Listener:
    """Listens for as long as its block lasts; `listen` 0 is any free port. Subclasses say what a connection gets."""

    def __init__(self, host: str = "127.0.0.1", listen: int = 0) -> None:
        self._where = (host, listen)
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, *self._where)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None  # noqa: S101 (entered before)
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None  # noqa: S101
        return int(self._server.sockets[0].getsockname()[1])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it ends; closes `writer`. That a side goes away (`OSError`, `EOFError`) is no error."""
        raise NotImplementedError

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101
        self._serving.add(task)
        try:
            await self.serve(reader, writer)
        except (OSError, EOFError, asyncio.CancelledError):
            pass  # a side went away, or the block is over
        finally:
            self._serving.discard(task)
