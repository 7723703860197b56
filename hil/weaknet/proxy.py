"""The proxy: a server on this machine that passes connections on to another, as badly as it is told."""

from __future__ import annotations

import asyncio
import contextlib
import random

from hil.listener import Listener
from hil.weaknet.certificates import Certificates
from hil.weaknet.faults import Fault

PIECE = 4096
"""Bytes taken at a time where the rate is not limited."""

SLICE_S = 0.1
"""A limited rate is kept by sending what fits into so long, and waiting as long."""


class WeakNet(Listener):
    """Stands between a client and the server at `host`:`port`.

    `fault` may be changed at any time, and holds for connections from then on. `connections` counts them (`connected`
    is set by the first); `received` keeps what clients sent, for tests that look at the wire (the newest 4 MB).
    """

    def __init__(
        self,
        host: str,
        port: int,
        fault: Fault | None = None,
        *,
        seed: int = 0,
        certificates: Certificates | None = None,
        listen: int = 0,
    ) -> None:
        super().__init__(listen=listen)
        self._upstream = (host, port)
        self._random = random.Random(seed)  # noqa: S311 (a network's luck)
        self._certificates = certificates or Certificates()
        self.fault = fault or Fault()
        self.connections = 0
        self.connected = asyncio.Event()
        self.received = bytearray()

    @property
    def url(self) -> str:
        """The address of an OpenAI-compatible interface through this network, by the fault that holds now."""
        return f"http{'s' if self.fault.tls else ''}://127.0.0.1:{self.port}/v1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.connected.set()
        try:
            await self._serve(reader, writer, self.fault)
        finally:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault) -> None:
        if fault.mode == "refuse":
            return
        if fault.tls:
            await writer.start_tls(self._certificates.server(fault.tls))
        if fault.mode == "blackhole":
            await self._drain(reader)
        elif fault.mode == "reply":
            await self._reply(reader, writer, fault)
        else:
            await self._relay(reader, writer, fault)

    async def _drain(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(PIECE):
            self._keep(data)

    async def _reply(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault) -> None:
        await self._request(reader)
        writer.write(fault.reply)
        await writer.drain()
        while fault.repeat:
            writer.write(fault.repeat)
            await writer.drain()
            await asyncio.sleep(0)
        writer.write_eof() if writer.can_write_eof() else writer.close()
        await self._drain(reader)

    async def _request(self, reader: asyncio.StreamReader) -> None:
        """Read one request to its end, so that its sender is not disturbed in sending it."""
        head = await reader.readuntil(b"\r\n\r\n")
        self._keep(head)
        length = 0
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        self._keep(await reader.readexactly(length))

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault) -> None:
        up_reader, up_writer = await asyncio.open_connection(*self._upstream)
        try:
            async with asyncio.TaskGroup() as both:
                up = both.create_task(self._up(reader, up_writer, fault))
                await self._down(up_reader, writer, fault)
                up.cancel()
        except* OSError:  # either side went away
            pass
        finally:
            up_writer.transport.abort()

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault) -> None:
        while data := await reader.read(PIECE):
            self._keep(data)
            await self._travel(fault)
            writer.write(data)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault) -> None:
        sent = 0
        limits = [limit for limit in (fault.cut_after, fault.close_after, fault.hang_after) if limit >= 0]
        size = max(1, int(fault.rate_bps / 8 * SLICE_S)) if fault.rate_bps else PIECE
        while data := await reader.read(size):
            await self._travel(fault)
            if fault.rate_bps:
                await asyncio.sleep(8 * len(data) / fault.rate_bps)
            data = data[: min(limits) - sent] if limits else data
            writer.write(data)
            await writer.drain()
            sent += len(data)
            if limits and sent >= min(limits):
                await self._break(writer, fault)
                return
        writer.write_eof() if writer.can_write_eof() else writer.close()

    async def _break(self, writer: asyncio.StreamWriter, fault: Fault) -> None:
        if fault.hang_after >= 0:
            await asyncio.Event().wait()
        if fault.close_after >= 0 and writer.can_write_eof():
            writer.write_eof()
            return
        writer.transport.abort()

    async def _travel(self, fault: Fault) -> None:
        """As long as a piece is under way."""
        lost = self._random.random() < fault.loss
        wait_s = fault.delay_s + self._random.uniform(0, fault.jitter_s) + (fault.stall_s if lost else 0.0)
        if wait_s:
            await asyncio.sleep(wait_s)

    def _keep(self, data: bytes) -> None:
        self.received += data
        del self.received[: -4 * 1024 * 1024]
