"""The board's power through a relay: one with an HTTP interface, or one on a serial port."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal
from urllib.parse import quote

import aiohttp
from pydantic import Field

from hil.rig.driver import Driver, Resource
from hil.rig.errors import RigError

ANSWER_S = 5.0
"""For a relay to answer."""


class HttpRelayResource(Resource):
    url: Annotated[str, Field(pattern=r"^https?://")]
    """Of the device, e.g. `http://192.168.1.40`."""
    channel: Annotated[int, Field(ge=1, le=32)] = 1
    off_s: Annotated[float, Field(ge=0, le=60)] = 1.0
    """How long power must have been off before it is given again, for capacitors to empty."""


class HttpRelay(Driver[HttpRelayResource]):
    """Protocol `Power`: a relay that speaks Tasmota's HTTP (`/cm?cmnd=Power1 On`, answered `{"POWER1": "ON"}`; a relay
    with one channel answers `POWER`)."""

    role = "power"
    resource = HttpRelayResource

    async def open(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_S)
        self._session = await self.held.enter_async_context(aiohttp.ClientSession(timeout=timeout))

    async def on(self) -> None:
        await self._switch("ON")

    async def off(self) -> None:
        await self._switch("OFF")
        await asyncio.sleep(self.where.off_s)

    async def _switch(self, state: Literal["ON", "OFF"]) -> None:
        """Raises `RigError` (`rig-unsupported`) where the relay does not say that it did."""
        command = quote(f"Power{self.where.channel} {state.title()}")
        try:
            async with self._session.get(f"{self.where.url.rstrip('/')}/cm?cmnd={command}") as response:
                body: Any = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise RigError("unsupported", f"the relay at {self.where.url} does not answer: {error!r}") from error
        known = {key: body[key] for key in (f"POWER{self.where.channel}", "POWER") if key in body}
        if state not in known.values():
            raise RigError("unsupported", f"the relay at {self.where.url} did not switch {state}: it said {body}")
        self.site.trace.add("host", "power", {"state": state.lower()})


class SerialRelayResource(Resource):
    device: str
    """The serial port, e.g. `/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0`."""
    channel: Annotated[int, Field(ge=1, le=8)] = 1
    baud: int = 9600
    off_s: Annotated[float, Field(ge=0, le=60)] = 1.0
    """As for `http-relay`."""
    answers: bool = True
    """Whether it can be asked for its state (boards with several channels); a board with one is believed."""


class SerialRelay(Driver[SerialRelayResource]):
    """Protocol `Power`: an LCUS board on a USB serial port. Four bytes switch a channel: A0, channel, 1 or 0, and their
    sum; FF asks for the state of all, answered as text (`CH1: ON`)."""

    role = "power"
    resource = SerialRelayResource

    async def open(self) -> None:
        try:
            import serial  # noqa: PLC0415 (only rigs with such a relay need it)
        except ImportError as error:
            raise RigError("unsupported", "a serial relay wants pyserial: pip install cockpit-voice[rig]") from error
        try:
            self._port: Any = await asyncio.to_thread(
                serial.Serial, self.where.device, self.where.baud, timeout=ANSWER_S, write_timeout=ANSWER_S
            )
        except (OSError, ValueError) as error:
            raise RigError("unsupported", f"the relay at {self.where.device} cannot be opened: {error}") from error
        self.held.callback(self._port.close)

    async def on(self) -> None:
        await self._switch(True)

    async def off(self) -> None:
        await self._switch(False)
        await asyncio.sleep(self.where.off_s)

    async def _switch(self, on: bool) -> None:
        state = "ON" if on else "OFF"
        try:
            said = await asyncio.to_thread(self._exchange, on)
        except OSError as error:
            raise RigError("unsupported", f"the relay at {self.where.device} is gone: {error}") from error
        if self.where.answers and said != state:
            raise RigError("unsupported", f"the relay at {self.where.device} did not switch {state}: it said {said!r}")
        self.site.trace.add("host", "power", {"state": state.lower()})

    def _exchange(self, on: bool) -> str:
        """Switch, and read the state of the channel where the board tells it."""
        self._port.reset_input_buffer()
        self._port.write(lcus_command(self.where.channel, on=on))
        if not self.where.answers:
            return ""
        self._port.write(b"\xff")
        while line := self._port.readline().decode("ascii", errors="replace"):
            name, _, state = line.partition(":")
            if name.strip().upper() == f"CH{self.where.channel}":
                return str(state.strip().upper())
        return ""


def lcus_command(channel: int, *, on: bool) -> bytes:
    """The four bytes that switch a channel of an LCUS board."""
    return bytes([0xA0, channel, on, (0xA0 + channel + on) & 0xFF])
