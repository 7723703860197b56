"""One seat's ear: live sound cut into turns, recognised while it is spoken; what is not meant for the assistant is left
alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

from cockpit.audio.endpointing import FalseStart, SpeechEnd, SpeechOnset, SpeechResumed, SpeechSoFar, SpeechStart
from cockpit.audio.health import State
from cockpit.audio.listening import ChannelChanged, Listener, ListeningEvent
from cockpit.audio.wake import Woken
from cockpit.events import ErrorOccurred, Ignored, IgnoredReason, SpeechEnded, SpeechStarted, Transcribed
from cockpit.events import Woken as WokenEvent
from cockpit.ports import EventSink
from cockpit.runtime.arbitration import Arbiter, Segment
from cockpit.runtime.attention import Attention
from cockpit.runtime.bargein import BargeIn
from cockpit.runtime.drafts import Draft, Drafts, finished
from cockpit.runtime.patience import Patience
from cockpit.runtime.turn import Turn
from cockpit.types import SAMPLE_RATE_HZ, Lang, Pcm, Utterance, Zone


class TurnTaking(Protocol):
    """Where turns go, and whether a reply sounds."""

    def submit(self, turn: Turn) -> bool: ...

    def speaking(self, zone: Zone) -> bool: ...


JUST_S = 1.0
"""Who presses the key while speaking began so long ago at the most: fingers are slower than tongues."""
ChannelTold = Callable[[Zone, State], None]
"""Takes the state of a seat's microphone when it changes."""


@dataclass(slots=True)
class _Said:
    """An utterance under way. `why` tells why it is listened to, None where nothing asked for it; `over_reply` that it
    began while a reply sounded here."""

    turn: str
    why: str | None
    over_reply: bool
    begun_s: float


class Ear:
    """Listens at one seat. Give it `drafts` made with its own `drafted`."""

    def __init__(
        self,
        zone: Zone,
        lang: Lang,
        listener: Listener,
        turns: TurnTaking,
        attention: Attention,
        barge_in: BargeIn,
        patience: Patience,
        arbiter: Arbiter,
        channel: ChannelTold,
        sink: EventSink,
    ) -> None:
        self._zone, self._lang, self._listener, self._turns = zone, lang, listener, turns
        self._attention, self._barge_in, self._patience = attention, barge_in, patience
        self._arbiter, self._channel, self._sink = arbiter, channel, sink
        self.drafts: Drafts
        self._said: _Said | None = None
        self._clipped = False
        self._deciding: set[asyncio.Task[None]] = set()
        self._in_order = asyncio.Lock()

    async def run(self) -> None:
        """Until the source ends. Raises `AudioError` where it does."""
        async for event in self._listener.events():
            self._take(event)
        while self._deciding:
            await asyncio.wait(self._deciding)

    def press(self, *, on: bool) -> None:
        """The push-to-talk key of this seat: what is said while it is down is meant, and over when it is let go."""
        if on:
            now_s = asyncio.get_running_loop().time()
            self._attention.pressed(self._zone, now_s)
            self._barge_in.onset()
            self._barge_in.interrupt()
            if self._said is not None and self._said.why is None:
                self._mean(self._said, now_s)
        else:
            self._attention.released(self._zone)
            self._listener.end()

    def _mean(self, said: _Said, now_s: float) -> None:
        """What is being said already when the key goes down is meant where it has only just begun."""
        if now_s - said.begun_s <= JUST_S:
            said.why = "push"
            self._sink(SpeechStarted(turn=said.turn, zone=self._zone, lang=self._lang))
        else:
            self._drop()
            self._listener.start_over()

    def _drop(self) -> None:
        """What was said until now belongs to nothing."""
        self.drafts.drop()
        self._said = None
        self._arbiter.dropped(self._zone)

    def _take(self, event: ListeningEvent) -> None:
        match event:
            case Woken():
                self._woken(event)
            case SpeechOnset():
                self._barge_in.onset()
            case FalseStart():
                self._barge_in.go_on()
            case SpeechStart():
                self._started()
            case SpeechSoFar():
                self._so_far(event)
            case SpeechResumed():
                self.drafts.resumed()
                self._barge_in.onset()
            case SpeechEnd():
                self._ended(event)
            case ChannelChanged():
                self._clipped = event.state == "clipped"
                self._channel(self._zone, event.state)

    def _woken(self, event: Woken) -> None:
        """What was said before the word, and the word itself, belong to nothing."""
        self._attention.woken(self._zone, asyncio.get_running_loop().time())
        self._sink(WokenEvent(zone=self._zone, lang=event.lang, word=event.word))
        self._drop()
        self._barge_in.onset()
        self._barge_in.interrupt()

    def _started(self) -> None:
        now_s = asyncio.get_running_loop().time()
        over_reply = self._turns.speaking(self._zone)
        why = self._attention.begun(self._zone, now_s) or ("follow_up" if over_reply else None)
        self._said = _Said(uuid4().hex, why, over_reply, now_s)
        self._arbiter.begun(self._zone)
        if why is not None:
            self._sink(SpeechStarted(turn=self._said.turn, zone=self._zone, lang=self._lang))

    def _so_far(self, event: SpeechSoFar) -> None:
        """Signs of listening are short: whoever speaks without a pause until the first of these wants something."""
        if event.own_voice:
            self.drafts.drop()
            self._barge_in.go_on()
            return
        if not event.paused:
            self._barge_in.interrupt()
        self._arbiter.so_far(self._segment(event.pcm, 0, 0.0))
        if self._said is not None and (self._said.why is not None or self._attention.free_commands):
            self.drafts.take(event.pcm, paused=event.paused)

    def drafted(self, draft: Draft, whole: bool) -> None:
        """What the utterance under way seems to say; `whole` where it paused after that."""
        if self._said is None:
            return
        heard = draft.transcript
        if self._said.why is not None and heard.text:
            self._sink(
                Transcribed(
                    turn=self._said.turn,
                    zone=self._zone,
                    lang=heard.lang,
                    text=heard.text,
                    final=False,
                    engine=heard.engine,
                    confidence=heard.confidence,
                )
            )
        if whole:
            self._listener.be_patient(self._patience.milliseconds(draft))
            if self._barge_in.listens(draft):
                self._barge_in.go_on()
            else:
                self._barge_in.interrupt()

    def _ended(self, event: SpeechEnd) -> None:
        said, self._said = self._said, None
        whole = self.drafts.ended()
        if said is None:
            return
        if said.why is not None:
            duration_ms = round(1000 * len(event.pcm) / SAMPLE_RATE_HZ)
            self._sink(SpeechEnded(turn=said.turn, zone=self._zone, lang=self._lang, duration_ms=duration_ms))
        segment = self._segment(event.pcm, event.surplus, event.silence_s, own_voice=event.own_voice)
        deciding = asyncio.create_task(self._decide(said, segment, whole), name=f"heard {said.turn}")
        self._deciding.add(deciding)
        deciding.add_done_callback(self._deciding.discard)

    def _segment(self, pcm: Pcm, surplus: int, silence_s: float, *, own_voice: bool = False) -> Segment:
        """What was heard until `surplus` samples ago, with the last speech `silence_s` ago."""
        now_s = asyncio.get_running_loop().time()
        begun_s = now_s - (surplus + len(pcm)) / SAMPLE_RATE_HZ
        return Segment(self._zone, pcm, begun_s, now_s - silence_s, self._clipped, own_voice)

    async def _decide(self, said: _Said, segment: Segment, whole: asyncio.Task[Draft] | None) -> None:
        """Make a turn of what was said, or leave it alone."""
        async with self._in_order:
            reason = await self._ignored(said, segment, whole)
            if reason is None:
                self._barge_in.interrupt()
                self._submit(said, segment, whole)
                return
            self._barge_in.go_on()
            if reason == "other_zone":
                self._attention.close(self._zone)
            if said.why is not None:
                self._sink(Ignored(turn=said.turn, zone=self._zone, lang=self._lang, reason=reason))

    async def _ignored(self, said: _Said, segment: Segment, whole: asyncio.Task[Draft] | None) -> IgnoredReason | None:
        if segment.own_voice:
            return "own_voice"
        if not await self._arbiter.belongs(segment):
            return "other_zone"
        if said.why is not None and not said.over_reply:
            return None
        draft = None if whole is None else await finished(whole)
        if draft is None:
            return None if said.why is not None else "not_addressed"
        if said.over_reply:
            return "listening" if self._barge_in.listens(draft) else "hush" if self._barge_in.hushes(draft) else None
        acts = draft.understanding.acts
        free = draft.understanding.sure and all(self._attention.free(act.intent) for act in acts)
        return None if free else "not_addressed"

    def _submit(self, said: _Said, segment: Segment, whole: asyncio.Task[Draft] | None) -> None:
        utterance = Utterance(segment.pcm, self._zone, segment.ended_s)
        turn = Turn(said.turn, self._zone, utterance=utterance, live=True, begun_s=segment.ended_s, draft=whole)
        if not self._turns.submit(turn):
            message = f"too many utterances wait at {self._zone}"
            facts = {"turn": said.turn, "zone": self._zone, "lang": self._lang}
            self._sink(ErrorOccurred(**facts, code="cockpit-busy", message=message))  # type: ignore[arg-type]
