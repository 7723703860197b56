"""A turn: one utterance from its arrival to the end of its reply, read from top to bottom in `TurnRunner.run`."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from cockpit.config import Settings
from cockpit.dialog.context import Context
from cockpit.dialog.reply import Composer, Told
from cockpit.errors import CockpitError
from cockpit.events import (
    Acted,
    ErrorOccurred,
    Event,
    Replied,
    Routed,
    Spoke,
    Transcribed,
    TurnEnded,
    Understood,
)
from cockpit.ports import EventSink, Understander
from cockpit.runtime.acting import Acting, Speaker
from cockpit.runtime.drafts import Draft, Drafts, Ears, ToldDraft, finished
from cockpit.runtime.progress import Progress
from cockpit.types import Lang, Outcome, Permit, Reply, ReplyKind, SetSignal, Transcript, Understanding, Utterance, Zone

log = logging.getLogger(__name__)


class TurnEars(Ears, Protocol):
    """Speech recognition as a turn sees it."""

    async def second_opinion(self, utterance: Utterance, first: Transcript) -> Transcript | None: ...


class Mouth(Protocol):
    """Speech output as a turn sees it: gives whether the reply was heard out; calls `started` at the first sound."""

    async def __call__(self, turn: str, reply: Reply, started: Callable[[], None]) -> bool: ...


@dataclass(slots=True)
class Turn:
    """One request. `begun_s` is the loop time at which speech ended or the text arrived."""

    id: str
    zone: Zone
    text: str = ""
    utterance: Utterance | None = None
    lang: Lang | None = None
    live: bool = False
    """Cut out of a microphone's stream: hearing nothing, or what is meant for somebody else, is then no reason to speak
    up."""
    draft: asyncio.Task[Draft] | None = None
    """Of the whole utterance, begun in the pause that ended it."""
    begun_s: float = 0.0
    speech: asyncio.Task[bool] | None = None
    """The reply aloud, from its first preparations to its end."""
    sounding: bool = False
    replied: bool = False
    heard: bool = False
    addressed: bool = True
    """Whether what was heard may be meant for the assistant."""
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def spoken(self) -> bool:
        return self.utterance is not None


class TurnRunner:
    """Runs turns; holds each zone's dialog context."""

    def __init__(
        self,
        settings: Settings,
        understander: Understander,
        acting: Acting,
        composer: Composer,
        sink: EventSink,
        ears: TurnEars,
        mouth: Mouth,
        progress: Progress | None = None,
    ) -> None:
        self._settings, self._understander, self._acting, self._composer = settings, understander, acting, composer
        self._sink, self._ears, self._mouth, self._progress = sink, ears, mouth, progress
        self._contexts: dict[Zone, Context] = {}
        self._turns: dict[str, Turn] = {}

    async def run(self, turn: Turn) -> None:
        """Hear, understand, act, reply, speak. Ends with exactly one `reply` and one `turn_end`, whatever fails."""
        outcome = "error"
        self._turns[turn.id] = turn
        try:
            async with self._with_progress(turn):
                told = await self._answer(turn)
            reply = self._reply(turn, told)
            outcome = str(reply.kind)
            await self._speak(turn, reply)
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        finally:
            if not turn.replied:
                self._reply_anyway(turn, cancelled=outcome == "cancelled")
            self._emit(turn, TurnEnded, outcome=outcome, timings=dict(turn.timings))
            del self._turns[turn.id]

    def _with_progress(self, turn: Turn) -> AbstractAsyncContextManager[None]:
        """A word in between where the answer to something spoken takes its time."""
        if self._progress is None or not turn.spoken:
            return nullcontext()
        return self._progress.while_waiting(turn.id, turn.begun_s, lambda: self._lang(turn) if turn.heard else None)

    def _reply_anyway(self, turn: Turn, *, cancelled: bool) -> None:
        told = (
            self._say(turn, "answer", "answer.cancelled") if cancelled else self._say(turn, "failed", "error.internal")
        )
        self._reply(turn, [told])

    async def _answer(self, turn: Turn) -> list[Told]:
        """Everything up to the words of the reply, under the turn's deadline; errors become words too."""
        deadline_s = turn.begun_s + self._settings.turn.deadline_s
        try:
            async with asyncio.timeout_at(deadline_s):
                transcript, draft = await self._hear(turn)
                if not turn.heard:
                    return [self._say(turn, "unsupported", "unsupported.heard_nothing")]
                return await self._understand_and_act(turn, transcript, draft, deadline_s)
        except TimeoutError:
            self._error(turn, "cockpit-late", f"the turn took longer than {self._settings.turn.deadline_s:g} s")
            return [self._say(turn, "failed", "error.late")]
        except CockpitError as error:
            self._error(turn, error.code, error.message)
            return [self._say(turn, "failed", "error.asr" if turn.spoken and not turn.heard else "error.internal")]
        except Exception as error:
            log.exception("turn %s failed", turn.id)
            self._error(turn, "cockpit-internal", str(error) or type(error).__name__)
            return [self._say(turn, "failed", "error.internal")]

    def _lang(self, turn: Turn) -> Lang:
        return turn.lang or self._settings.language

    def _say(self, turn: Turn, kind: ReplyKind, key: str) -> Told:
        return self._composer.say(self._lang(turn), kind, key)

    async def _hear(self, turn: Turn) -> tuple[Transcript, Draft | None]:
        """What was said, and the draft that knows what it means, where there is one."""
        draft = None
        if turn.utterance is None:
            lang = turn.lang or language_of(turn.text) or self._settings.language
            transcript = Transcript(turn.text, lang, "text", 1.0)
        else:
            with self._timed(turn, "hear"):
                draft = None if turn.draft is None else await finished(turn.draft)
                if draft is not None:
                    transcript = draft.transcript
                else:
                    expecting = self.expecting(turn.zone)
                    transcript = await self._ears.transcribe(turn.utterance, turn.lang, expecting)
        turn.heard = bool(transcript.text.strip())
        self._tell_hearing(turn, transcript)
        return transcript, draft

    async def _understand_and_act(
        self, turn: Turn, transcript: Transcript, draft: Draft | None, deadline_s: float
    ) -> list[Told]:
        context = self._context(turn.zone)
        expecting = _expecting(context)
        if draft is not None and draft.expecting == expecting:
            understood = draft.understanding
        else:
            understood = await self._understand(turn, transcript, expecting)
        if not understood.sure and (second := await self._hear_again(turn, transcript)) is not None:
            again = await self._understand(turn, second, expecting)
            if again.sure or (again.acts and not understood.acts):
                understood = again
                self._tell_hearing(turn, second)
        self._tell_understanding(turn, understood)
        if not understood.acts:
            turn.addressed = understood.kind != "not_addressed"
            return [self._say(turn, "unsupported", "unsupported.not_understood")]
        with self._timed(turn, "act"):
            speaker = Speaker(turn.id, turn.zone, self._lang(turn), deadline_s)
            told, context = await self._acting.act(understood.acts, context, speaker)
        self._contexts[turn.zone] = context
        return told

    def expecting(self, zone: Zone) -> str:
        """The slot that the question is about which waits for an answer from `zone`; empty where none does."""
        return _expecting(self._context(zone))

    def drafts(self, zone: Zone, told: ToldDraft) -> Drafts:
        """Drafts of what is being said at `zone`, as its turn will hear and understand it."""
        return Drafts(zone, self._ears, self._understander, self.expecting, told)

    def _context(self, zone: Zone) -> Context:
        now_s = asyncio.get_running_loop().time()
        return self._contexts.get(zone, Context()).current(now_s, self._settings.turn.context_s)

    async def _understand(self, turn: Turn, transcript: Transcript, expecting: str) -> Understanding:
        with self._timed(turn, "understand"):
            return await asyncio.to_thread(self._understander.understand, transcript.text, transcript.lang, expecting)

    async def _hear_again(self, turn: Turn, first: Transcript) -> Transcript | None:
        """What another engine makes of speech that makes no sense: the language may have been mistaken."""
        if turn.utterance is None:
            return None
        with self._timed(turn, "hear_again"):
            return await self._ears.second_opinion(turn.utterance, first)

    def _tell_hearing(self, turn: Turn, heard: Transcript) -> None:
        turn.lang = heard.lang
        self._emit(turn, Transcribed, text=heard.text, engine=heard.engine, confidence=heard.confidence)

    def _tell_understanding(self, turn: Turn, understood: Understanding) -> None:
        acts = [{"intent": a.intent, "slots": dict(a.slots), "confidence": a.confidence} for a in understood.acts]
        self._emit(
            turn,
            Understood,
            acts=acts,
            unmatched=understood.unmatched,
            kind=understood.kind,
            complete=understood.complete,
            private=understood.private,
        )
        if understood.acts:
            self._emit(turn, Routed, tier="nlu", reason="understood", complexity=understood.complexity or "command")
        else:
            complexity = understood.complexity or "unknown"
            self._emit(turn, Routed, tier="refused", reason="not-understood", complexity=complexity)

    def _reply(self, turn: Turn, told: list[Told]) -> Reply:
        reply = self._composer.reply(told, self._lang(turn))
        turn.replied = True
        turn.timings["reply"] = self._since(turn)
        self._emit(turn, Replied, text=reply.text, kind=reply.kind)
        return reply

    async def _speak(self, turn: Turn, reply: Reply) -> None:
        """The reply aloud. A voice that fails is an error event; the text has been shown."""
        silent = not turn.spoken and not self._settings.speech.speak_typed
        if silent or (turn.live and not (turn.heard and turn.addressed)):
            return

        def first_sound() -> None:
            turn.sounding = True
            turn.timings["first_audio"] = self._since(turn)
            self._emit(turn, Spoke, state="start")

        heard_out = False
        turn.speech = asyncio.ensure_future(self._mouth(turn.id, reply, first_sound))
        try:
            await asyncio.wait({turn.speech})
            heard_out = not turn.speech.cancelled() and turn.speech.result()
        except CockpitError as error:
            self._error(turn, error.code, error.message)
        finally:
            turn.speech.cancel()
            with suppress(asyncio.CancelledError, CockpitError):
                await turn.speech
            if turn.sounding:
                turn.sounding = False
                self._emit(turn, Spoke, state="end" if heard_out else "interrupted")

    def forget(self) -> None:
        """Forget what was said in every zone, but not what was set."""
        self._contexts = {zone: Context(remembered=c.remembered) for zone, c in self._contexts.items()}

    def on_progress(self, permit: Permit, command: str, status: str) -> None:
        """A command's change of status, as the vehicle adapter reports it."""
        self._acted(permit.turn, permit.proposal, status, command, "")

    def on_refused(self, turn: str, outcomes: tuple[Outcome, ...]) -> None:
        """Proposals that the gate stopped."""
        for outcome in outcomes:
            self._acted(turn, outcome.proposal, outcome.status, "", outcome.code)

    def _acted(self, turn_id: str, proposal: object, status: str, command: str, code: str) -> None:
        turn = self._turns.get(turn_id) or Turn(turn_id, "driver", begun_s=asyncio.get_running_loop().time())
        if isinstance(proposal, SetSignal):
            fields: dict[str, Any] = {"kind": "signal", "path": proposal.path, "value": proposal.value}
            if status == "published":
                turn.timings["set"] = self._since(turn)
        else:
            fields = {"kind": "app", "app": getattr(proposal, "app", ""), "action": getattr(proposal, "action", "")}
            fields["args"] = dict(getattr(proposal, "args", {}))
        self._emit(turn, Acted, id=command, status=status, code=code, **fields)

    def _error(self, turn: Turn, code: str, message: str) -> None:
        self._emit(turn, ErrorOccurred, code=code, message=message)

    def _since(self, turn: Turn) -> float:
        return round((asyncio.get_running_loop().time() - turn.begun_s) * 1000, 1)

    @contextmanager
    def _timed(self, turn: Turn, stage: str) -> Iterator[None]:
        begun = time.monotonic()
        try:
            yield
        finally:
            turn.timings[stage] = round((time.monotonic() - begun) * 1000, 1)

    def _emit(self, turn: Turn, event: type[Event], **fields: Any) -> None:
        self._sink(event(turn=turn.id, zone=turn.zone, lang=self._lang(turn), t_ms=int(self._since(turn)), **fields))


def _expecting(context: Context) -> str:
    return context.pending.slot if context.pending is not None else ""


def language_of(text: str) -> Lang | None:
    """Chinese if a Chinese character is in `text`, English if only Latin letters are, else None."""
    if any("\u3400" <= character <= "\u9fff" for character in text):
        return "zh"
    return "en" if any(character.isascii() and character.isalpha() for character in text) else None
