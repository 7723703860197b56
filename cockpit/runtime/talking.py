"""Answers to what no act accounts for: from the owner's manual, by the model on the board, or by the cloud.

Who answers is decided once, by the router, from what is known then. Whoever answers writes words and nothing else;
where it does not begin in time, breaks down or writes what must not be said, the next one does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from cockpit.dialog.reply import Composer, Told
from cockpit.errors import CloudError, CockpitError
from cockpit.lm.conversation import ANSWER_TOKENS, Conversation, Exchange, conversation
from cockpit.lm.guard import Guard
from cockpit.lm.rungs import free_mb
from cockpit.manual.manual import Lookup
from cockpit.router.privacy import PrivacyJudge
from cockpit.router.redaction import Redacted, Redactor, Restorer
from cockpit.router.route import Route, route
from cockpit.router.situation import Situation, situated
from cockpit.router.splitting import Part
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

OnRoute = Callable[[Asked, Route, Situation], None]
OnError = Callable[[Asked, CockpitError], None]


class Talk:
    """Answers by the `tiers` that there are. `on_route` is told every decision, `on_error` what failed on the way."""

    def __init__(
        self, tiers: Tiers, composer: Composer, context_s: float, on_route: OnRoute, on_error: OnError
    ) -> None:
        self._tiers, self._composer, self._context_s = tiers, composer, context_s
        self._on_route, self._on_error = on_route, on_error
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
        self._on_route(asked, decided, now)
        told = await self._by(decided, asked, lookup, writing)
        self._remember(asked, told, private=now.privacy != "none")
        return [told]

    async def _by(self, decided: Route, asked: Asked, lookup: Lookup | None, writing: Writing) -> Told:
        if decided.reason == "manual" and lookup is not None:
            return self._said(asked, writing, lookup.reply, lookup.fields(asked.lang))
        if decided.tier == "cloud":
            told = await self._by_cloud(asked, decided, writing)
            if told is not None:
                return told
            if decided.instead != "local_llm":
                return self._said(asked, writing, "unsupported.no_idea")
        if decided.tier == "local_llm" or decided.instead == "local_llm":
            return await self._on_board(asked, writing)
        key = "unsupported.not_understood" if decided.reason == "unclear" else "unsupported.no_idea"
        return self._said(asked, writing, key)

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

    async def _by_cloud(self, asked: Asked, decided: Route, writing: Writing) -> Told | None:
        """The cloud's answer; None where none of it could be used and nothing was written."""
        cloud = self._tiers.cloud
        if cloud is None:
            return None
        redacted = self._redactor.redact(asked.text)
        left_s = asked.deadline_s - asyncio.get_running_loop().time()
        question = cloud.asking.ask(
            self._for_cloud(asked, redacted.text), limit_tokens=CLOUD_TOKENS, deadline_s=max(0.1, left_s)
        )
        guard = self._guard(asked)
        try:
            async with aclosing(question.__aiter__()) as answer, aclosing(_restored(answer, redacted)) as pieces:
                await _written(pieces, guard, writing, decided.give_up_s)
        except TimeoutError:
            self._on_error(asked, CloudError("first-token", "the cloud did not begin to answer in time"))
        except CockpitError as error:
            self._on_error(asked, error)
            if guard.usable:
                return self._broken_off(asked, guard, writing)
        return Told("answer", guard.text) if guard.usable else None

    def _broken_off(self, asked: Asked, guard: Guard, writing: Writing) -> Told:
        """What was said stays said."""
        end = self._composer.say(asked.lang, "answer", "answer.cut").text
        writing.put(end)
        return Told("answer", " ".join((guard.text, end)) if asked.lang == "en" else guard.text + end)

    async def _on_board(self, asked: Asked, writing: Writing) -> Told:
        local = self._tiers.local
        if local is None:
            return self._said(asked, writing, "unsupported.no_idea")
        texts, guard = conversation(asked.lang), self._guard(asked)
        left_s = asked.deadline_s - asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(max(0.1, left_s)):
                stream = local.stream(texts.prompt(asked.text, self._exchanges(asked.zone)), limit_tokens=ANSWER_TOKENS)
                async with aclosing(stream) as pieces:
                    await _written(pieces, guard, writing, opening=self._hedge(asked))
        except TimeoutError:
            self._on_error(asked, CockpitError("late", "the model on the board was cut off by the turn's deadline"))
        except CockpitError as error:
            self._on_error(asked, error)
        if not guard.usable:
            return self._said(asked, writing, "unsupported.no_idea")
        return Told("answer", writing.text)

    def _hedge(self, asked: Asked) -> str:
        if situated(asked.part.understood, Situation(), asked=asked.part.asked).complexity not in UNSURE:
            return ""
        return self._composer.say(asked.lang, "answer", "answer.unsure").text

    def _guard(self, asked: Asked) -> Guard:
        texts: Conversation = conversation(asked.lang)
        return Guard(asked.lang, texts.claims)

    def _said(self, asked: Asked, writing: Writing, key: str, fields: dict[str, str] | None = None) -> Told:
        """A fixed reply."""
        kind: ReplyKind = "unsupported" if key.startswith("unsupported.") else "answer"
        told = self._composer.say(asked.lang, kind, key, fields)
        writing.put(told.text)
        return told

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


async def _written(
    pieces: AsyncIterator[str], guard: Guard, writing: Writing, first_s: float | None = None, opening: str = ""
) -> None:
    """Write what the `guard` lets through, `opening` before it. Raises `TimeoutError` where nothing could be written
    within `first_s`; what comes after a fault is not waited for."""
    async with asyncio.timeout(first_s) as limit:
        async for piece in pieces:
            _put(guard.feed(piece), writing, opening, limit)
            if guard.fault is not None:
                return
        _put(guard.finish(), writing, opening, limit)


def _put(clauses: Sequence[str], writing: Writing, opening: str, limit: asyncio.Timeout) -> None:
    for clause in clauses:
        if not writing.begun:
            writing.put(opening)
        writing.put(clause)
        limit.reschedule(None)


async def _restored(pieces: AsyncIterator[str], redacted: Redacted) -> AsyncGenerator[str]:
    """What was taken out of the question put back into its answer."""
    restorer = Restorer(redacted)
    async for piece in pieces:
        yield restorer.feed(piece)
    yield restorer.end()
