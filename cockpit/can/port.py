"""The gateway's (or an ECU's) place on a CAN bus: kept up for ever, and never carrying anything old.

python-can blocks, so a thread reads; frames are handled on the event loop. Sending does not wait: what the controller
does not take at once is not sent.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter, deque
from collections.abc import Callable
from random import SystemRandom

import can

from cockpit.config import CanSettings
from cockpit.errors import CanError

log = logging.getLogger(__name__)

INBOX_SIZE = 4096
"""Frames that may wait to be handled: more than a bus of 500 kbit/s brings in half a second."""
POLL_S = 0.1
"""How long the reading thread waits before it looks whether it is still wanted."""
BACKOFF_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Longest wait before each further attempt on the bus; half of it is jitter."""
BUS_OFF = 0x40
"""CAN_ERR_BUSOFF of linux/can/error.h: the class of an error frame by which a controller reports that it is off."""


class CanPort:
    """`on_frame` is called with each data frame, in order. Counted in `counters`: `can-bus-off`, `can-unavailable` (it
    cannot be opened, or broke), `can-error-frame`, `can-overflow` (frames that came too fast; the oldest go),
    `can-not-sent`."""

    def __init__(
        self, settings: CanSettings, on_frame: Callable[[can.Message], None], counters: Counter[str] | None = None
    ) -> None:
        self.settings = settings
        self._on_frame = on_frame
        self.counters: Counter[str] = Counter() if counters is None else counters
        self.on_up: list[Callable[[], None]] = []
        self.on_down: list[Callable[[], None]] = []
        self.up = asyncio.Event()
        self.bus: can.BusABC | None = None
        """python-can's own, while there is one."""
        self._inbox: deque[can.Message] = deque()
        self._off: asyncio.Future[None] | None = None
        self._heard = False

    def send(self, frame_id: int, data: bytes, extended: bool = False) -> None:
        """Hand one frame to the controller. Raises `CanError` (`can-bus-off`, `can-not-sent`)."""
        if self.bus is None:
            raise CanError("bus-off", "there is no CAN bus at the moment")
        try:
            self.bus.send(can.Message(arbitration_id=frame_id, data=data, is_extended_id=extended, check=False))
        except (can.CanError, OSError) as error:
            self.counters["can-not-sent"] += 1
            raise CanError("not-sent", f"frame {frame_id:#x} was not sent: {error}") from error

    async def run(self) -> None:
        """Stay on the bus until cancelled; after bus-off or another failure, again after a while."""
        attempt = 0
        while True:
            try:
                await self._session()
            except CanError as error:
                self.counters[error.code] += 1
                log.warning("CAN %s %s: %s", self.settings.interface, self.settings.channel, error)
            attempt = 0 if self._heard else attempt
            longest = BACKOFF_S[min(attempt, len(BACKOFF_S) - 1)]
            attempt += 1
            await asyncio.sleep(SystemRandom().uniform(longest / 2, longest))

    async def _session(self) -> None:
        """From opening to the end, which raises `CanError`."""
        self._heard = False
        loop, stop = asyncio.get_running_loop(), threading.Event()
        bus = await asyncio.to_thread(self._open)
        self._off = loop.create_future()
        reading = asyncio.ensure_future(asyncio.to_thread(self._read, bus, stop, loop))
        try:
            self.bus = bus
            self.up.set()
            for greet in self.on_up:
                greet()
            done, _ = await asyncio.wait((reading, self._off), return_when=asyncio.FIRST_COMPLETED)
            done.pop().result()
        finally:
            self.bus = None
            self.up.clear()
            stop.set()
            self._off.cancel()
            await asyncio.wait((reading,))
            bus.shutdown()
            self._inbox.clear()
            for clean_up in self.on_down:
                clean_up()

    def _open(self) -> can.BusABC:
        settings = self.settings
        try:
            return can.Bus(settings.channel, interface=settings.interface, **settings.options)  # type: ignore[arg-type]
        except (can.CanError, OSError, ValueError, TypeError) as error:
            raise CanError("unavailable", f"cannot be opened: {error}") from error

    def _read(self, bus: can.BusABC, stop: threading.Event, loop: asyncio.AbstractEventLoop) -> None:
        """On a thread: every frame into the inbox, until told to stop. Raises `CanError` when the bus breaks."""
        while not stop.is_set():
            try:
                message = bus.recv(POLL_S)
            except (can.CanError, OSError) as error:
                raise CanError("unavailable", f"broke: {error}") from error
            if message is not None:
                self._accept(message)
                loop.call_soon_threadsafe(self._handle)

    def _accept(self, message: can.Message) -> None:
        if len(self._inbox) >= INBOX_SIZE:
            self._inbox.popleft()
            self.counters["can-overflow"] += 1
        self._inbox.append(message)

    def _handle(self) -> None:
        """All that waits, so that of several calls in a row the first does the work."""
        while self._inbox and self.bus is not None:
            message = self._inbox.popleft()
            if not message.is_error_frame:
                self._heard = True
                self._on_frame(message)
            elif message.arbitration_id & BUS_OFF and self._off is not None and not self._off.done():
                self._off.set_exception(CanError("bus-off", "the controller is off the bus"))
            else:
                self.counters["can-error-frame"] += 1
