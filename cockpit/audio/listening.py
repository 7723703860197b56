"""A stream of sound to what happens in it: speech begins, pauses, ends; a wake word falls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np

from cockpit.audio.endpointing import Endpointer, EndpointEvent
from cockpit.audio.vad import CHUNK_SAMPLES, VoiceActivity
from cockpit.audio.wake import Woken
from cockpit.config import AudioSettings
from cockpit.ports import AudioSource
from cockpit.types import Pcm

ListeningEvent = EndpointEvent | Woken


class Front(Protocol):
    """What sound goes through before anything listens to it. Blocking; gives back as many samples as it takes."""

    def take(self, frame: Pcm) -> Pcm: ...


class WakeDetector(Protocol):
    """Finds wake words in sound that comes in order. Blocking."""

    def take(self, frame: Pcm) -> list[Woken]: ...

    def reset(self) -> None: ...


class Listener:
    """Listens to one source. VAD, front end and wake words run on a thread of their own, one frame at a time."""

    def __init__(
        self,
        source: AudioSource,
        vad: VoiceActivity,
        settings: AudioSettings,
        front: Front | None = None,
        wake: WakeDetector | None = None,
    ) -> None:
        self.source = source
        self._cutter = _Cutter(vad, settings, front, wake)

    def be_patient(self, milliseconds: int) -> None:
        """End the utterance that pauses now after so much silence, unless it goes on."""
        self._cutter.endpointer.patience_ms = milliseconds

    def end(self) -> None:
        """The utterance under way is over, whatever comes."""
        self._cutter.ending = True

    async def events(self) -> AsyncIterator[ListeningEvent]:
        """What happens, as it happens. Ends with the source, whose last utterance then needs no silence after it.

        Raises `AudioError` where the source does.
        """
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="listening") as worker:
            async for frame in self.source.frames():
                for event in await loop.run_in_executor(worker, self._cutter.take, frame):
                    yield event
            last = self._cutter.endpointer.finish()
            if last is not None:
                yield last


class _Cutter:
    """Frames of any length through front end and wake words, in chunks through VAD and endpointer."""

    def __init__(
        self, vad: VoiceActivity, settings: AudioSettings, front: Front | None, wake: WakeDetector | None
    ) -> None:
        self._vad, self._front, self._wake = vad, front, wake
        self.endpointer = Endpointer(settings)
        self.ending = False
        self._rest: Pcm = np.zeros(0, np.float32)
        self._taken = 0
        vad.reset()
        if wake is not None:
            wake.reset()

    def take(self, frame: Pcm) -> list[ListeningEvent]:
        clean = frame if self._front is None else self._front.take(frame)
        events: list[ListeningEvent] = list(self._cut(clean))
        for woken in self._wake.take(clean) if self._wake is not None else ():
            self.endpointer.start_over(max(self._taken - woken.end_sample, 0))
            events.append(woken)
        if self.ending:
            self.ending = False
            last = self.endpointer.finish()
            events += [] if last is None else [last]
        return events

    def _cut(self, frame: Pcm) -> list[EndpointEvent]:
        sound = np.concatenate((self._rest, frame))
        whole = len(sound) // CHUNK_SAMPLES * CHUNK_SAMPLES
        self._rest = sound[whole:]
        self._taken += whole
        chunks = sound[:whole].reshape(-1, CHUNK_SAMPLES)
        events = (self.endpointer.feed(chunk, self._vad.probability(chunk)) for chunk in chunks)
        return [event for event in events if event is not None]
