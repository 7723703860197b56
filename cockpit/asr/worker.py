"""One engine on a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from cockpit.asr.model_files import fingerprint
from cockpit.errors import ModelError, RecognitionError
from cockpit.ports import Recognizer

Result = TypeVar("Result")

EngineState = Literal["idle", "loaded", "missing", "broken"]
"""`idle`: not needed so far, loaded at first use."""


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """For `cockpit doctor` and the retained status. `message` says what is wrong and what to do about it."""

    name: str
    model: str
    state: EngineState
    message: str = ""


class EngineWorker:
    """Loads an engine at its first use and calls it, one call at a time, on its own thread.

    A model that failed to load is not tried again until its files change: until then each call raises the same
    error at once.
    """

    def __init__(self, name: str, folder: Path, make: Callable[[], Recognizer]) -> None:
        self.name = name
        self._folder = folder
        self._make = make
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"asr-{name}")
        self._closed = False
        self._engine: Recognizer | None = None
        self._failure: tuple[ModelError, object] | None = None

    async def call(self, work: Callable[[Recognizer], Result]) -> Result:
        """What `work` returns for the loaded engine. Raises `ModelError`, `RecognitionError` (`asr-closed`)
        and what `work` raises.

        A call that is cancelled while it waits for the thread is never made; one under way runs to its end.
        """
        if self._closed:
            raise RecognitionError("closed", "recognition has been shut down")
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(self._loaded()))

    async def load(self) -> None:
        """Raises `ModelError` (`model-missing`, `model-corrupt`)."""
        await self.call(lambda _: None)

    def status(self) -> EngineStatus:
        """What is known without trying: an idle engine may still turn out to be broken."""
        model = self._folder.name
        if self._engine is not None:
            return EngineStatus(self.name, model, "loaded")
        if not self._folder.is_dir():
            message = f"no folder {self._folder}: run `cockpit models pull {model}`"
            return EngineStatus(self.name, model, "missing", message)
        error = self._known_failure()
        if error is not None:
            state: EngineState = "missing" if error.code == "model-missing" else "broken"
            return EngineStatus(self.name, model, state, error.message)
        return EngineStatus(self.name, model, "idle")

    def close(self) -> None:
        """Frees the model after the call under way, without waiting for it. Calls made later fail."""
        if not self._closed:
            self._closed = True
            self._thread.submit(self._free)
            self._thread.shutdown(wait=False)

    def _loaded(self) -> Recognizer:
        if self._engine is not None:
            return self._engine
        error = self._known_failure()
        if error is not None:
            raise ModelError(error.code.removeprefix("model-"), error.message) from error
        files = fingerprint(self._folder)
        engine = self._make()
        try:
            engine.load()
        except ModelError as failure:
            self._failure = (failure, files)
            raise
        self._engine, self._failure = engine, None
        return engine

    def _known_failure(self) -> ModelError | None:
        """Why the files that are there now could not be loaded, if that was tried."""
        if self._failure is None or self._failure[1] != fingerprint(self._folder):
            return None
        return self._failure[0]

    def _free(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None
