"""Relays over real transports: a device that speaks HTTP, and one at the other end of a serial line (a pty)."""

from __future__ import annotations

import asyncio
import os
import tty
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hil.rig.driver import Site
from hil.rig.drivers.relay import HttpRelay, HttpRelayResource, SerialRelay, SerialRelayResource, lcus_command
from hil.rig.errors import RigError


class Tasmota:
    """A relay with two channels. While `stuck` it answers what it was, not what it was told."""

    def __init__(self) -> None:
        self.state = {1: "OFF", 2: "OFF"}
        self.stuck = False

    async def answer(self, request: web.Request) -> web.Response:
        command, state = request.query["cmnd"].split()
        channel = int(command.removeprefix("Power"))
        if not self.stuck:
            self.state[channel] = state.upper()
        return web.json_response({f"POWER{channel}": self.state[channel]})


@pytest.fixture
async def tasmota() -> AsyncIterator[tuple[Tasmota, str]]:
    device = Tasmota()
    app = web.Application()
    app.router.add_get("/cm", device.answer)
    async with TestServer(app) as server:
        yield device, str(server.make_url("/"))


async def test_a_relay_over_http_switches_the_channel_it_is_told(tasmota: tuple[Tasmota, str], site: Site) -> None:
    device, url = tasmota
    async with HttpRelay(HttpRelayResource(url=url, channel=2, off_s=0), site) as power:
        await power.on()
        assert device.state == {1: "OFF", 2: "ON"}
        await power.off()
        assert device.state == {1: "OFF", 2: "OFF"}
    assert [seen.data["state"] for seen in site.trace.since(source="host")] == ["on", "off"]


async def test_a_relay_that_does_not_switch_is_noticed(tasmota: tuple[Tasmota, str], site: Site) -> None:
    device, url = tasmota
    device.stuck = True
    async with HttpRelay(HttpRelayResource(url=url), site) as power:
        with pytest.raises(RigError, match="did not switch ON"):
            await power.on()


async def test_a_relay_that_is_not_there_is_said_so(site: Site) -> None:
    async with HttpRelay(HttpRelayResource(url="http://127.0.0.1:1"), site) as power:
        with pytest.raises(RigError, match="does not answer"):
            await power.on()


class Lcus:
    """The board at the other end of a serial line: two channels."""

    def __init__(self) -> None:
        self._fd, self._other = os.openpty()
        tty.setraw(self._other)
        self.device = os.ttyname(self._other)
        self.state = {1: False, 2: False}
        self.stuck = False
        self._taken = b""
        asyncio.get_running_loop().add_reader(self._fd, self._read)

    def _read(self) -> None:
        self._taken += os.read(self._fd, 64)
        while self._taken:
            if self._taken[0] == 0xFF:
                self._taken = self._taken[1:]
                lines = (f"CH{channel}: {'ON' if on else 'OFF'}\r\n" for channel, on in self.state.items())
                os.write(self._fd, "".join(lines).encode())
            elif len(self._taken) >= 4:
                head, channel, on, check = self._taken[:4]
                self._taken = self._taken[4:]
                if head == 0xA0 and check == (head + channel + on) & 0xFF and not self.stuck:
                    self.state[channel] = bool(on)
            else:
                return

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._fd)
        os.close(self._fd)
        os.close(self._other)


@pytest.fixture
async def lcus() -> AsyncIterator[Lcus]:
    pytest.importorskip("serial", reason="pyserial is not installed")
    board = Lcus()
    yield board
    board.close()


def test_the_four_bytes_are_those_of_the_boards_data_sheet() -> None:
    assert lcus_command(1, on=True).hex() == "a00101a2"
    assert lcus_command(1, on=False).hex() == "a00100a1"
    assert lcus_command(2, on=True).hex() == "a00201a3"


async def test_a_relay_on_a_serial_port_switches_and_is_asked(lcus: Lcus, site: Site) -> None:
    async with SerialRelay(SerialRelayResource(device=lcus.device, channel=2, off_s=0), site) as power:
        await power.on()
        assert lcus.state == {1: False, 2: True}
        await power.off()
        assert lcus.state == {1: False, 2: False}
        lcus.stuck = True
        with pytest.raises(RigError, match="did not switch ON: it said 'OFF'"):
            await power.on()


async def test_a_port_that_is_not_there_is_said_so(site: Site) -> None:
    pytest.importorskip("serial", reason="pyserial is not installed")
    with pytest.raises(RigError, match="cannot be opened"):
        async with SerialRelay(SerialRelayResource(device="/dev/nothing"), site):
            pass
