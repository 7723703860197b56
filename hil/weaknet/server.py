"""A small server that speaks OpenAI's chat interface over real HTTP, and says what it is told.

For what a real model cannot be made to do: answers word for word, at a given pace, with the provider's count of
tokens. It keeps every request, as it came over the wire.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from hil.weaknet.faults import chunk

Script = Callable[[list[dict[str, str]]], str]
"""The answer to the messages of a request."""


@dataclass(frozen=True)
class Received:
    """One request: its headers, its body as text, and the body read."""

    headers: dict[str, str]
    body: str
    json: dict[str, Any] = field(repr=False)


class ScriptedServer:
    """`answer` is what it says, or makes the answer; `pace_s` passes before each piece; `key` is the only one it takes
    (None: any).

    `asked` is set by the first request, and `abandoned` when a client has gone before the end of its answer; clear
    `ready` to have nothing answered until it is set again.
    """

    def __init__(self, answer: str | Script, *, pace_s: float = 0.0, key: str | None = None) -> None:
        self.answer = answer
        self.pace_s = pace_s
        self.key = key
        self.requests: list[Received] = []
        self.asked = asyncio.Event()
        self.ready = asyncio.Event()
        self.ready.set()
        self.abandoned = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None  # noqa: S101 (entered before)
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        asked = json.loads(body)
        self.requests.append(Received(dict(request.headers), body, asked))
        if self.key is not None and request.headers.get("Authorization") != f"Bearer {self.key}":
            return web.json_response({"error": {"message": "wrong key"}}, status=401)
        self.asked.set()
        await self.ready.wait()
        messages = asked["messages"]
        text = self.answer if isinstance(self.answer, str) else self.answer(messages)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            await self._stream(response, text, asked, sum(len(message["content"]) for message in messages))
        except (ConnectionError, asyncio.CancelledError):
            self.abandoned.set()
            raise
        return response

    async def _stream(self, response: web.StreamResponse, text: str, asked: dict[str, Any], tokens_in: int) -> None:
        """Three characters are a token here."""
        limit = asked.get("max_tokens") or asked.get("max_completion_tokens") or 1 << 20
        tokens = [text[at : at + 3] for at in range(0, len(text), 3)]
        for token in tokens[:limit]:
            if self.pace_s:
                await asyncio.sleep(self.pace_s)
            await response.write(chunk({"content": token}))
        await response.write(chunk({}, "stop" if len(tokens) <= limit else "length"))
        if (asked.get("stream_options") or {}).get("include_usage"):
            usage = {"prompt_tokens": tokens_in, "completion_tokens": min(len(tokens), limit)}
            usage["total_tokens"] = sum(usage.values())
            last = {
                "id": "x",
                "object": "chat.completion.chunk",
                "created": 0,
                "model": "x",
                "choices": [],
                "usage": usage,
            }
            await response.write(b"data: " + json.dumps(last).encode() + b"\n\n")
        await response.write(b"data: [DONE]\n\n")
        await response.write_eof()
