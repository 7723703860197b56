"""The service: every part made by the settings, wired together, and kept running."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from importlib import import_module

from cockpit import __version__
from cockpit.asr.recognition import Recognition
from cockpit.audio.playback import Playback
from cockpit.bus import Bus, LastWill, topics
from cockpit.config import Settings
from cockpit.contacts import Contacts
from cockpit.dialog.reply import Composer
from cockpit.errors import BusError, CockpitError
from cockpit.events import Event
from cockpit.plan.planner import Planner
from cockpit.ports import EventSink
from cockpit.profile import load_profile
from cockpit.record import SentRecord
from cockpit.runtime import memory, notify
from cockpit.runtime.acting import Acting
from cockpit.runtime.alerts import Alerts
from cockpit.runtime.expecting import likely
from cockpit.runtime.handlers import load_handlers
from cockpit.runtime.http import HttpInterface
from cockpit.runtime.lanes import Lanes
from cockpit.runtime.listening import Listening
from cockpit.runtime.modem import Modem
from cockpit.runtime.progress import Progress
from cockpit.runtime.proposals import Proposals
from cockpit.runtime.requests import Requests
from cockpit.runtime.runner import TurnRunner
from cockpit.runtime.speaking import Speaking
from cockpit.runtime.talked import Talked
from cockpit.runtime.talking import Talk
from cockpit.runtime.telemetry import EventPublisher
from cockpit.runtime.tiers import Tiers
from cockpit.runtime.turn import Telling
from cockpit.runtime.understanding import understanding
from cockpit.safety.gate import Gate
from cockpit.tts.loudspeaker import has_output_device
from cockpit.tts.speech import Speech
from cockpit.types import LANGS, Permit
from cockpit.vehicle.mqtt_vehicle import MqttVehicle

log = logging.getLogger(__name__)

QUIET_S = 3.0
"""How long nobody must have spoken before replies are voiced ahead."""


class Service:
    """One assistant for one vehicle. Make it within a running event loop."""

    def __init__(self, settings: Settings, also: EventSink | None = None, bus: Callable[..., Bus] = Bus) -> None:
        """`also` hears every event; `bus` makes the connection to the broker, or what stands in for it."""
        self.settings = settings
        self._also = also
        self.profile = load_profile(settings.profile)
        self._understanding = understanding(settings)
        self._composer = Composer(self._understanding.skills, self.profile)
        status = topics.STATUS.build(settings.vid)
        self.bus = bus(
            settings.broker,
            identifier=f"cockpit-{settings.vid}",
            last_will=LastWill(status, _about("offline")),
        )
        self._publisher = EventPublisher(self.bus, settings.vid)
        self.vehicle = MqttVehicle(
            self.bus,
            self.profile,
            settings.vid,
            settings.turn.result_timeout_s,
            self._on_progress,
        )
        self.recognition = Recognition(settings.asr, settings.models_dir)
        self.speech = Speech.from_settings(settings)
        self.speaking = Speaking(settings, self.profile, self.speech, self.bus, self.vehicle, self._sink)
        self._progress_words = {lang: self._understanding.skills.reply(lang, "progress") for lang in LANGS}
        self.progress = Progress(self._progress_words, settings.speech.progress_s, self.speaking.say)
        self.alerts = Alerts(self.bus, settings.vid, settings.language, self._composer, self.speaking.say, self._sink)
        self.tiers = Tiers(settings)
        self.record = SentRecord(
            settings.privacy.record,
            keep_text=settings.privacy.keep_text,
            size_mb=settings.privacy.record_mb,
            fsync=settings.privacy.fsync,
        )
        telling = Telling(self._sink, settings.language)
        contacts = Contacts.read(settings.privacy.contacts)
        skills = self._understanding.skills
        proposals = Proposals(self.tiers, skills, self.profile, self.vehicle) if settings.lm.propose else None
        self.talk = Talk(
            self.tiers,
            self._composer,
            settings.turn.context_s,
            Talked(telling),
            self.record,
            contacts,
            proposals,
        )
        self.runner, self.lanes = self._make_turns(telling)
        self.listening = Listening(
            settings,
            self.lanes,
            self.runner,
            self._understanding.skills,
            self._sink,
            changed=self._refresh_status,
        )
        self.requests = Requests(
            self.bus, settings, self.runner, self.lanes, self.listening, self._composer, self._sink
        )
        self.modem = Modem(self.bus, settings.vid, self.tiers)
        self.http = HttpInterface(settings.http, self.listening.press, self._status)
        self.bus.on_connect.append(self._publish_status)
        self._state, self._loading = "starting", True
        self._publishing: set[asyncio.Task[None]] = set()

    def _make_turns(self, telling: Telling) -> tuple[TurnRunner, Lanes]:
        settings = self.settings
        planner = Planner(self._understanding.skills, load_handlers(settings.skills_dir, self._understanding.skills))
        acting = Acting(planner, Gate(self.profile), self._composer, self.vehicle, self.profile, settings.turn)
        runner = TurnRunner(
            settings,
            self._understanding.understander,
            acting,
            self._composer,
            telling,
            self.recognition,
            self.speaking,
            self.progress,
            self.talk,
        )
        acting.on_refused = runner.telling.refused
        return runner, Lanes(runner, self.speech, settings.turn.queue)

    def _on_progress(self, permit: Permit, command: str, status: str) -> None:
        self.runner.telling.progress(permit, command, status)

    def _sink(self, event: Event) -> None:
        self._publisher(event)
        self.listening.saw(event)
        if self._also is not None:
            self._also(event)

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until cancelled. Text turns are taken as soon as the bus is there; `ready` is called once, when the
        engines of speech are loaded too."""
        speech = self.settings.speech
        if speech.output != "none" and await asyncio.to_thread(has_output_device, speech.device):
            self.speaking.open_device()
        if self.speaking.audible:
            self.listening.playback = Playback()
            self.speaking.on_played = self.listening.playback.played
        try:
            async with asyncio.TaskGroup() as group:
                for name, work in self._tasks().items():
                    group.create_task(work, name=name)
                await self.bus.wait_connected()
                self._state = "online"
                await self._publish_status()
                await self._load_engines()
                self._loading = False
                await self._publish_status()
                notify.ready(f"serving vehicle {self.settings.vid}")
                ready()
                await self._voice_ahead()
        finally:
            notify.stopping()
            await self._close()

    def _tasks(self) -> dict[str, Coroutine[None, None, None]]:
        return {
            "bus": self.bus.run(),
            "events": self._publisher.run(),
            "lanes": self.lanes.run(),
            "listening": self.listening.run(),
            "tiers": self.tiers.run(),
            "watchdog": _feed_watchdog(),
            **({"http": self.http.run()} if self.settings.http.port is not None else {}),
        }

    async def _load_engines(self) -> None:
        """Load what the first turn will need; what is missing is told in the status, and text turns go on."""
        # a voice's first run takes longer than any other, so it is not left to the first reply
        voices = self.speech.warm(self._progress_words if self.speaking.audible else dict.fromkeys(LANGS, ()))
        self.recognition.lean_on(await asyncio.to_thread(likely, self.settings))
        for failed in await asyncio.gather(self.recognition.warm(), voices, return_exceptions=True):
            if isinstance(failed, CockpitError):
                log.warning("%s", failed)
            elif failed is not None:
                raise failed
        await asyncio.to_thread(import_module, "pypinyin")  # so that the first word heard wrong need not wait for it
        await asyncio.to_thread(memory.release)

    async def _voice_ahead(self) -> None:
        """Voice fixed replies, and how likely ones start, into the cache, one at a time, whenever nobody has spoken
        for a while."""
        if not self.speaking.audible:
            return
        first = self.settings.language
        for lang in sorted(LANGS, key=lambda one: one != first):
            for starts, texts in ((False, self._composer.fixed(lang)), (True, self._composer.likely(lang))):
                for text in texts:
                    await self.lanes.quiet(QUIET_S)
                    with suppress(CockpitError):
                        await self.speech.warm({lang: [text]}, starts=starts)

    def _refresh_status(self) -> None:
        task = asyncio.ensure_future(self._publish_status())
        self._publishing.add(task)
        task.add_done_callback(self._publishing.discard)

    async def _publish_status(self) -> None:
        """The retained status; a lost connection publishes it again when it is back."""
        with suppress(BusError):
            await self.bus.publish(topics.STATUS.build(self.settings.vid), self._status(), retain=True)

    def _status(self) -> dict[str, object]:
        """What the assistant can do. Text turns work whatever of the rest is missing."""
        heard, spoken = self.recognition.ready(), self.speech.ready()
        ready: dict[str, bool] = {
            "text": self._state == "online",
            "asr": any(heard.values()),
            "tts": any(spoken.values()),
        }
        ready.update({f"asr_{lang}": ok for lang, ok in heard.items()})
        ready.update({f"tts_{lang}": ok for lang, ok in spoken.items()})
        problems = {f"asr {engine.name}": engine.message for engine in self.recognition.status() if engine.message}
        for lang, errors in self.speech.problems().items():
            problems[f"tts {lang}"] = "; ".join(map(str, errors))
        if self._understanding.problem is not None:
            problems["understanding"] = str(self._understanding.problem)
        problems.update({name: str(error) for name, error in self.listening.problems.items()})
        return {**_about(self._state), "loading": self._loading, "ready": ready, "problems": problems}

    async def _close(self) -> None:
        await self.alerts.close()
        await self.speech.close()
        self.recognition.close()


def _about(state: str) -> dict[str, object]:
    return {"status": state, "version": __version__, "languages": list(LANGS), "ready": {}}


async def _feed_watchdog() -> None:
    """Tell systemd that the event loop turns; ends at once where nobody watches."""
    interval_s = notify.watchdog_interval_s()
    while interval_s is not None:
        notify.alive()
        await asyncio.sleep(interval_s)
