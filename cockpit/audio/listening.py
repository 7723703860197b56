"""A stream of sound to a stream of utterances."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from cockpit.audio.endpointing import Endpointer, SpeechEnd, SpeechStart
from cockpit.audio.vad import CHUNK_SAMPLES, VoiceActivity
from cockpit.config import AudioSettings
from cockpit.ports import AudioSource
from cockpit.types import Pcm, Utterance, Zone


async def utterances(
    source: AudioSource,
    vad: VoiceActivity,
    settings: AudioSettings,
    on_start: Callable[[], None] = lambda: None,
) -> AsyncIterator[Utterance]:
    """Each utterance as soon as it is over; `on_start` is called when speech begins, for barge-in.

    The VAD runs on a thread of its own, one frame of the source at a time. Ends with the source, whose last
    utterance then needs no silence after it. Raises `AudioError` where the source does.
    """
    loop = asyncio.get_running_loop()
    cutter = _Cutter(vad, settings)
    with ThreadPoolExecutor(1, thread_name_prefix="vad") as worker:
        async for frame in source.frames():
            for event in await loop.run_in_executor(worker, cutter.take, frame):
                if isinstance(event, SpeechStart):
                    on_start()
                else:
                    yield _utterance(event, source.zone, loop.time())
        last = cutter.finish()
        if last is not None:
            yield _utterance(last, source.zone, loop.time())


def _utterance(end: SpeechEnd, zone: Zone, now_s: float) -> Utterance:
    return Utterance(end.pcm, zone, now_s - end.silence_s)


class _Cutter:
    """Frames of any length to chunks, through the VAD, to begin and end of speech."""

    def __init__(self, vad: VoiceActivity, settings: AudioSettings) -> None:
        self._vad = vad
        self._endpointer = Endpointer(settings)
        self._rest: Pcm = np.zeros(0, np.float32)
        vad.reset()

    def take(self, frame: Pcm) -> list[SpeechStart | SpeechEnd]:
        sound = np.concatenate((self._rest, frame))
        whole = len(sound) // CHUNK_SAMPLES * CHUNK_SAMPLES
        self._rest = sound[whole:]
        chunks = sound[:whole].reshape(-1, CHUNK_SAMPLES)
        events = (self._endpointer.feed(chunk, self._vad.probability(chunk)) for chunk in chunks)
        return [event for event in events if event is not None]

    def finish(self) -> SpeechEnd | None:
        return self._endpointer.finish()
