"""A place on a CAN bus that breaks and comes back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import can
import pytest

from cockpit.can import port as module
from cockpit.can.port import CanPort
from cockpit.config import CanSettings
from cockpit.errors import CanError
from tests.broker import DEADLINE_S


@asynccontextmanager
async def running(port: CanPort) -> AsyncIterator[CanPort]:
    task = asyncio.create_task(port.run())
    try:
        yield port
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class Frames:
    """Takes frames, and waits for them."""

    def __init__(self) -> None:
        self.seen: list[can.Message] = []
        self.news = asyncio.Event()

    def __call__(self, message: can.Message) -> None:
        self.seen.append(message)
        self.news.set()

    async def until(self, met: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while not met():
                self.news.clear()
                await self.news.wait()


async def test_frames_come_in_order_and_go_out(can_bus: CanSettings) -> None:
    frames = Frames()
    async with running(CanPort(can_bus, frames)) as port:
        await asyncio.wait_for(port.up.wait(), DEADLINE_S)
        with can.Bus(can_bus.channel, interface="virtual") as other:
            for n in range(500):
                other.send(can.Message(arbitration_id=n, is_extended_id=False))
            await frames.until(lambda: len(frames.seen) == 500)
            port.send(5, b"\x01\x02")
            sent = other.recv(DEADLINE_S)
    assert [m.arbitration_id for m in frames.seen] == [*range(500)]
    assert sent is not None
    assert (sent.arbitration_id, bytes(sent.data), sent.is_extended_id) == (5, b"\x01\x02", False)


async def test_a_bus_that_breaks_is_opened_again(can_bus: CanSettings) -> None:
    frames = Frames()
    down = asyncio.Event()
    async with running(CanPort(can_bus, frames)) as port:
        port.on_down.append(down.set)
        await asyncio.wait_for(port.up.wait(), DEADLINE_S)
        assert port.bus is not None
        port.bus.shutdown()
        await asyncio.wait_for(down.wait(), DEADLINE_S)
        with pytest.raises(CanError) as caught:
            port.send(1, b"")
        await asyncio.wait_for(port.up.wait(), DEADLINE_S)
        port.send(1, b"")
    assert caught.value.code == "can-bus-off"
    assert port.counters == {"can-unavailable": 1}


async def test_off_and_on_again(can_bus: CanSettings) -> None:
    """Only a bus-off report ends the session; other error frames are counted."""
    frames, ups = Frames(), []
    port = CanPort(can_bus, frames)
    port.on_up.append(lambda: ups.append(frames.news.set()))
    async with running(port):
        await asyncio.wait_for(port.up.wait(), DEADLINE_S)
        with can.Bus(can_bus.channel, interface="virtual") as controller:
            for error in (0x04, module.BUS_OFF):
                controller.send(can.Message(arbitration_id=error, is_error_frame=True, is_extended_id=False))
            await frames.until(lambda: len(ups) == 2)
    assert port.counters == {"can-error-frame": 1, "can-bus-off": 1}
    assert frames.seen == []


class Noticed(Counter[str]):
    """Says when something was counted."""

    def __init__(self) -> None:
        super().__init__()
        self.news = asyncio.Event()

    def __setitem__(self, code: str, count: int) -> None:
        super().__setitem__(code, count)
        self.news.set()


async def test_an_interface_that_is_not_there_is_tried_again() -> None:
    counters = Noticed()
    port = CanPort(CanSettings(interface="socketcan", channel="nosuchcan0"), lambda _: None, counters)
    async with running(port), asyncio.timeout(DEADLINE_S):
        while counters["can-unavailable"] < 2:
            counters.news.clear()
            await counters.news.wait()
    assert not port.up.is_set()


async def test_a_flood_drops_the_oldest(can_bus: CanSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "INBOX_SIZE", 10)
    frames = Frames()
    async with running(CanPort(can_bus, frames)) as port:
        await asyncio.wait_for(port.up.wait(), DEADLINE_S)
        for n in range(25):
            port._accept(can.Message(arbitration_id=n, is_extended_id=False))
        port._handle()
    assert [m.arbitration_id for m in frames.seen] == [*range(15, 25)]
    assert port.counters == {"can-overflow": 15}
