"""Live speech: microphones, or their streams that come over the bus, one ear a seat."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence

from cockpit.audio.front import FrontEnd
from cockpit.audio.health import State, channel_problem
from cockpit.audio.listening import Detectors, Listener
from cockpit.audio.microphone import Microphone
from cockpit.audio.playback import Playback
from cockpit.audio.sources import PushSource
from cockpit.audio.vad import SileroVad
from cockpit.audio.wake import WakeWords
from cockpit.bus.payloads import ListenRequest
from cockpit.config import ROOT, Settings
from cockpit.errors import AudioError, CockpitError, ModelError
from cockpit.events import ErrorOccurred, Event, Ignored, SpeechStarted, TurnEnded
from cockpit.ports import AudioSource, EventSink
from cockpit.runtime.arbitration import Arbiter
from cockpit.runtime.attention import Attention
from cockpit.runtime.bargein import BargeIn
from cockpit.runtime.ear import Ear
from cockpit.runtime.lanes import Lanes
from cockpit.runtime.patience import Patience
from cockpit.runtime.runner import TurnRunner
from cockpit.skillset import SkillSet
from cockpit.types import ZONES, Zone

log = logging.getLogger(__name__)

RETRY_S = 5.0
"""How long a microphone that failed is left alone before it is tried again."""
FEATURES = "wake-features"
"""Manifest id of what wake words are heard with."""
HEADS = ROOT / "models" / "wake"
"""The wake words that this project trained."""

CLOSED = frozenset({"unsupported", "cancelled", "error"})
"""Outcomes of turns after which nobody is expected to go on."""

Tell = Callable[[str, CockpitError | None], None]


class Listening:
    """Turns live sound into turns. `problems` holds the error of each source and detector that is not working."""

    def __init__(
        self,
        settings: Settings,
        lanes: Lanes,
        runner: TurnRunner,
        skills: SkillSet,
        sink: EventSink,
        playback: Playback | None = None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`playback` is what the loudspeaker plays, None where nothing can be heard of the assistant."""
        self._settings, self._lanes, self._runner = settings, lanes, runner
        self._grammars, self._sink, self._changed = skills.grammars, sink, changed
        self.playback = playback
        self._patience = Patience(settings.audio, skills)
        self._attention = Attention(settings.wake)
        self._arbiter = Arbiter()
        self._streams: dict[Zone, PushSource] = {}
        self._ears: dict[Zone, Ear] = {}
        self._spoken: set[str] = set()
        """Turns that began at a microphone and are not over."""
        self.problems: dict[str, CockpitError] = {}
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
        """What happens in turns: after a reply the person may speak again without being asked to. What made no sense
        was probably said to somebody else, and opens nothing."""
        if isinstance(event, SpeechStarted):
            self._spoken.add(event.turn)
        elif isinstance(event, Ignored):
            self._spoken.discard(event.turn)
        elif isinstance(event, TurnEnded) and event.turn in self._spoken:
            self._spoken.discard(event.turn)
            if event.outcome not in CLOSED:
                now_s = asyncio.get_running_loop().time()
                self._attention.replied(event.zone, now_s, asked=event.outcome == "ask")

    async def run(self) -> None:
        """Listen to what the settings say until cancelled."""
        source = self._settings.audio.source
        if source == "microphone":
            await self._microphone()
        elif source == "mqtt":
            self._streams = {zone: PushSource(zone) for zone in ZONES}
            await self._listen_to(list(self._streams.values()))

    async def _microphone(self) -> None:
        """Listen to the microphone; one that is unplugged is tried again and again."""
        audio = self._settings.audio
        microphone = Microphone(audio.device, audio.channels or {audio.zone: 1})
        while True:
            try:
                async with microphone.opened() as sources:
                    self._problem("microphone", None)
                    await self._listen_to(sources)
            except* AudioError as errors:
                self._problem("microphone", _first(errors))
            self.counters["audio-underrun"] = microphone.underruns
            await asyncio.sleep(RETRY_S)

    async def _listen_to(self, sources: Sequence[AudioSource]) -> None:
        async with asyncio.TaskGroup() as group:
            for source in sources:
                group.create_task(self._listen(source), name=f"ear {source.zone}")

    async def _listen(self, source: AudioSource) -> None:
        vad = await asyncio.to_thread(SileroVad)
        loop = asyncio.get_running_loop()

        def tell(name: str, error: CockpitError | None) -> None:
            loop.call_soon_threadsafe(self._problem, name, error)

        detectors = Detectors(vad, lambda: self._front(source.zone, tell), lambda: self._wake(tell))
        ear = self.ear(Listener(source, detectors, self._settings.audio))
        try:
            await ear.run()
        finally:
            del self._ears[source.zone]
            self.counters["audio-dropped"] += source.dropped

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
            self._channel,
            self._sink,
        )
        ear.drafts = self._runner.drafts(zone, ear.drafted)
        self._ears[zone] = ear
        return ear

    def _front(self, zone: Zone, tell: Tell) -> FrontEnd | None:
        """A seat's front end, where there is anything for it to do. On the listening thread."""
        front = self._settings.front
        if not (self.playback is not None or front.gain or front.suppression in ("webrtc", "deepfilter")):
            return None
        made = FrontEnd(front, self.playback or Playback())
        tell(f"front end {zone}", made.problem)
        return made

    def _wake(self, tell: Tell) -> WakeWords | None:
        """What finds wake words, where one is required. On the listening thread."""
        wake = self._settings.wake
        if not wake.required:
            return None
        words = WakeWords(self._settings.models_dir / FEATURES, HEADS, wake.words, wake.threshold)
        try:
            words.load()
        except ModelError as error:
            tell("wake words", error)
            return None
        return words

    def _channel(self, zone: Zone, state: State) -> None:
        """A seat's microphone is dead, clips, or is well again."""
        self._problem(f"microphone {zone}", channel_problem(state, zone))

    def _problem(self, name: str, error: CockpitError | None) -> None:
        """What does not work, as the status tells it; each is told once, and counted."""
        had = self.problems.pop(name, None)
        if error is not None:
            self.problems[name] = error
            if had is None or had.code != error.code:
                log.warning("%s: %s", name, error)
                self.counters[error.code] += 1
                self._sink(ErrorOccurred(lang=self._settings.language, code=error.code, message=error.message))
        if (had and had.code) != (error and error.code):
            self._changed()


def _first(errors: ExceptionGroup[AudioError]) -> AudioError:
    """One of several that mean the same: every seat of a device hears when it fails."""
    error = errors.exceptions[0]
    return _first(error) if isinstance(error, ExceptionGroup) else error
