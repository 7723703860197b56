"""A language model in GGUF on the board, by llama.cpp (xllamacpp), on a thread of its own.

llama.cpp keeps what it has read of the last prompt, so that a dialog's next turn reads only what is new.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from cockpit.errors import LanguageModelError, ModelError
from cockpit.lm.engine import open_engine
from cockpit.lm.rungs import Rung
from cockpit.ports import LanguageModelCapabilities
from cockpit.types import Message

WAITING = 2
"""Requests that may wait for the thread; one more is refused."""
REPEAT_PENALTY = 1.1
"""What keeps a small model from going round in circles."""

SILENT_S = 20.0
"""A model from which nothing comes for so long is given up."""

Piece = str | LanguageModelError | None
"""A piece of the answer, why there is none, or its end."""


class LocalModel:
    """Satisfies `ports.LanguageModel`. Loaded by `load`, or at its first use."""

    def __init__(self, rung: Rung, models_dir: Path, threads: int, context_tokens: int) -> None:
        self.capabilities = LanguageModelCapabilities(
            "llama.cpp", rung.model, rung.languages, context_tokens, local=True, constrained=True
        )
        self._folder, self._threads = models_dir / rung.model, threads
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lm")
        self._server: Any = None
        self._asked = 0
        self._closed = False

    @property
    def ready(self) -> bool:
        return self._server is not None and not self._closed

    async def load(self) -> None:
        """Raises `ModelError` (`model-missing`, `model-corrupt`), `LanguageModelError` (`llm-no-engine`)."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._loaded)

    async def warm(self, messages: Sequence[Message]) -> None:
        """Read `messages`, so that what begins like them begins at once."""
        async for _ in self.stream(messages, limit_tokens=1):
            pass

    async def stream(
        self, messages: Sequence[Message], *, limit_tokens: int, grammar: str | None = None
    ) -> AsyncGenerator[str]:
        """See the port. Raises `LanguageModelError`: `llm-busy`, `llm-closed`, `llm-engine`, `llm-silent`,
        `llm-no-model`."""
        if self._closed:
            raise LanguageModelError("closed", "the language model has been shut down")
        if self._asked > WAITING:
            raise LanguageModelError("busy", f"{self._asked} requests are before this one")
        loop, stopped = asyncio.get_running_loop(), threading.Event()
        pieces: asyncio.Queue[Piece] = asyncio.Queue()

        def give(piece: Piece) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        request = _request(messages, limit_tokens, grammar)
        self._asked += 1
        work = loop.run_in_executor(self._thread, self._write, request, give, stopped)
        work.add_done_callback(self._answered)
        try:
            while (piece := await _next(pieces)) is not None:
                if isinstance(piece, LanguageModelError):
                    raise piece
                yield piece
            await work
        finally:
            stopped.set()

    def close(self) -> None:
        """Ends what is written after the token under way, without waiting for it. The engine stays for whoever opens
        the same model again."""
        if not self._closed:
            self._closed = True
            self._thread.submit(self._let_go)
            self._thread.shutdown(wait=False)

    def _answered(self, work: asyncio.Future[None]) -> None:
        self._asked -= 1
        if not work.cancelled():
            work.exception()

    def _write(self, request: Mapping[str, Any], give: Callable[[Piece], None], stopped: threading.Event) -> None:
        """On the thread: hands over what is written, piece by piece, until it ends or is `stopped`."""

        def heard(chunk: Any) -> bool:
            for piece in _pieces(chunk):
                give(piece)
            return stopped.is_set() or self._closed

        try:
            if not stopped.is_set():
                self._loaded().handle_chat_completions(dict(request), heard)
        except ModelError as error:
            give(LanguageModelError("no-model", error.message))
        except Exception as error:  # noqa: BLE001 - whatever the engine raises is this error
            give(LanguageModelError("engine", f"the language model failed: {error}"))
        finally:
            give(None)

    def _loaded(self) -> Any:
        if self._server is None:
            self._server = open_engine(self._folder, self._threads, self.capabilities.context_tokens)
        return self._server

    def _let_go(self) -> None:
        self._server = None


async def _next(pieces: asyncio.Queue[Piece]) -> Piece:
    try:
        async with asyncio.timeout(SILENT_S):
            return await pieces.get()
    except TimeoutError as error:
        raise LanguageModelError("silent", f"nothing came from the language model for {SILENT_S:g} s") from error


def _request(messages: Sequence[Message], limit_tokens: int, grammar: str | None) -> dict[str, Any]:
    request: dict[str, Any] = {
        "messages": [{"role": message.role, "content": message.text} for message in messages],
        "temperature": 0,
        "repeat_penalty": REPEAT_PENALTY,
        "max_tokens": limit_tokens,
        "cache_prompt": True,
        "return_progress": True,
        "stream": True,
    }
    if grammar is not None:
        request["grammar"] = grammar
        del request["repeat_penalty"]
    return request


def _pieces(chunk: Any) -> list[Piece]:
    """What a chunk of the engine's answer holds; it may be a list of chunks, or an account of an error."""
    found: list[Piece] = []
    for part in chunk if isinstance(chunk, list) else [chunk]:
        if "error" in part or "code" in part:
            detail = part.get("error", part)
            message = detail.get("message", detail) if isinstance(detail, dict) else detail
            found.append(LanguageModelError("engine", str(message)))
        texts = (choice.get("delta", {}).get("content") for choice in part.get("choices", ()))
        found += [text for text in texts if text]
    return found
