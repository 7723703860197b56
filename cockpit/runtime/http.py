"""Push-to-talk and status over HTTP, for a button on the wheel or a page on the head unit. Off unless a port is set."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cockpit.bus.payloads import ListenRequest, parse
from cockpit.config import HttpSettings
from cockpit.errors import CockpitError, ConfigError

if TYPE_CHECKING:
    from aiohttp import web

MAX_BODY = 4096
"""Bytes."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
BODY_S = 5.0
"""How long a request's body is waited for."""


class HttpInterface:
    """`POST /listen` takes the contract's `request/listen` and `GET /status` gives the retained status."""

    def __init__(
        self,
        settings: HttpSettings,
        listen: Callable[[ListenRequest], None],
        status: Callable[[], Mapping[str, object]],
    ) -> None:
        self._settings, self._listen, self._status = settings, listen, status
        self.port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        """The port it listens on, once it does."""

    async def run(self) -> None:
        """Serve until cancelled. Raises `ConfigError`: `config-http-port` where the port cannot be had, and
        `config-http-open` where other machines could reach it and no token is set."""
        if self._settings.host not in LOOPBACK and self._settings.token is None:
            raise ConfigError("http-open", f"http.host is {self._settings.host}: that needs a token (http.token)")
        from aiohttp import web  # noqa: PLC0415 (loads for a third of a second, and is off by default)

        @web.middleware
        async def guard(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
            return await self._guard(request, handler)

        app = web.Application(client_max_size=MAX_BODY, middlewares=[guard])
        app.add_routes([web.post("/listen", self._on_listen), web.get("/status", self._on_status)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, self._settings.host, self._settings.port)
            try:
                await site.start()
            except OSError as error:
                where = f"{self._settings.host}:{self._settings.port}"
                raise ConfigError("http-port", f"cannot listen on {where}: {error.strerror}") from error
            self.port.set_result(runner.addresses[0][1])
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    async def _guard(self, request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        """Lets in who bears the token, and words what goes wrong."""
        from aiohttp import web  # noqa: PLC0415

        if not self._may(request.headers.get("Authorization", "")):
            return _failed("http-token", "the Authorization header must bear the token", 401)
        try:
            response: web.StreamResponse = await handler(request)
        except CockpitError as error:
            return _failed(error.code, error.message, 400)
        except web.HTTPException as error:
            return _failed(f"http-{error.status}", error.reason, error.status)
        return response

    def _may(self, given: str) -> bool:
        """Whether who sent this Authorization header may come in. As bytes, for strings are only compared in ASCII."""
        token = self._settings.token
        wanted = "" if token is None else f"Bearer {token.get_secret_value()}"
        return token is None or hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted.encode())

    async def _on_listen(self, request: web.Request) -> web.StreamResponse:
        from aiohttp import web  # noqa: PLC0415

        try:
            async with asyncio.timeout(BODY_S):
                body = await request.read()
        except TimeoutError as late:
            raise web.HTTPRequestTimeout from late
        self._listen(parse(ListenRequest, body))
        return web.json_response({"status": "ok"})

    async def _on_status(self, request: web.Request) -> web.StreamResponse:
        from aiohttp import web  # noqa: PLC0415

        del request
        return web.json_response(dict(self._status()))


def _failed(code: str, message: str, status: int) -> web.StreamResponse:
    from aiohttp import web  # noqa: PLC0415

    return web.json_response({"code": code, "message": message}, status=status)
