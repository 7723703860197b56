"""Real speech with a paced voice and a loudspeaker on the loop's clock, for what is said unasked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from cockpit.bus import Bus
from cockpit.config import Settings
from cockpit.dialog.reply import Composer
from cockpit.events import Alerted, Ducked, ErrorOccurred, Event, Spoke
from cockpit.runtime.alerts import Alerts
from cockpit.runtime.speaking import Speaking
from cockpit.tts.speech import Speech
from cockpit.tts.voices import FallbackVoice, Voice
from cockpit.types import Lang
from tests.component.runtime.scripted import ScriptedCar, profile, skills
from tests.component.tts.scripted_speech import ClockedSink, PacedVoice

SETTINGS = Settings()


@dataclass(slots=True)
class Cabin:
    """What can be heard in it. Make it within a running loop."""

    lang: Lang = "en"
    events: list[Event] = field(default_factory=list)
    sink: ClockedSink = field(default_factory=ClockedSink)
    car: ScriptedCar = field(default_factory=ScriptedCar)
    speech: Speech = field(init=False)
    speaking: Speaking = field(init=False)
    alerts: Alerts = field(init=False)
    bus: Bus = field(init=False)

    def __post_init__(self) -> None:
        voice = FallbackVoice(Voice(PacedVoice()))
        self.bus = Bus(SETTINGS.broker)
        self.speech = Speech({"en": voice, "zh": voice})
        self.speaking = Speaking(
            SETTINGS, profile(), self.speech, self.bus, self.car, self.events.append, device=self.sink
        )
        composer = Composer(skills(), profile())
        self.alerts = Alerts(self.bus, "demo", self.lang, composer, self.speaking.say, self.events.append)

    def reply(self, text: str) -> asyncio.Task[bool]:
        """A turn's reply being spoken."""
        return asyncio.create_task(self.speaking("turn", text, self.lang, lambda: None))

    def ducked(self) -> list[bool]:
        return [event.active for event in self.events if isinstance(event, Ducked)]

    def spoke(self) -> list[tuple[str, str]]:
        return [(event.turn, event.state) for event in self.events if isinstance(event, Spoke)]

    def shown(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Alerted)]

    def errors(self) -> list[str]:
        return [event.code for event in self.events if isinstance(event, ErrorOccurred)]
