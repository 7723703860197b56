"""People in a car on virtual time: who says what, where and when. The sound is real to everything but VAD and
recognisers: each clip is a square wave of a level and a melody of its own, and by its level the scripted recogniser
knows its words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from cockpit.audio.listening import Detectors, Listener
from cockpit.audio.vad import CHUNK_SAMPLES
from cockpit.audio.wake import Woken
from cockpit.config import Settings
from cockpit.events import Event, Replied, Spoke, Transcribed
from cockpit.ports import SourceCapabilities, Understander
from cockpit.runtime.listening import Listening
from cockpit.runtime.understanding import understanding
from cockpit.types import SAMPLE_RATE_HZ, Lang, Pcm, Transcript, Utterance, Zone
from tests.component.runtime.scripted import SETTINGS, Cockpit, skills

CHUNK_S = CHUNK_SAMPLES / SAMPLE_RATE_HZ


@cache
def network() -> Understander:
    return understanding(SETTINGS).understander


@dataclass(slots=True)
class Clip:
    """Words said at a seat from `at_s` until `until_s` after the beginning. `level` is its amplitude."""

    text: str
    zone: Zone
    at_s: float
    until_s: float
    level: float
    wakes: bool = False
    """Whether it is a wake word."""
    elsewhere: dict[Zone, float] = field(default_factory=dict)
    """Other seats at which it is heard too, so much weaker."""

    def sound(self, zone: Zone, number: int) -> Pcm:
        """Chunk `number` of what is heard of it at `zone`."""
        gain = 1.0 if zone == self.zone else self.elsewhere.get(zone, 0.0)
        if not self.at_s <= number * CHUNK_S < self.until_s:
            gain = 0.0
        time_s = (np.arange(CHUNK_SAMPLES) + number * CHUNK_SAMPLES) / SAMPLE_RATE_HZ
        syllable = [round(1000 * self.level), int((number * CHUNK_S - self.at_s) / SYLLABLE_S)]
        pitch_hz = np.random.default_rng(np.abs(syllable)).uniform(300, 5000)
        wave = np.where((time_s * pitch_hz) % 1.0 < 0.5, 1.0, -1.0)
        return (wave * (gain * self.level)).astype(np.float32)


LAG_S = 0.16
SYLLABLE_S = 0.2
"""So long a voice stays at one pitch."""


class LevelVad:
    """Takes for speech what is not silent."""

    def probability(self, chunk: Pcm) -> float:
        return 0.9 if float(np.abs(chunk).mean()) > 1e-4 else 0.02

    def reset(self) -> None:
        pass


class LevelWake:
    """Finds the wake word when `LAG_S` have passed since it ended."""

    def __init__(self, clips: list[Clip]) -> None:
        self._clips = clips
        self._taken = 0

    def take(self, frame: Pcm) -> list[Woken]:
        before_s, self._taken = self._taken / SAMPLE_RATE_HZ, self._taken + len(frame)
        until_s = self._taken / SAMPLE_RATE_HZ
        ended = [clip for clip in self._clips if clip.wakes and before_s < clip.until_s + LAG_S <= until_s]
        return [Woken("test", "zh", 1.0, round(clip.until_s * SAMPLE_RATE_HZ)) for clip in ended]

    def reset(self) -> None:
        self._taken = 0


class Seat:
    """The microphone of one seat; sound comes as time goes by."""

    def __init__(self, zone: Zone, clips: list[Clip], begun_s: float) -> None:
        self.capabilities = SourceCapabilities("scripted", live=True)
        self.zone: Zone = zone
        self.dropped = 0
        self._clips, self._begun_s = clips, begun_s

    async def frames(self) -> AsyncIterator[Pcm]:
        loop = asyncio.get_running_loop()
        number = 0
        while True:
            number += 1
            await asyncio.sleep(self._begun_s + number * CHUNK_S - loop.time())
            chunk = np.zeros(CHUNK_SAMPLES, np.float32)
            for clip in self._clips:
                chunk += clip.sound(self.zone, number - 1)
            yield chunk


@dataclass(slots=True)
class LevelEars:
    """Recognises clips by their level: of one that was not heard to its end, as much as was heard."""

    clips: list[Clip] = field(default_factory=list)
    lang: Lang = "zh"
    delay_s: float = 0.1
    calls: list[float] = field(default_factory=list)
    """Seconds of sound that were given to it."""

    async def transcribe(self, utterance: Utterance, lang: Lang | None = None, expecting: str = "") -> Transcript:
        self.calls.append(len(utterance.pcm) / SAMPLE_RATE_HZ)
        await asyncio.sleep(self.delay_s)
        parts = [text for clip in self.clips if (text := self._heard(clip, utterance.pcm))]
        return Transcript((" " if self.lang == "en" else "").join(parts), self.lang, "scripted", 0.9)

    def _heard(self, clip: Clip, pcm: Pcm) -> str:
        levels = [clip.level * gain for gain in (1.0, *clip.elsewhere.values())]
        samples = max(int((np.abs(np.abs(pcm) - np.float32(level)) < 1e-6).sum()) for level in levels)
        share = samples / SAMPLE_RATE_HZ / (clip.until_s - clip.at_s)
        return clip.text if share > 0.9 else clip.text[: int(share * len(clip.text))]

    async def partial(self, pcm: Pcm, lang: Lang) -> Transcript:
        return await self.transcribe(Utterance(pcm, "driver", 0.0), lang)

    async def second_opinion(self, utterance: Utterance, first: Transcript) -> Transcript | None:
        return None


class Car(Cockpit):
    """The cockpit with people who speak into its microphones. Everything from the VAD's probabilities on is real."""

    def __init__(self, lang: Lang = "zh", settings: Settings = SETTINGS) -> None:
        super().__init__(settings, network())
        self.hearing = LevelEars(lang=lang)
        self.runner._ears = self.hearing
        self.begun_s = asyncio.get_running_loop().time()
        self.listening = Listening(settings, self.lanes, self.runner, skills(), self.sink)
        self.watchers.append(self.listening.saw)
        self._tasks: list[asyncio.Task[None]] = []

    def says(self, text: str, at_s: float, seconds: float | None = None, zone: Zone = "driver") -> Clip:
        """`text` is said, in a quarter of a second a character (or word) where `seconds` does not tell."""
        words = len(text.split()) if self.hearing.lang == "en" else len(text)
        until_s = at_s + (0.25 * words if seconds is None else seconds)
        clip = Clip(text, zone, at_s, until_s, 0.1 + 0.01 * len(self.hearing.clips))
        self.hearing.clips.append(clip)
        return clip

    def wakes(self, at_s: float) -> Clip:
        """A wake word falls; it is no multiple of the VAD's chunks long."""
        clip = self.says("小驰小驰", at_s, 0.8)
        clip.wakes = True
        return clip

    async def drive(self, seconds: float, zones: tuple[Zone, ...] = ("driver",)) -> None:
        """Let all this happen."""
        for zone in zones:
            seat = Seat(zone, self.hearing.clips, self.begun_s)
            ear = self.listening.ear(
                Listener(seat, Detectors(LevelVad(), wake=lambda: LevelWake(self.hearing.clips)), self.settings.audio)
            )
            self._tasks.append(asyncio.create_task(ear.run()))
        self._tasks.append(asyncio.create_task(self.lanes.run()))
        await asyncio.sleep(self.begun_s + seconds - asyncio.get_running_loop().time())
        for task in self._tasks:
            task.cancel()

    def when(self, event: Event) -> float:
        """Not kept by events themselves outside a turn: see `times`."""
        return self.times[self.events.index(event)]

    def sink(self, event: Event) -> None:
        self.times.append(asyncio.get_running_loop().time() - self.begun_s)
        super().sink(event)

    @property
    def times(self) -> list[float]:
        """When each event happened, from the beginning."""
        return self.__dict__.setdefault("_times", [])

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event.type == kind]


def finals(car: Car) -> list[str]:
    return [event.text for event in car.events if isinstance(event, Transcribed) and event.final]


def partials(car: Car) -> list[str]:
    return [event.text for event in car.events if isinstance(event, Transcribed) and not event.final]


def replies(car: Car) -> list[str]:
    return [event.kind for event in car.events if isinstance(event, Replied)]


def speech(car: Car) -> list[str]:
    return [event.state for event in car.events if isinstance(event, Spoke)]
