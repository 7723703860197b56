"""Answers to what no act accounts for: from the owner's manual, by the model on the board, or by the cloud.

Who answers is decided once, by the router, from what is known then. Whoever answers writes words and nothing else;
where it does not begin in time, breaks down or writes what must not be said, the next one does.
"""

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
from cockpit.lm.rungs import free_mb
from cockpit.manual.manual import Lookup
from cockpit.record import SentRecord
from cockpit.router.privacy import PrivacyJudge
from cockpit.router.receipt import Receipt
from cockpit.router.redaction import Redacted, Redactor, Restorer
from cockpit.router.route import Route, Tier, route
from cockpit.router.situation import Situation, situated
from cockpit.router.splitting import Part
from cockpit.runtime.sending import Recorded
from cockpit.runtime.tiers import Tiers, thermal
from cockpit.runtime.writing import Writing
from cockpit.types import Act, Lang, Message, ReplyKind, Zone

REMEMBERED = 3
"""Exchanges of a zone that a model is told of."""
CLOUD_TOKENS = 160
"""More is not said in the time an answer has."""
UNSURE = frozenset({"knowledge"})
"""What a small model answers with a word that it may be wrong, by the request's complexity."""
SWITCHES: Mapping[str, bool] = {"assistant.offline": False, "assistant.online": True}
"""Intents by which a person forbids and allows the cloud."""
TOKENS_PER_CHARACTER = 1.0
"""For the price of a call beforehand; Chinese takes about so many, English fewer."""


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


LONGEST = 500
"""Characters of a request that are looked at."""


class Listens(Protocol):
    """Told what is decided and what comes of it."""

    def routed(self, asked: Asked, decided: Route) -> None: ...

    def receipted(self, asked: Asked, receipt: Receipt) -> None: ...

    def failed(self, asked: Asked, error: CockpitError) -> None: ...


@dataclass(slots=True)
class _Answer:
    """Who gave an answer, and what it cost."""

    told: Told
    by: Tier
    cost: float = 0.0


class Talk:
    """Answers by the `tiers` that there are; `listens` is told every decision."""

    def __init__(
        self, tiers: Tiers, composer: Composer, context_s: float, listens: Listens, record: SentRecord
    ) -> None:
        self._tiers, self._composer, self._context_s = tiers, composer, context_s
        self._listens, self._record = listens, record
        self._judge, self._redactor = PrivacyJudge(), Redactor()
        self._before: dict[Zone, tuple[float, tuple[Exchange, ...]]] = {}

    async def heed(self, acts: Sequence[Act]) -> None:
        """Switch the cloud off or on, where that is what was asked for: at once, and for the next start."""
        cloud = self._tiers.cloud
        wanted = [SWITCHES[act.intent] for act in acts if act.intent in SWITCHES]
        if cloud is not None and wanted:
            await cloud.switch.set(wanted[-1])

    async def answer(self, asked: Asked, writing: Writing) -> list[Told]:
        """Write the answer to `asked`, clause by clause, and tell what it came to. Never raises `CockpitError`: what
        cannot be answered is told so."""
        lookup = await self._looked_up(asked)
        now = self._situation(asked, lookup)
        decided = route(now, self._tiers.policy)
        self._listens.routed(asked, decided)
        answer = await self._by(decided, asked, lookup, writing)
        self._remember(asked, answer.told, private=now.privacy != "none")
        first_ms = None if writing.first_s is None else round(1000 * (writing.first_s - asked.begun_s), 1)
        receipt = Receipt(asked.turn, asked.number, now, decided, answer.by, first_ms, answer.cost)
        self._listens.receipted(asked, receipt)
        return [answer.told]

    async def _by(self, decided: Route, asked: Asked, lookup: Lookup | None, writing: Writing) -> _Answer:
        if decided.reason == "manual" and lookup is not None:
            return self._said(asked, writing, lookup.reply, lookup.fields(asked.lang))
        cost = 0.0
        if decided.tier == "cloud":
            answer = await self._by_cloud(asked, decided, writing)
            if answer.told.text or decided.instead != "local_llm":
                return (
                    answer if answer.told.text else self._said(asked, writing, "unsupported.no_idea", cost=answer.cost)
                )
            cost = answer.cost
        if "local_llm" in (decided.tier, decided.instead):
            return await self._on_board(asked, writing, cost)
        unclear = decided.reason == "unclear"
        return self._said(asked, writing, "unsupported.not_understood" if unclear else "unsupported.no_idea")

    async def _looked_up(self, asked: Asked) -> Lookup | None:
        manual = self._tiers.manuals.get(asked.lang)
        return None if manual is None else await asyncio.to_thread(manual.ask, asked.text)

    def _situation(self, asked: Asked, lookup: Lookup | None) -> Situation:
        now_s, tiers, cloud = asyncio.get_running_loop().time(), self._tiers, self._tiers.cloud
        now = Situation(
            privacy=self._judge.judge_part(asked.part).cls,
            manual=lookup.relevance if lookup is not None else 0.0,
            link=tiers.estimator.link(now_s),
            metered=tiers.estimator.metered(now_s),
            money_left=cloud.budget.left if cloud is not None else None,
            price=self._price(asked),
            elapsed_s=now_s - asked.begun_s,
            left_s=asked.deadline_s - now_s,
            thermal=thermal(),
            free_mb=free_mb(),
            local_ready=tiers.speaks(asked.lang),
            cloud_ready=cloud is not None,
            kill_switch=cloud is not None and not cloud.switch.allowed,
        )
        return situated(asked.part.understood, now, asked=asked.part.asked)

    def _price(self, asked: Asked) -> float:
        cloud = self._tiers.cloud
        if cloud is None:
            return 0.0
        length = sum(len(message.text) for message in self._for_cloud(asked, asked.text))
        asked_at_once = cloud.asking.models[: cloud.asking.side_by_side]
        return sum(model.cost(int(length * TOKENS_PER_CHARACTER), CLOUD_TOKENS) for model in asked_at_once)

    def _for_cloud(self, asked: Asked, text: str) -> list[Message]:
        public = [one for one in self._exchanges(asked.zone) if not one.private]
        return conversation(asked.lang).for_cloud(text, public)

    async def _by_cloud(self, asked: Asked, decided: Route, writing: Writing) -> _Answer:
        """The cloud's answer; without a text where none of it could be used and nothing was written."""
        cloud = self._tiers.cloud
        if cloud is None:
            return _Answer(Told("unsupported", ""), "refused")
        redacted, guard = self._redactor.redact(asked.text), self._guard(asked, small=False)
        left_s = max(0.1, asked.deadline_s - asyncio.get_running_loop().time())
        witness = Recorded(self._record, asked.turn, decided.reason, "none", len(redacted.originals))
        messages = self._for_cloud(asked, redacted.text)
        question = cloud.asking.ask(messages, limit_tokens=CLOUD_TOKENS, deadline_s=left_s, witness=witness)
        end = ""
        try:
            async with aclosing(question.__aiter__()) as answer, aclosing(_restored(answer, redacted)) as pieces:
                await _written(pieces, guard, writing, decided.give_up_s)
        except TimeoutError:
            self._listens.failed(asked, CloudError("first-token", "the cloud did not begin to answer in time"))
        except CockpitError as error:
            self._listens.failed(asked, error)
            end = self._composer.say(asked.lang, "answer", "answer.cut").text if guard.usable else ""
            writing.put(end)  # what was said stays said
        told = Told("answer", writing.text) if guard.usable else Told("unsupported", "")
        return _Answer(told, "cloud", question.receipt.cost)

    async def _on_board(self, asked: Asked, writing: Writing, cost: float = 0.0) -> _Answer:
        local = self._tiers.local
        if local is None:
            return self._said(asked, writing, "unsupported.no_idea", cost=cost)
        texts, guard = conversation(asked.lang), self._guard(asked, small=True)
        left_s = asked.deadline_s - asyncio.get_running_loop().time()
        writing.put(self._hedge(asked))  # at once: it is heard while the model reads the question
        try:
            async with asyncio.timeout(max(0.1, left_s)):
                stream = local.stream(texts.prompt(asked.text, self._exchanges(asked.zone)), limit_tokens=ANSWER_TOKENS)
                async with aclosing(stream) as pieces:
                    await _written(pieces, guard, writing)
        except TimeoutError:
            self._listens.failed(asked, LanguageModelError("late", "the turn's time was over before the answer was"))
        except CockpitError as error:
            self._listens.failed(asked, error)
        if not guard.usable:
            return self._said(asked, writing, "unsupported.no_idea", cost=cost)
        return _Answer(Told("answer", writing.text), "local_llm", cost)

    def _hedge(self, asked: Asked) -> str:
        if situated(asked.part.understood, Situation(), asked=asked.part.asked).complexity not in UNSURE:
            return ""
        return self._composer.say(asked.lang, "answer", "answer.unsure").text

    @staticmethod
    def _guard(asked: Asked, *, small: bool) -> Guard:
        return Guard(asked.lang, conversation(asked.lang).bounds, asked.text, small=small)

    def _said(
        self, asked: Asked, writing: Writing, key: str, fields: Mapping[str, str] | None = None, cost: float = 0.0
    ) -> _Answer:
        """A fixed reply."""
        kind: ReplyKind = "unsupported" if key.startswith("unsupported.") else "answer"
        told = self._composer.say(asked.lang, kind, key, fields)
        writing.put(told.text)
        return _Answer(told, "nlu" if kind == "answer" else "refused", cost)

    def _exchanges(self, zone: Zone) -> Sequence[Exchange]:
        at_s, exchanges = self._before.get(zone, (0.0, ()))
        return exchanges if asyncio.get_running_loop().time() - at_s <= self._context_s else ()

    def _remember(self, asked: Asked, told: Told, *, private: bool) -> None:
        if told.kind == "answer":
            one = Exchange(asked.text, told.text, private)
            kept = (*self._exchanges(asked.zone), one)[-REMEMBERED:]
            self._before[asked.zone] = asyncio.get_running_loop().time(), kept

    def forget(self) -> None:
        self._before.clear()


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
