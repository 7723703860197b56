"""Runs turns: one utterance from its arrival to the end of its reply, read from top to bottom in `TurnRunner.run`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from typing import Protocol

from cockpit.config import Settings
from cockpit.dialog.context import Context
from cockpit.dialog.reply import Composer, Told
from cockpit.errors import CockpitError
from cockpit.events import (
    Replied,
)
from cockpit.lm.guard import limit, spoken_length
from cockpit.lm.summary import extract
from cockpit.ports import Understander
from cockpit.router.splitting import Part, split
from cockpit.runtime.acting import Acting, Speaker
from cockpit.runtime.aloud import Aloud, Mouth
from cockpit.runtime.answers import Asked
from cockpit.runtime.drafts import Drafts, LiveEars, ToldDraft, finished
from cockpit.runtime.hearing import Heard, second_thoughts, understood
from cockpit.runtime.parts import together
from cockpit.runtime.progress import Progress
from cockpit.runtime.turn import Telling, Turn, language_of
from cockpit.runtime.writing import Writing
from cockpit.types import Act, Lang, Reply, ReplyKind, Transcript, Understanding, Utterance, Zone

log = logging.getLogger(__name__)


class Talks(Protocol):
    """Answers to what no act accounts for, as a turn sees them."""

    async def answer(self, asked: Asked, writing: Writing) -> list[Told]: ...

    async def heed(self, acts: Sequence[Act]) -> None:
        """Take note of acts that are about the assistant itself."""

    async def proposed(self, part: Part, lang: Lang) -> tuple[Act, ...]:
        """Doubtful acts for a part that was not understood."""

    async def gist(self, text: str, lang: Lang) -> str:
        """What of a message, a page or a list matters, found on the board."""

    def forget(self) -> None: ...


TALKED = frozenset({"dialog.chat", "dialog.talk"})
"""Intents of what is talk, as it was understood."""
RESERVE_S = 0.5
"""Before the turn's deadline what is talked about must have its end."""


class TurnRunner:
    """Runs turns; holds each zone's dialog context."""

    def __init__(
        self,
        settings: Settings,
        understander: Understander,
        acting: Acting,
        composer: Composer,
        telling: Telling,
        ears: LiveEars,
        mouth: Mouth,
        progress: Progress | None = None,
        talk: Talks | None = None,
    ) -> None:
        self._settings, self._understander, self._acting, self._composer = settings, understander, acting, composer
        self._ears, self._progress, self._talk = ears, progress, talk
        self.telling, self._aloud = telling, Aloud(mouth, telling, settings.speech.speak_typed)
        self._contexts: dict[Zone, Context] = {}

    async def run(self, turn: Turn) -> None:
        """Hear, understand, act, reply, speak. Ends with exactly one `reply` and one `turn_end`, whatever fails."""
        outcome = "error"
        self.telling.begun(turn)
        try:
            async with self._with_progress(turn):
                told = await self._answer(turn)
            text = None
            if turn.talk is not None:
                self._aloud.speak(turn, aiter(turn.talk.writing))
                told, text = await turn.talk.told(), turn.talk.writing.text
            reply = self._reply(turn, told, text)
            outcome = str(reply.kind)
            if turn.speech is None:
                self._aloud.speak(turn, _to_be_said(reply))
            await self._aloud.heard_out(turn)
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        finally:
            await self._aloud.fall_silent(turn)
            if not turn.replied:
                self._reply_anyway(turn, cancelled=outcome == "cancelled")
            self.telling.ended(turn, outcome)

    def _with_progress(self, turn: Turn) -> AbstractAsyncContextManager[None]:
        """A word in between where the answer to something spoken takes its time."""
        if self._progress is None or not turn.spoken:
            return nullcontext()
        return self._progress.while_waiting(
            turn.id,
            turn.begun_s,
            lambda: self.telling.lang(turn) if turn.heard else None,
            lambda lang: self._composer.moving(lang, turn.moving),
        )

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
                heard = await self._hear(turn, self.expecting(turn.zone))
                if not turn.heard:
                    return [self._say(turn, "unsupported", "unsupported.heard_nothing")]
                return await self._act(turn, heard, deadline_s)
        except TimeoutError:
            if turn.talk is not None:
                await turn.talk.stopped()
                turn.talk = None
            self.telling.error(turn, "cockpit-late", f"the turn took longer than {self._settings.turn.deadline_s:g} s")
            return [self._say(turn, "failed", "error.late")]
        except CockpitError as error:
            self.telling.error(turn, error.code, error.message)
            return [self._say(turn, "failed", "error.asr" if turn.spoken and not turn.heard else "error.internal")]
        except Exception as error:
            log.exception("turn %s failed", turn.id)
            self.telling.error(turn, "cockpit-internal", str(error) or type(error).__name__)
            return [self._say(turn, "failed", "error.internal")]

    def _say(self, turn: Turn, kind: ReplyKind, key: str) -> Told:
        return self._composer.say(self.telling.lang(turn), kind, key)

    async def _hear(self, turn: Turn, expecting: str) -> Heard:
        """What was said and what it means: as the draft has it, where there is one."""
        if turn.utterance is None:
            lang = turn.lang or language_of(turn.text) or self._settings.language
            said = Transcript(turn.text, lang, "text", 1.0)
            draft = None
        else:
            with self.telling.timed(turn, "hear"):
                draft = None if turn.draft is None else await finished(turn.draft)
                said = draft.transcript if draft is not None else await self._transcribe(turn.utterance, turn.lang)
        turn.heard = bool(said.text.strip())
        if draft is not None and draft.expecting == expecting:
            heard = draft.heard
        else:
            with self.telling.timed(turn, "understand"):
                heard = await understood(self._understander, said, expecting)
        self.telling.heard(turn, heard.transcript)
        if turn.utterance is None or heard.understanding.sure or not turn.heard:
            return heard
        with self.telling.timed(turn, "hear_again"):
            again = await second_thoughts(self._ears, self._understander, turn.utterance, heard, expecting)
        if again is not heard:
            self.telling.heard(turn, again.transcript)
        return again

    async def _transcribe(self, utterance: Utterance, lang: Lang | None) -> Transcript:
        return await self._ears.transcribe(utterance, lang, self.expecting(utterance.zone))

    async def _act(self, turn: Turn, heard: Heard, deadline_s: float) -> list[Told]:
        """Do what was asked for, or have it answered; what is still written when this returns is `turn.talk`."""
        understood = heard.understanding
        parts = await self._parts(turn, heard)
        acts = tuple(act for part in parts for act in _done_for(part))
        asked = [_talked(part) for part in parts if not _done_for(part)]
        self.telling.understood(turn, understood if len(parts) == 1 else replace(understood, acts=acts))
        turn.addressed = bool(acts) or understood.kind != "not_addressed"
        if not acts and len(asked) == 1 and self._talk is not None and turn.addressed:
            acts = await self._talk.proposed(asked[0], understood.lang)
            asked = [] if acts else asked
        if asked and self._talk is not None and (turn.addressed or not turn.live):
            return await self._begin_talk(turn, self._talk, acts, asked, deadline_s)
        if acts:
            return await self._done(turn, acts, deadline_s)
        self.telling.routed(turn, "refused", "not-understood", "none", understood.complexity or "unknown")
        return [self._say(turn, "unsupported", "unsupported.not_understood")]

    async def _parts(self, turn: Turn, heard: Heard) -> tuple[Part, ...]:
        """The request taken apart; an answer to a question is one."""
        whole, text = heard.understanding, heard.transcript.text or turn.text
        if self._talk is None or self.expecting(turn.zone):
            return (Part(text, whole),)

        def understand(piece: str) -> Understanding:
            return self._understander.understand(piece, whole.lang)

        return await asyncio.to_thread(split, whole, text, understand)

    async def _done(self, turn: Turn, acts: tuple[Act, ...], deadline_s: float) -> list[Told]:
        """What became of `acts`."""
        self.telling.routed(turn, "nlu", "understood", "none", "several" if len(acts) > 1 else "simple")
        if self._talk is not None:
            await self._talk.heed(acts)
        with self.telling.timed(turn, "act"):
            speaker = Speaker(turn.id, turn.zone, self.telling.lang(turn), deadline_s)
            told, context = await self._acting.act(acts, self._context(turn.zone), speaker)
        self._contexts[turn.zone] = context
        return [await self._shortened(one, speaker.lang) for one in told]

    async def _shortened(self, told: Told, lang: Lang) -> Told:
        """`told` as it is, or the gist of it where that was asked for."""
        return replace(told, text=await self._talk.gist(told.text, lang)) if told.brief and self._talk else told

    async def _begin_talk(
        self, turn: Turn, talk: Talks, acts: tuple[Act, ...], parts: Sequence[Part], deadline_s: float
    ) -> list[Told]:
        """Have every part answered and `acts` done, side by side; over when something can be said."""
        lang, until_s = self.telling.lang(turn), deadline_s - RESERVE_S
        asked = [Asked(turn.id, n, part, lang, turn.zone, turn.begun_s, until_s) for n, part in enumerate(parts)]
        writings = [Writing(lang) for _ in parts]
        works = [(writing, talk.answer(one, writing)) for one, writing in zip(asked, writings, strict=True)]
        turn.talk = together(lang, self._done(turn, acts, deadline_s) if acts else None, works, self._composer)
        with self.telling.timed(turn, "talk"):
            await turn.talk.writing.first()
        turn.timings["words"] = self.telling.since_ms(turn)
        return []

    def expecting(self, zone: Zone) -> str:
        """The slot that the question is about which waits for an answer from `zone`; empty where none does."""
        pending = self._context(zone).pending
        return pending.slot if pending is not None else ""

    def drafts(self, zone: Zone, told: ToldDraft) -> Drafts:
        """Drafts of what is being said at `zone`, as its turn will hear and understand it."""
        return Drafts(zone, self._ears, self._understander, self.expecting, told)

    def _context(self, zone: Zone) -> Context:
        now_s = asyncio.get_running_loop().time()
        return self._contexts.get(zone, Context()).current(now_s, self._settings.turn.context_s)

    def _reply(self, turn: Turn, told: list[Told], text: str | None = None) -> Reply:
        """The turn's reply; `text` where it was written already."""
        reply = self._composer.reply(told, self.telling.lang(turn))
        reply = replace(reply, text=text) if text else reply
        turn.replied = True
        turn.timings["reply"] = self.telling.since_ms(turn)
        self.telling.emit(turn, Replied, text=reply.text, kind=reply.kind)
        return reply

    def forget(self) -> None:
        """Forget what was said in every zone, but not what was set."""
        self._contexts = {zone: Context(remembered=c.remembered) for zone, c in self._contexts.items()}
        if self._talk is not None:
            self._talk.forget()


def _to_be_said(reply: Reply) -> str:
    """What is said of a reply: of a long message or list what can be said in the time an answer has. What was done is
    always told in full."""
    long = reply.kind == "answer" and spoken_length(reply.text, reply.lang) > limit(reply.lang)
    return extract(reply.text, reply.lang) if long else reply.text


def _talked(part: Part) -> Part:
    """A part that is talked about, without the acts that say so."""
    understood = part.understood
    if part.asked or not understood.acts:
        return part
    complexity = understood.complexity if understood.complexity == "knowledge" else "talk"
    return replace(part, understood=replace(understood, acts=(), complexity=complexity))


def _done_for(part: Part) -> tuple[Act, ...]:
    """The acts of a part that are done; none of one that is talked about."""
    return () if part.asked else tuple(act for act in part.understood.acts if act.intent not in TALKED)
