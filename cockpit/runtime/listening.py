"""Live speech: a microphone, or the streams of microphones that come over the bus, cut into turns."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from uuid import uuid4

from cockpit.audio.listening import utterances
from cockpit.audio.microphone import MicrophoneSource
from cockpit.audio.sources import PushSource
from cockpit.audio.vad import SileroVad
from cockpit.config import Settings
from cockpit.errors import AudioError
from cockpit.events import ErrorOccurred, SpeechEnded, SpeechStarted
from cockpit.ports import AudioSource, EventSink
from cockpit.runtime.lanes import Lanes
from cockpit.runtime.turn import Turn
from cockpit.types import SAMPLE_RATE_HZ, ZONES, Utterance, Zone

log = logging.getLogger(__name__)

RETRY_S = 5.0
"""How long a microphone that failed is left alone before it is tried again."""


class Listening:
    """Turns live sound into turns. `problems` holds the error of each source that is not working."""

    def __init__(
        self, settings: Settings, lanes: Lanes, sink: EventSink, changed: Callable[[], None] = lambda: None
    ) -> None:
        self._settings, self._lanes, self._sink, self._changed = settings, lanes, sink, changed
        self._streams: dict[Zone, PushSource] = {}
        self.problems: dict[str, AudioError] = {}
        self.counters: Counter[str] = Counter()

    def push(self, zone: Zone, frame: bytes) -> None:
        """A frame of a zone's stream from the bus. Raises `AudioError` (`audio-bad-frame`)."""
        if zone in self._streams:
            self._streams[zone].push(frame)

    async def run(self) -> None:
        """Listen to what the settings say until cancelled."""
        source = self._settings.audio.source
        if source == "none":
            return
        async with asyncio.TaskGroup() as group:
            if source == "microphone":
                group.create_task(self._microphone(), name="microphone")
            else:
                for zone in ZONES:
                    self._streams[zone] = PushSource(zone)
                    group.create_task(self._listen(self._streams[zone]), name=f"stream {zone}")

    async def _microphone(self) -> None:
        """Listen to the microphone; one that is unplugged is tried again and again."""
        audio = self._settings.audio
        while True:
            try:
                await self._listen(MicrophoneSource(audio.device, audio.zone))
            except AudioError as error:
                if "microphone" not in self.problems:
                    log.warning("microphone: %s", error)
                    self._sink(ErrorOccurred(zone=audio.zone, code=error.code, message=error.message))
                self._problem(error)
                self.counters[error.code] += 1
            await asyncio.sleep(RETRY_S)

    def _problem(self, error: AudioError | None) -> None:
        """The microphone's state as the status tells it."""
        had = self.problems.pop("microphone", None)
        if error is not None:
            self.problems["microphone"] = error
        if (had is None) != (error is None):
            self._changed()

    async def _listen(self, source: AudioSource) -> None:
        detector = await asyncio.to_thread(SileroVad)
        turn_id = uuid4().hex

        def started() -> None:
            self._problem(None)
            self._lanes.hush_zone(source.zone)
            self._sink(SpeechStarted(turn=turn_id, zone=source.zone, lang=self._settings.language))

        async for utterance in utterances(source, detector, self._settings.audio, started):
            self._heard(turn_id, utterance)
            turn_id = uuid4().hex

    def _heard(self, turn_id: str, utterance: Utterance) -> None:
        duration_ms = round(1000 * len(utterance.pcm) / SAMPLE_RATE_HZ)
        zone, lang = utterance.zone, self._settings.language
        self._sink(SpeechEnded(turn=turn_id, zone=zone, lang=lang, duration_ms=duration_ms))
        turn = Turn(turn_id, zone, utterance=utterance, live=True, begun_s=utterance.speech_end_s)
        if not self._lanes.submit(turn):
            self.counters["cockpit-busy"] += 1
            message = f"too many utterances wait at {zone}"
            self._sink(ErrorOccurred(turn=turn_id, zone=zone, lang=lang, code="cockpit-busy", message=message))
