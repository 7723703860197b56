"""What is said, said aloud: into the loudspeaker and onto the bus, as loud as the speed wants, the music lowered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from cockpit.bus import Bus, topics
from cockpit.config import Settings
from cockpit.events import Ducked
from cockpit.ports import AudioSink, EventSink, Vehicle
from cockpit.profile import VehicleProfile
from cockpit.tts.floor import Priority
from cockpit.tts.loudspeaker import DeviceSink
from cockpit.tts.sinks import Played, WavChunkSink, unheeded
from cockpit.tts.speech import Speech
from cockpit.tts.volume import speed_gain_db
from cockpit.types import Lang, Pcm


@dataclass(slots=True)
class Speaking:
    """Speaks texts, and replies as a turn's `Mouth`. `device` is None where there is no sound card.

    `on_played` hears every block as it is played, for the echo canceller: the loudspeaker's where there is one, else
    the bus's.
    """

    settings: Settings
    profile: VehicleProfile
    speech: Speech
    bus: Bus
    vehicle: Vehicle
    sink: EventSink
    device: AudioSink | None = None
    on_played: Played = unheeded

    def open_device(self) -> None:
        """Speak into the sound card that the settings name from now on."""
        self.device = DeviceSink(self.settings.speech.device, on_played=self._played, gain_db=self.gain_db)

    def _played(self, pcm: Pcm, rate_hz: int) -> None:
        self.on_played(pcm, rate_hz)

    @property
    def audible(self) -> bool:
        """Whether anything that is said can be heard anywhere."""
        return self.device is not None or self.settings.speech.publish

    def gain_db(self) -> float:
        """The configured volume, raised with a speed that is known and fresh."""
        deciding, speech = self.profile.deciding, self.settings.speech
        speed = self.vehicle.snapshot().fresh(deciding.speed, asyncio.get_running_loop().time(), deciding.max_age_s)
        known = float(speed) if isinstance(speed, int | float) and not isinstance(speed, bool) else None
        return speech.volume_db + speed_gain_db(known, speech.speed_gain_db)

    async def __call__(
        self, turn: str, text: str | AsyncIterator[str], lang: Lang, started: Callable[[], None]
    ) -> bool:
        """A turn's reply; whether it was heard out. Raises what `Speech.say` does."""
        return await self.say(turn, text, lang, started)

    async def say(
        self,
        turn: str,
        text: str | AsyncIterator[str],
        lang: Lang,
        started: Callable[[], None] = lambda: None,
        priority: Priority = Priority.REPLY,
    ) -> bool:
        """Speak `text`, which may still be written, with the music lowered; whether it was heard out. Raises what
        `Speech.say` does."""
        ducked = False

        def first_sound() -> None:
            nonlocal ducked
            ducked = True
            self.sink(Ducked(turn=turn, lang=lang, active=True, gain_db=self.settings.speech.duck_db))
            started()

        try:
            return await self.speech.say(text, lang, self._sinks(turn), first_sound, priority)
        finally:
            if ducked:
                self.sink(Ducked(turn=turn, lang=lang, active=False))

    def _sinks(self, turn: str) -> list[AudioSink]:
        sinks: list[AudioSink] = [self.device] if self.device is not None else []
        if self.settings.speech.publish:
            topic = topics.REPLY_AUDIO.build(self.settings.vid, turn=turn)
            on_played = self._played if self.device is None else unheeded

            async def send(wav: bytes) -> None:
                await self.bus.publish(topic, wav, qos=0, content_type="audio/wav")

            sinks.append(WavChunkSink(send, on_played, self.gain_db))
        return sinks
