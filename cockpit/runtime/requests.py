"""Requests from the bus: typed and recorded utterances, live frames, cancel and reset."""

from __future__ import annotations

import asyncio
import logging

from cockpit.audio.endpointing import trim
from cockpit.audio.vad import SileroVad
from cockpit.audio.wav import decode_wav
from cockpit.bus import Bus, topics
from cockpit.bus.payloads import CancelRequest, ListenRequest, ResetRequest, TextRequest, claimed_id, parse
from cockpit.config import Settings
from cockpit.dialog.reply import Composer
from cockpit.errors import AudioError, BusError, CockpitError
from cockpit.events import ContextReset, ErrorOccurred, Replied, TurnEnded
from cockpit.ports import EventSink
from cockpit.runtime.lanes import Lanes
from cockpit.runtime.listening import Listening
from cockpit.runtime.runner import TurnRunner
from cockpit.runtime.turn import Turn
from cockpit.types import SAMPLE_RATE_HZ, ZONES, ReplyKind, Utterance, Zone

log = logging.getLogger(__name__)

MAX_DECODING = 4
"""WAVs that are read at the same time; one more is answered as busy."""
REPEATED_WITHIN_S = 10.0
"""How long an id is remembered: MQTT delivers a message at least once, and a request is answered once."""


class Requests:
    """Subscribes to the request topics. Whatever comes with an id is answered with one reply and one turn_end."""

    def __init__(
        self,
        bus: Bus,
        settings: Settings,
        runner: TurnRunner,
        lanes: Lanes,
        listening: Listening,
        composer: Composer,
        sink: EventSink,
    ) -> None:
        self._settings, self._runner, self._lanes, self._listening = settings, runner, lanes, listening
        self._composer, self._sink, self._bus = composer, sink, bus
        self._reading: set[asyncio.Task[None]] = set()
        self._taken: dict[str, float] = {}
        vid = settings.vid
        bus.subscribe(topics.REQUEST_TEXT.filter(vid), self._text)
        bus.subscribe(topics.REQUEST_AUDIO.filter(vid), self._audio)
        bus.subscribe(topics.AUDIO_STREAM.filter(vid), self._frame, qos=0)
        bus.subscribe(topics.REQUEST_CANCEL.filter(vid), self._cancel)
        bus.subscribe(topics.REQUEST_RESET.filter(vid), self._reset)
        bus.subscribe(topics.REQUEST_LISTEN.filter(vid), self._listen)

    def _text(self, topic: str, payload: bytes, retained: bool) -> None:
        if retained:
            raise BusError("retained-request", f"{topic}: a request must not be retained")
        try:
            request = parse(TextRequest, payload)
        except BusError as error:
            if turn := claimed_id(payload):
                self._refuse(Turn(turn, "driver"), error)
            raise
        begun_s = self._take(request.id)
        self._submit(Turn(request.id, request.zone, text=request.text, lang=request.lang, begun_s=begun_s))

    def _take(self, ident: str) -> float:
        """The loop time, at which a request with this id is taken. Raises `BusError` (`bus-repeated-request`) where one
        was just before."""
        now_s = asyncio.get_running_loop().time()
        self._taken = {one: at_s for one, at_s in self._taken.items() if now_s - at_s < REPEATED_WITHIN_S}
        if ident in self._taken:
            raise BusError("repeated-request", f"a request {ident} was taken already")
        self._taken[ident] = now_s
        return now_s

    def _submit(self, turn: Turn) -> None:
        if not self._lanes.submit(turn):
            self._bus.counters["cockpit-busy"] += 1
            self._refuse(turn, BusError("busy", f"too many requests wait at {turn.zone}"), "error.busy")

    def _refuse(self, turn: Turn, error: CockpitError, key: str = "error.internal", kind: ReplyKind = "failed") -> None:
        """Answer a request that never became a turn."""
        lang = turn.lang or self._settings.language
        reply = self._composer.reply([self._composer.say(lang, kind, key)], lang)
        facts = {"turn": turn.id, "zone": turn.zone, "lang": lang}
        self._sink(ErrorOccurred(**facts, code=error.code, message=error.message))  # type: ignore[arg-type]
        self._sink(Replied(**facts, text=reply.text, kind=kind))  # type: ignore[arg-type]
        self._sink(TurnEnded(**facts, outcome=kind))  # type: ignore[arg-type]

    def _audio(self, topic: str, payload: bytes, retained: bool) -> None:
        if retained:
            raise BusError("retained-request", f"{topic}: a request must not be retained")
        parts = topics.REQUEST_AUDIO.parse(topic)
        zone = _zone(parts["zone"])
        turn = Turn(parts["id"], zone, begun_s=self._take(parts["id"]))
        if len(self._reading) >= MAX_DECODING:
            self._bus.counters["cockpit-busy"] += 1
            self._refuse(turn, BusError("busy", "too many recordings wait"), "error.busy")
            return
        task = asyncio.create_task(self._read(turn, payload), name=f"wav {turn.id}")
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _read(self, turn: Turn, payload: bytes) -> None:
        """Decode a recording off the loop, cut its silence away and queue it."""
        try:
            pcm = await asyncio.to_thread(decode_wav, payload)
            spoken = await asyncio.to_thread(trim, pcm, SileroVad(), self._settings.audio)
        except AudioError as error:
            self._bus.counters[error.code] += 1
            log.warning("request/audio %s: %s", turn.id, error)
            self._refuse(turn, error, "error.asr")
            return
        now_s = asyncio.get_running_loop().time()
        if spoken is None or len(spoken) < SAMPLE_RATE_HZ // 20:
            silence = AudioError("no-speech", "there is no speech in the recording")
            self._refuse(turn, silence, "unsupported.heard_nothing", "unsupported")
            return
        lang = self._settings.asr.zone_language.get(turn.zone)
        turn.lang, turn.utterance = lang, Utterance(spoken, turn.zone, now_s)
        self._submit(turn)

    def _frame(self, topic: str, payload: bytes, retained: bool) -> None:
        if not retained:
            self._listening.push(_zone(topics.AUDIO_STREAM.parse(topic)["zone"]), payload)

    def _listen(self, topic: str, payload: bytes, retained: bool) -> None:
        if retained:
            raise BusError("retained-request", f"{topic}: a request must not be retained")
        self._listening.press(parse(ListenRequest, payload))

    def _cancel(self, topic: str, payload: bytes, retained: bool) -> None:
        del topic
        if not retained:
            self._lanes.cancel(parse(CancelRequest, payload).zone)

    def _reset(self, topic: str, payload: bytes, retained: bool) -> None:
        del topic
        if not retained:
            request = parse(ResetRequest, payload)
            self._runner.forget()
            self._sink(ContextReset(turn=request.id, id=request.id, lang=self._settings.language))


def _zone(name: str) -> Zone:
    """The zone a topic names. Raises `BusError` (`bus-unknown-zone`)."""
    for zone in ZONES:
        if zone == name:
            return zone
    raise BusError("unknown-zone", f"there is no zone {name!r}")
