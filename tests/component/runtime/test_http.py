"""The HTTP interface over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from pydantic import SecretStr

from cockpit.bus.payloads import ListenRequest
from cockpit.config import HttpSettings
from cockpit.errors import AudioError, ConfigError
from cockpit.runtime.http import HttpInterface


class Service:
    def __init__(self) -> None:
        self.pressed: list[tuple[str, bool]] = []

    def listen(self, key: ListenRequest) -> None:
        if key.zone == "rear_left":
            raise AudioError("no-ear", "no microphone listens at rear_left")
        self.pressed.append((key.zone, key.on))


@asynccontextmanager
async def served(token: str | None = None) -> AsyncIterator[tuple[Service, aiohttp.ClientSession]]:
    service = Service()
    settings = HttpSettings(port=0, token=None if token is None else SecretStr(token))
    interface = HttpInterface(settings, service.listen, lambda: {"status": "online"})
    running = asyncio.create_task(interface.run())
    async with asyncio.timeout(10):
        port = await interface.port
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        yield service, session
    running.cancel()
    await asyncio.wait({running})


async def test_the_key_of_a_seat() -> None:
    async with served() as (service, http):
        for zone, on in (("driver", True), ("driver", False), ("rear_right", True)):
            async with http.post("/listen", json={"zone": zone, "on": on}) as response:
                assert response.status == 200
        assert service.pressed == [("driver", True), ("driver", False), ("rear_right", True)]


async def test_status() -> None:
    async with served() as (_, http), http.get("/status") as response:
        assert await response.json() == {"status": "online"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "bus-bad-payload"),
        (b"{", 400, "bus-bad-payload"),
        (b'{"zone": "driver"}', 400, "bus-bad-payload"),
        (b'{"zone": "roof", "on": true}', 400, "bus-bad-payload"),
        (b'{"zone": "rear_left", "on": true}', 400, "audio-no-ear"),
        (b"x" * 10_000, 413, "http-413"),
    ],
)
async def test_a_bad_request_is_told_why_and_harms_nothing(body: bytes, status: int, code: str) -> None:
    async with served() as (service, http):
        async with http.post("/listen", data=body) as response:
            assert (response.status, (await response.json())["code"]) == (status, code)
        async with http.post("/listen", json={"on": True}) as response:
            assert response.status == 200
        assert service.pressed == [("driver", True)]


async def test_what_is_not_there_is_told_so() -> None:
    async with served() as (_, http), http.get("/nothing") as response:
        assert (response.status, (await response.json())["code"]) == (404, "http-404")


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic secret", "secret"])
async def test_without_the_token_nothing_is_done(header: str | None) -> None:
    async with served("secret") as (service, http):
        headers = {} if header is None else {"Authorization": header}
        async with http.post("/listen", json={"on": True}, headers=headers) as response:
            assert (response.status, (await response.json())["code"]) == (401, "http-token")
        assert service.pressed == []
        async with http.post("/listen", json={"on": True}, headers={"Authorization": "Bearer secret"}) as response:
            assert response.status == 200


@pytest.mark.parametrize(("token", "sent", "status"), [("secret", "gehëim", 401), ("gehëim", "gehëim", 200)])
async def test_a_token_may_be_any_text(token: str, sent: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {sent}"}
    async with served(token) as (_, http), http.get("/status", headers=headers) as response:
        assert response.status == status


async def test_a_body_that_never_comes_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.runtime.http.BODY_S", 0.05)

    async def endless() -> AsyncIterator[bytes]:
        yield b'{"on": '
        await asyncio.Event().wait()

    async with served() as (service, http):
        async with asyncio.timeout(10), http.post("/listen", data=endless()) as response:
            assert (response.status, (await response.json())["code"]) == (408, "http-408")
        async with http.post("/listen", json={"on": True}) as response:
            assert response.status == 200
        assert service.pressed == [("driver", True)]


async def test_other_machines_need_a_token() -> None:
    interface = HttpInterface(HttpSettings(port=0, host="0.0.0.0"), Service().listen, dict)  # noqa: S104
    with pytest.raises(ConfigError) as error:
        await interface.run()
    assert error.value.code == "config-http-open"


async def test_a_port_that_is_taken_is_told() -> None:
    async with served() as (_, http):
        port = http._base_url.port  # type: ignore[union-attr]
        interface = HttpInterface(HttpSettings(port=port), Service().listen, dict)
        with pytest.raises(ConfigError) as error:
            await interface.run()
        assert error.value.code == "config-http-port"
