"""Answers to what no act accounts for: from the owner's manual, by the model on the board, or by the cloud.

Who answers is decided once, by the router, from what is known then. Whoever answers writes words and nothing else;
where it does not begin in time, breaks down or writes what must not be said, the next one does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from cockpit.contacts import Contacts
from cockpit.dialog.reply import Composer, Told
from cockpit.errors import CockpitError
from cockpit.lm.conversation import Exchange, conversation
from cockpit.lm.rungs import free_mb
from cockpit.lm.summary import summarise
from cockpit.manual.manual import Lookup
from cockpit.record import SentRecord
from cockpit.router.privacy import PrivacyJudge
from cockpit.router.receipt import Receipt
from cockpit.router.redaction import Redactor
from cockpit.router.route import Route, route
from cockpit.router.situation import Situation, Thermal, situated
from cockpit.router.splitting import Part
from cockpit.runtime.answers import CLOUD_TOKENS, LONGEST, Answer, Answers, Asked
from cockpit.runtime.exchanges import Exchanges
from cockpit.runtime.proposals import Proposals
from cockpit.runtime.tiers import Tiers, thermal
from cockpit.runtime.writing import Writing
from cockpit.types import Act, Lang

SWITCHES: Mapping[str, bool] = {"assistant.offline": False, "assistant.online": True}
"""Intents by which a person forbids and allows the cloud."""

GIST_S = 6.0
"""How long a gist takes to say."""
GIST_WITHIN_S = 4.0
"""How long the model may take to write one."""


class Listens(Protocol):
    """Told what is decided and what comes of it."""

    def routed(self, asked: Asked, decided: Route) -> None: ...

    def receipted(self, asked: Asked, receipt: Receipt) -> None: ...

    def failed(self, asked: Asked, error: CockpitError) -> None: ...


class Talk:
    """Answers by the `tiers` that there are; `listens` is told every decision."""

    def __init__(
        self,
        tiers: Tiers,
        composer: Composer,
        context_s: float,
        listens: Listens,
        record: SentRecord,
        contacts: Contacts,
        proposals: Proposals | None = None,
    ) -> None:
        """`proposals` are there where the settings want them."""
        self._tiers, self._listens, self._contacts = tiers, listens, contacts
        self._judge = PrivacyJudge(contacts.names)
        self._answers = Answers(tiers, composer, record, listens.failed, Redactor(contacts.names))
        self._exchanges, self._proposals = Exchanges(context_s), proposals

    async def proposed(self, part: Part, lang: Lang) -> tuple[Act, ...]:
        """Acts for what asks for something and was not understood: doubtful, so that they are asked about first."""
        if self._proposals is None or part.asked or part.understood.complexity in ("talk", "knowledge"):
            return ()
        return await self._proposals.acts(part.text[:LONGEST], lang)

    async def heed(self, acts: Sequence[Act]) -> None:
        """Switch the cloud off or on, where that is what was asked for: at once, and for the next start. People that
        acts name are known from now on."""
        if self._contacts.learn(acts):
            self._judge, self._answers.redactor = PrivacyJudge(self._contacts.names), Redactor(self._contacts.names)
        cloud = self._tiers.cloud
        wanted = [SWITCHES[act.intent] for act in acts if act.intent in SWITCHES]
        if cloud is not None and wanted:
            await cloud.switch.set(wanted[-1])

    async def answer(self, asked: Asked, writing: Writing) -> list[Told]:
        """Write the answer to `asked`, clause by clause, and tell what it came to. Never raises `CockpitError`: what
        cannot be answered is told so."""
        lookup = await self._looked_up(asked)
        now = self._situation(asked, lookup, await asyncio.to_thread(thermal))
        decided = route(now, self._tiers.policy)
        self._listens.routed(asked, decided)
        answer = await self._by(decided, asked, lookup, writing)
        if answer.told.kind == "answer":
            self._exchanges.add(asked.zone, Exchange(asked.text, answer.told.text, now.privacy != "none"))
        first_ms = None if writing.first_s is None else round(1000 * (writing.first_s - asked.begun_s), 1)
        receipt = Receipt(asked.turn, asked.number, now, decided, answer.by, first_ms, answer.cost)
        self._listens.receipted(asked, receipt)
        return [answer.told]

    async def _by(self, decided: Route, asked: Asked, lookup: Lookup | None, writing: Writing) -> Answer:
        if decided.reason == "manual" and lookup is not None:
            return self._answers.fixed(asked, writing, lookup.reply, lookup.fields(asked.lang))
        tier, cost = decided.tier, 0.0
        if tier == "cloud":
            public = self._exchanges.of(asked.zone, public=True)
            answer = await self._answers.by_cloud(asked, decided, public, writing)
            if answer.told.text:
                return answer
            tier, cost = decided.instead, answer.cost
        if tier == "local_llm":
            answer = await self._answers.on_board(asked, self._exchanges.of(asked.zone), writing)
        else:
            unclear = decided.reason == "unclear"
            key = "unsupported.not_understood" if unclear else "unsupported.no_idea"
            answer = self._answers.fixed(asked, writing, key)
        return replace(answer, cost=cost)

    async def _looked_up(self, asked: Asked) -> Lookup | None:
        manual = self._tiers.manuals.get(asked.lang)
        return None if manual is None else await asyncio.to_thread(manual.ask, asked.text)

    def _situation(self, asked: Asked, lookup: Lookup | None, heat: Thermal) -> Situation:
        now_s, tiers, cloud = asyncio.get_running_loop().time(), self._tiers, self._tiers.cloud
        now = Situation(
            privacy=self._judge.judge_part(asked.part).cls,
            manual=_relevance(asked, lookup),
            link=tiers.estimator.link(now_s),
            metered=tiers.estimator.metered(now_s),
            money_left=cloud.budget.left if cloud is not None else None,
            price=self._price(asked),
            elapsed_s=now_s - asked.begun_s,
            left_s=asked.deadline_s - now_s,
            thermal=heat,
            free_mb=free_mb(),
            local_ready=tiers.speaks(asked.lang),
            cloud_ready=cloud is not None,
            kill_switch=cloud is not None and not cloud.switch.allowed,
        )
        return situated(asked.part.understood, now, asked=asked.part.asked)

    def _price(self, asked: Asked) -> float:
        """Of asking the cloud, as far as it is known before."""
        cloud = self._tiers.cloud
        if cloud is None:
            return 0.0
        messages = conversation(asked.lang).for_cloud(asked.text, self._exchanges.of(asked.zone, public=True))
        return cloud.asking.price(messages, CLOUD_TOKENS)

    async def gist(self, text: str, lang: Lang) -> str:
        """What of `text` can be said in `GIST_S`: by the model on the board where it is there, in time and true to the
        text, else by the text's own sentences. Never the cloud."""
        local = self._tiers.local if self._tiers.speaks(lang) else None
        return await summarise(text, lang, local, deadline_s=GIST_WITHIN_S, seconds=GIST_S)

    def forget(self) -> None:
        self._exchanges.forget()


def _relevance(asked: Asked, lookup: Lookup | None) -> float:
    """How well the manual fits. That it does not say is an answer to what sounds like a request to a car only: what
    takes knowledge, and small talk, were never in it."""
    if lookup is None or (lookup.section is None and asked.part.understood.complexity in ("talk", "knowledge")):
        return 0.0
    return lookup.relevance
