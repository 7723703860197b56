"""The ways to answer what is talked about: a fixed reply, the model on the board, the cloud."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from cockpit.dialog.reply import Composer, Told
from cockpit.errors import CloudError, CockpitError, LanguageModelError
from cockpit.lm.conversation import ANSWER_TOKENS, Exchange, conversation
from cockpit.lm.guard import Guard
from cockpit.record import SentRecord
from cockpit.router.redaction import Redacted, Redactor, Restorer
from cockpit.router.route import Route, Tier
from cockpit.router.situation import Situation, situated
from cockpit.router.splitting import Part
from cockpit.runtime.sending import Recorded
from cockpit.runtime.tiers import Tiers
from cockpit.runtime.writing import Writing
from cockpit.types import Lang, ReplyKind, Zone

CLOUD_TOKENS = 160
"""More is not said in the time an answer has."""
UNSURE = frozenset({"knowledge"})
"""What a small model answers with a word that it may be wrong, by the request's complexity."""
LONGEST = 500
"""Characters of a request that are looked at."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A part of a request that no act accounts for, the `number`th. Times are of the loop's clock."""

    turn: str
    number: int
    part: Part
    lang: Lang
    zone: Zone
    begun_s: float
    deadline_s: float

    @property
    def text(self) -> str:
        return self.part.text[:LONGEST]

    @property
    def left_s(self) -> float:
        return max(0.1, self.deadline_s - asyncio.get_running_loop().time())


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer came to, who gave it, and what it cost; without a text where none could be given."""

    told: Told
    by: Tier
    cost: float = 0.0


class OnFailed(Protocol):
    def __call__(self, asked: Asked, error: CockpitError) -> None:
        """Told what failed on the way to an answer."""


@dataclass(slots=True)
class Answers:
    """Writes answers. `failed` is told what goes wrong on the way, which is never raised."""

    tiers: Tiers
    composer: Composer
    record: SentRecord
    failed: OnFailed
    redactor: Redactor

    def fixed(self, asked: Asked, writing: Writing, key: str, fields: Mapping[str, str] | None = None) -> Answer:
        """One of the assistant's own replies."""
        kind: ReplyKind = "unsupported" if key.startswith("unsupported.") else "answer"
        told = self.composer.say(asked.lang, kind, key, fields)
        writing.put(told.text)
        return Answer(told, "nlu" if kind == "answer" else "refused")

    async def by_cloud(self, asked: Asked, decided: Route, before: Sequence[Exchange], writing: Writing) -> Answer:
        """The cloud's answer, given up where nothing has come when the route says so."""
        cloud = self.tiers.cloud
        if cloud is None:
            return Answer(Told("unsupported", ""), "refused")
        redacted, guard = self.redactor.redact(asked.text), _guard(asked, small=False)
        question = cloud.asking.ask(
            conversation(asked.lang).for_cloud(redacted.text, before),
            limit_tokens=CLOUD_TOKENS,
            deadline_s=asked.left_s,
            witness=Recorded(self.record, asked.turn, decided.reason, "none", len(redacted.originals)),
        )
        try:
            async with aclosing(question.__aiter__()) as answer, aclosing(_restored(answer, redacted)) as pieces:
                await _written(pieces, guard, writing, decided.give_up_s)
        except TimeoutError:
            self.failed(asked, CloudError("first-token", "the cloud did not begin to answer in time"))
        except CockpitError as error:
            self.failed(asked, error)
            if guard.usable:  # what was said stays said
                writing.put(self.composer.say(asked.lang, "answer", "answer.cut").text)
        told = Told("answer", writing.text) if guard.usable else Told("unsupported", "")
        return Answer(told, "cloud", question.receipt.cost)

    async def on_board(self, asked: Asked, before: Sequence[Exchange], writing: Writing) -> Answer:
        """The answer of the model on the board; that it may be wrong is said at once, where it may be, and heard while
        the model reads the question."""
        local, guard = self.tiers.local, _guard(asked, small=True)
        if local is None:
            return self.fixed(asked, writing, "unsupported.no_idea")
        if situated(asked.part.understood, Situation(), asked=asked.part.asked).complexity in UNSURE:
            writing.put(self.composer.say(asked.lang, "answer", "answer.unsure").text)
        stream = local.stream(conversation(asked.lang).prompt(asked.text, before), limit_tokens=ANSWER_TOKENS)
        try:
            async with asyncio.timeout(asked.left_s), aclosing(stream) as pieces:
                await _written(pieces, guard, writing)
        except TimeoutError:
            self.failed(asked, LanguageModelError("late", "the turn's time was over before the answer was"))
        except CockpitError as error:
            self.failed(asked, error)
        if not guard.usable:
            return self.fixed(asked, writing, "unsupported.no_idea")
        return Answer(Told("answer", writing.text), "local_llm")


def _guard(asked: Asked, *, small: bool) -> Guard:
    return Guard(asked.lang, conversation(asked.lang).bounds, asked.text, small=small)


async def _written(pieces: AsyncIterator[str], guard: Guard, writing: Writing, first_s: float | None = None) -> None:
    """Write what the `guard` lets through. Raises `TimeoutError` where nothing could be written within `first_s`; what
    comes after a fault is not waited for."""
    async with asyncio.timeout(first_s) as limit:
        async for piece in pieces:
            _put(guard.feed(piece), writing, limit)
            if guard.fault is not None:
                return
        _put(guard.finish(), writing, limit)


def _put(clauses: Sequence[str], writing: Writing, limit: asyncio.Timeout) -> None:
    for clause in clauses:
        writing.put(clause)
        limit.reschedule(None)


async def _restored(pieces: AsyncIterator[str], redacted: Redacted) -> AsyncGenerator[str]:
    """What was taken out of the question put back into its answer."""
    restorer = Restorer(redacted)
    async for piece in pieces:
        yield restorer.feed(piece)
    yield restorer.end()
