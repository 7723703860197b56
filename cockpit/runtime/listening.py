"""Live speech: a microphone, or the streams of microphones that come over the bus, one ear a seat."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable

from cockpit.audio.listening import Listener
from cockpit.audio.microphone import MicrophoneSource
from cockpit.audio.sources import PushSource
from cockpit.audio.vad import SileroVad
from cockpit.bus.payloads import ListenRequest
from cockpit.config import Settings
from cockpit.errors import AudioError
from cockpit.events import ErrorOccurred, Event, TurnEnded
from cockpit.ports import AudioSource, EventSink
from cockpit.runtime.arbitration import Arbiter
from cockpit.runtime.attention import Attention
from cockpit.runtime.bargein import BargeIn
from cockpit.runtime.ear import Ear
from cockpit.runtime.lanes import Lanes
from cockpit.runtime.patience import Patience
from cockpit.runtime.turn import TurnRunner
from cockpit.skillset import SkillSet
from cockpit.types import ZONES, Zone

log = logging.getLogger(__name__)

RETRY_S = 5.0
"""How long a microphone that failed is left alone before it is tried again."""


class Listening:
    """Turns live sound into turns. `problems` holds the error of each source that is not working."""

    def __init__(
        self,
        settings: Settings,
        lanes: Lanes,
        runner: TurnRunner,
        skills: SkillSet,
        sink: EventSink,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings, self._lanes, self._runner = settings, lanes, runner
        self._grammars, self._sink, self._changed = skills.grammars, sink, changed
        self._patience = Patience(settings.audio, skills)
        self._attention = Attention(settings.wake)
        self._arbiter = Arbiter(lambda mine, other: None)
        self._streams: dict[Zone, PushSource] = {}
        self._ears: dict[Zone, Ear] = {}
        self.problems: dict[str, AudioError] = {}
        self.counters: Counter[str] = Counter()

    def push(self, zone: Zone, frame: bytes) -> None:
        """A frame of a zone's stream from the bus. Raises `AudioError` (`audio-bad-frame`)."""
        if zone in self._streams:
            self._streams[zone].push(frame)

    def press(self, key: ListenRequest) -> None:
        """A push-to-talk key goes down or up. Raises `AudioError` (`audio-no-ear`) where nothing listens there."""
        if key.zone not in self._ears:
            raise AudioError("no-ear", f"no microphone listens at {key.zone}")
        self._ears[key.zone].press(on=key.on)

    def saw(self, event: Event) -> None:
        """What happens in turns: after a reply the person may speak again without being asked to."""
        if isinstance(event, TurnEnded) and event.zone in self._ears:
            now_s = asyncio.get_running_loop().time()
            self._attention.replied(event.zone, now_s, asked=event.outcome == "ask")

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
        listener = Listener(source, detector, self._settings.audio)
        ear = self.ear(listener)
        try:
            await ear.run()
        finally:
            del self._ears[source.zone]

    def ear(self, listener: Listener) -> Ear:
        """The ear of the seat that `listener` hears."""
        zone = listener.source.zone
        ear = Ear(
            zone,
            self._settings.language,
            listener,
            self._lanes,
            self._attention,
            BargeIn(zone, self._lanes, self._grammars, self._sink),
            self._patience,
            self._arbiter,
            lambda segment: False,
            self._sink,
        )
        ear.drafts = self._runner.drafts(zone, ear.drafted)
        self._ears[zone] = ear
        return ear
