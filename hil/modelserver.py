"""A real model behind OpenAI's chat interface: llama.cpp's own HTTP server, and before it a pass-through that keeps
every request as it came over the wire.

    async with model_server(settings.models_dir) as server:
        ...  # the client is given server.url; server.received tells what it sent

`python -m hil.modelserver --port 8080` runs one until it is interrupted.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from cockpit.config import load_settings
from cockpit.lm.engine import open_engine

HOST = "127.0.0.1"
MODEL = "qwen2.5-coder-0.5b"
CONTEXT_TOKENS = 4096
MOST_KEPT = 4096
"""Requests kept; one more is refused (507), so that no test passes for want of what it looks for."""
PASSED_ON = ("Authorization", "Content-Type", "Accept")
"""Of a request's headers, what the model's server is told."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came: `body` is its bytes."""

    path: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class ModelServer:
    """`received` holds every request in order, `abandoned` is set when a client has gone before the answer's end."""

    def __init__(self, upstream: str) -> None:
        self.received: list[Request] = []
        self.abandoned = asyncio.Event()
        self.port = 0
        self._upstream = upstream

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/v1"

    @asynccontextmanager
    async def running(self, port: int = 0) -> AsyncGenerator[ModelServer]:
        """Passes requests on for as long as the block lasts."""
        app = web.Application(client_max_size=1 << 24)
        async with ClientSession(timeout=ClientTimeout(total=None, connect=5)) as session:

            async def pass_on(request: web.Request) -> web.StreamResponse:
                return await self._pass_on(request, session)

            app.router.add_route("*", "/{path:.*}", pass_on)
            runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
            await runner.setup()
            try:
                await web.TCPSite(runner, HOST, port).start()
                self.port = runner.addresses[0][1]
                yield self
            finally:
                await runner.cleanup()

    async def _pass_on(self, request: web.Request, session: ClientSession) -> web.StreamResponse:
        body = await request.read()
        if len(self.received) >= MOST_KEPT:
            return web.json_response({"error": {"message": "no more requests are kept"}}, status=507)
        self.received.append(Request(request.path_qs, dict(request.headers), body))
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        try:
            async with session.request(
                request.method, self._upstream + request.path_qs, data=body, headers=headers
            ) as answer:
                response = web.StreamResponse(
                    status=answer.status, headers={"Content-Type": answer.headers.get("Content-Type", "text/plain")}
                )
                await response.prepare(request)
                async for piece in answer.content.iter_any():
                    await response.write(piece)
                await response.write_eof()
        except ClientError as error:
            return web.json_response({"error": {"message": f"the model's server is away: {error}"}}, status=502)
        except (ConnectionError, asyncio.CancelledError):
            self.abandoned.set()
            raise
        return response


@asynccontextmanager
async def model_server(
    models_dir: Path, *, threads: int = 1, model: str = MODEL, port: int = 0
) -> AsyncGenerator[ModelServer]:
    """A server on a free port of this machine, or on `port`.

    Raises `ModelError` (`model-missing`, `model-corrupt`), `LanguageModelError` (`llm-no-engine`).
    """
    engine = await asyncio.to_thread(partial(open_engine, models_dir / model, threads, CONTEXT_TOKENS, serving=True))
    async with ModelServer(engine.listening_address).running(port) as server:
        yield server


async def _serve(port: int, threads: int, model: str) -> None:
    settings = load_settings()
    async with model_server(settings.models_dir, threads=threads, model=model, port=port) as server:
        print(f"{server.url}: {model}", flush=True)
        await asyncio.Event().wait()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m hil.modelserver", description="a real model over HTTP")
    parser.add_argument("--port", type=int, default=0, help="where clients connect (any free port)")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--model", default=MODEL, help="its id in the manifest")
    options = parser.parse_args(arguments)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(options.port, options.threads, options.model))


if __name__ == "__main__":
    main()
