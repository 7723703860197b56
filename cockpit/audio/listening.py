"""A stream of sound to what happens in it: speech begins, pauses, ends; a wake word falls; the channel fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from cockpit.audio.endpointing import Endpointer, EndpointEvent, FalseStart, SpeechEnd, SpeechOnset, SpeechSoFar
from cockpit.audio.health import ChannelHealth, State
from cockpit.audio.vad import CHUNK_SAMPLES, VoiceActivity
from cockpit.audio.wake import Woken
from cockpit.config import AudioSettings
from cockpit.ports import AudioSource
from cockpit.types import SAMPLE_RATE_HZ, Pcm

BEGINNING_S = 0.4
"""So much of what has only begun is compared with what is played (docs/decisions/0013-acoustic-front-end.md)."""
ASKED_EVERY = 3
"""Chunks after which it is compared again: about 100 ms."""


@dataclass(frozen=True, slots=True)
class ChannelChanged:
    """The channel is another than it was: `dead`, `clipped`, `quiet` or `ok` again."""

    state: State


ListeningEvent = EndpointEvent | Woken | ChannelChanged


class Front(Protocol):
    """What sound goes through before anything listens to it. Blocking; gives back as many samples as it takes."""

    def take(self, frame: Pcm) -> Pcm: ...

    def own_voice(self, length_s: float, ago_s: float = 0.0) -> bool:
        """Whether the last `length_s` of sound before `ago_s` was only what the loudspeaker played."""


class WakeDetector(Protocol):
    """Finds wake words in sound that comes in order. Blocking."""

    def take(self, frame: Pcm) -> list[Woken]: ...

    def reset(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Detectors:
    """What listens to a channel. `front` and `wake` are made on the listening thread when the first sound comes, for
    that of a seat nobody speaks at costs nothing then; either may give None."""

    vad: VoiceActivity
    front: Callable[[], Front | None] = lambda: None
    wake: Callable[[], WakeDetector | None] = lambda: None


class Listener:
    """Listens to one source, on a thread of its own, one frame at a time."""

    def __init__(self, source: AudioSource, detectors: Detectors, settings: AudioSettings) -> None:
        self.source = source
        self._cutter = _Cutter(detectors, settings)

    def be_patient(self, milliseconds: int) -> None:
        """End the utterance that pauses now after so much silence, unless it goes on."""
        self._cutter.endpointer.patience_ms = milliseconds

    def start_over(self) -> None:
        """What was said until now is no part of what is being said."""
        self._cutter.starting_over = True

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

    def __init__(self, detectors: Detectors, settings: AudioSettings) -> None:
        self._detectors, self._vad = detectors, detectors.vad
        self._made: tuple[Front | None, WakeDetector | None] | None = None
        self._health = ChannelHealth()
        self.endpointer = Endpointer(settings)
        self.ending = self.starting_over = False
        self._doubted = False
        self._rest: Pcm = np.zeros(0, np.float32)
        self._taken = 0
        self._vad.reset()

    def take(self, frame: Pcm) -> list[ListeningEvent]:
        front, wake = self._made = self._made or (self._detectors.front(), self._detectors.wake())
        state = self._health.take(frame)
        events: list[ListeningEvent] = [] if state is None else [ChannelChanged(state)]
        clean = frame if front is None else front.take(frame)
        if self.starting_over:
            self.starting_over = False
            self.endpointer.start_over(0)
        events += self._cut(clean, front)
        for woken in wake.take(clean) if wake is not None else ():
            ago = max(self._taken - woken.end_sample, 0)
            if front is None or not front.own_voice(BEGINNING_S, ago / SAMPLE_RATE_HZ):
                self.endpointer.start_over(ago)
                events.append(woken)
        if self.ending:
            self.ending = False
            last = self.endpointer.finish()
            events += [] if last is None else [last]
        return events

    def _cut(self, frame: Pcm, front: Front | None) -> list[EndpointEvent]:
        sound = np.concatenate((self._rest, frame))
        whole = len(sound) // CHUNK_SAMPLES * CHUNK_SAMPLES
        self._rest = sound[whole:]
        self._taken += whole
        events: list[EndpointEvent | None] = []
        for at in range(0, whole, CHUNK_SAMPLES):
            chunk = sound[at : at + CHUNK_SAMPLES]
            event = self.endpointer.feed(chunk, self._vad.probability(chunk))
            since = len(sound) - at - CHUNK_SAMPLES
            events.append(event if front is None else self._told_apart(event, since, front))
        return [event for event in events if event is not None]

    def _told_apart(self, event: EndpointEvent | None, since: int, front: Front) -> EndpointEvent | None:
        """The assistant's own voice told from a person's; `since` samples have come after what the event is about. What
        has only begun is asked about again until it is a person's, or over: an onset that is late is better than a
        reply that interrupts itself."""
        if isinstance(event, SpeechSoFar | SpeechEnd):
            since += event.surplus if isinstance(event, SpeechEnd) else 0
            event = replace(event, own_voice=front.own_voice(len(event.pcm) / SAMPLE_RATE_HZ, since / SAMPLE_RATE_HZ))
        begins, over = isinstance(event, SpeechOnset), isinstance(event, SpeechEnd | FalseStart)
        if begins or (self._doubted and event is None and self._taken // CHUNK_SAMPLES % ASKED_EVERY == 0):
            self._doubted = front.own_voice(BEGINNING_S, since / SAMPLE_RATE_HZ)
            return None if self._doubted else SpeechOnset()
        self._doubted = self._doubted and not over
        return event
