"""A real model server for what asks the cloud: llama.cpp's OpenAI-compatible HTTP server with the model of the board.

Before it stands a small pass-through that keeps what came over the wire: `python -m hil.modelserver --port 8080`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from cockpit.config import load_settings
from cockpit.errors import ModelError
from cockpit.lm.rungs import chosen, free_mb, gguf

CONTEXT_TOKENS = 2048
PASSED = ("Content-Type",)
"""Headers of an answer that are passed on."""


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: str


@dataclass(slots=True)
class ModelServer:
    """`url` is the base of the OpenAI interface; `received` every request so far."""

    url: str
    received: list[Received] = field(default_factory=list)


@asynccontextmanager
async def model_server(models_dir: Path, *, threads: int = 1, port: int = 0) -> AsyncIterator[ModelServer]:
    """Serves the best pulled model. Raises `ModelError` where none was pulled."""
    engine = await asyncio.to_thread(_engine, models_dir, threads)
    behind = engine.listening_address
    server = ModelServer("")
    async with aiohttp.ClientSession() as client:

        async def passed(request: web.Request) -> web.StreamResponse:
            body = await request.text()
            server.received.append(Received(request.path, dict(request.headers), body))
            asked = json.loads(body) if body else None
            async with client.request(request.method, f"{behind}{request.path}", json=asked) as answer:
                kept = {name: answer.headers[name] for name in PASSED if name in answer.headers}
                response = web.StreamResponse(status=answer.status, headers=kept)
                await response.prepare(request)
                async for chunk in answer.content.iter_any():
                    await response.write(chunk)
                await response.write_eof()
                return response

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", passed)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
            yield server
        finally:
            await runner.cleanup()


def _engine(models_dir: Path, threads: int) -> Any:
    rung = chosen("auto", models_dir, free_mb())
    file = gguf(models_dir / rung.model) if rung is not None else None
    if file is None:
        raise ModelError("missing", "no language model was pulled that fits: run `cockpit models pull`")
    engine: Any = import_module("xllamacpp")
    parameters = engine.CommonParams()
    parameters.model.path, parameters.n_ctx, parameters.n_parallel = str(file), CONTEXT_TOKENS, 1
    parameters.verbosity, parameters.ui = -1, False
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
    return engine.Server(parameters)


async def _serve(port: int) -> None:
    async with model_server(load_settings().models_dir, port=port) as server:
        print(server.url, flush=True)
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m hil.modelserver", description="a real model server for tests")
    parser.add_argument("--port", type=int, default=8080)
    asyncio.run(_serve(parser.parse_args().port))
