"""A voice and a loudspeaker that follow a script, so that order and interruption can be seen without waiting."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from cockpit.errors import CockpitError
from cockpit.ports import SynthesizerCapabilities
from cockpit.types import AudioChunk, Lang, Pcm

RATE_HZ = 16_000


class ScriptedVoice:
    """Voices a sentence as one sample per character; holds at sentences in `hold` until they are let go."""

    def __init__(self, error: CockpitError | None = None, name: str = "scripted") -> None:
        self.capabilities = SynthesizerCapabilities(name, name, ("zh", "en"), RATE_HZ, "none")
        self.error = error
        self.loads = 0
        self.closed = False
        self.voiced: list[str] = []
        self.begun = threading.Event()
        self.done: defaultdict[str, threading.Event] = defaultdict(threading.Event)
        self.hold: dict[str, threading.Event] = {}
        self.fail: dict[str, CockpitError] = {}

    def load(self) -> None:
        self.loads += 1
        if self.error is not None:
            raise self.error

    def synthesise(self, text: str, lang: Lang) -> Iterator[Pcm]:
        assert lang in self.capabilities.languages
        self.begun.set()
        if text in self.hold:
            assert self.hold[text].wait(10)
        if text in self.fail:
            raise self.fail[text]
        self.voiced.append(text)
        self.done[text].set()
        yield np.full(len(text), 0.5, np.float32)

    def close(self) -> None:
        self.closed = True


class ScriptedSink:
    """Plays a chunk until `finish` is called, or at once when `instant`."""

    def __init__(self, instant: bool = False) -> None:
        self.instant = instant
        self.heard: list[str] = []
        self.playing: str | None = None
        self.stops = 0
        self.started: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._done = asyncio.Event()

    async def play(self, chunk: AudioChunk) -> None:
        self.playing = chunk.text
        self.started[chunk.text].set()
        try:
            if not self.instant:
                await self._done.wait()
            self.heard.append(chunk.text)
        finally:
            self.playing = None
            self._done.clear()
            self.started[chunk.text].clear()

    def finish(self) -> None:
        self._done.set()

    async def stop(self) -> None:
        self.stops += 1


class PacedVoice:
    """Every sentence is words of 0.3 s with pauses of 0.1 s between them."""

    capabilities = SynthesizerCapabilities("paced", "paced", ("zh", "en"), RATE_HZ, "none")

    def load(self) -> None:
        """Nothing to load."""

    def synthesise(self, text: str, lang: Lang) -> Iterator[Pcm]:
        assert lang in self.capabilities.languages
        for _ in text.split():
            yield np.full(int(0.3 * RATE_HZ), 0.5, np.float32)
            yield np.zeros(int(0.1 * RATE_HZ), np.float32)

    def close(self) -> None:
        """Nothing to let go."""


class ClockedSink:
    """Plays in the loop's time; `heard` holds when each go began, its text, and how many seconds of it sounded."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, str, float]] = []
        self.error: CockpitError | None = None
        self._stopped = asyncio.Event()
        self._origin_s = asyncio.get_running_loop().time()

    async def play(self, chunk: AudioChunk) -> None:
        if self.error is not None:
            raise self.error
        loop = asyncio.get_running_loop()
        self._stopped.clear()
        begun_s = loop.time()
        try:
            async with asyncio.timeout(len(chunk.pcm) / RATE_HZ):
                await self._stopped.wait()
        except TimeoutError:
            pass
        finally:
            self.heard.append((begun_s - self._origin_s, chunk.text, loop.time() - begun_s))

    async def stop(self) -> None:
        self._stopped.set()

    @property
    def texts(self) -> list[str]:
        return [text for _, text, _ in self.heard]
