"""What replies claim against what the bus had shown by then. It reads words and bus messages, and none of the
assistant's events but the reply itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cockpit.profile import VehicleProfile
from cockpit.skillset import SkillSet
from cockpit.types import LANGS, Zone
from hil.scenario.account import Account, Turn
from hil.scenario.claims import APP, Claimed, Reader
from hil.scenario.outcome import Claim
from hil.scenario.showing import Shown
from hil.trace import Seen

DEEDS = frozenset({"done", "partial", "already"})
"""Kinds of reply that say of the car or an app that something is so now."""


@dataclass(slots=True)
class Verdict:
    """`replies` counts those that say something is so; `unread` are the ones of them whose words are not known."""

    claims: list[Claim] = field(default_factory=list)
    replies: int = 0
    unread: list[str] = field(default_factory=list)


class Truth:
    """Holds replies against the bus. One for many scenarios."""

    def __init__(self, skills: SkillSet, profile: VehicleProfile) -> None:
        self._profile = profile
        self._readers = {lang: Reader(lang, skills, profile) for lang in LANGS}

    def judge(self, entries: Sequence[Seen], before: Sequence[Seen] = ()) -> Verdict:
        """Every claim of every reply in a trace. `before` is what was shown until it began, at times below zero: a
        reply that comes late may be to what was said then."""
        account = Account([*before, *entries])
        account.update()
        verdict = Verdict()
        for at_s, body in account.events:
            if body.get("type") == "reply" and at_s >= 0:
                self._reply(at_s, body, account, verdict)
        return verdict

    def _reply(self, at_s: float, body: dict[str, Any], account: Account, verdict: Verdict) -> None:
        turn_id, text, kind = str(body.get("turn")), str(body.get("text", "")), str(body.get("kind"))
        reader = self._readers.get(body.get("lang", "zh"), self._readers["zh"])
        clauses = reader.read(text)
        turn = Turn(account, turn_id, _zone(body), account.requests.get(turn_id, at_s), at_s, kind)
        shown = Shown(self._profile, turn, [claim for claims in clauses for claim in claims])
        for claims in clauses:
            verdict.claims.append(_held(turn, text, claims, shown))
        if (of_kind := shown.of_kind()) is not None:
            ok, told = of_kind
            claimed = f"kind {kind}"
            verdict.claims.append(Claim(turn=turn_id, at_s=at_s, text=text, claimed=claimed, shown=told, ok=ok))
        if kind in DEEDS:
            verdict.replies += 1
            if not clauses:
                verdict.unread.append(text)


def _zone(body: dict[str, Any]) -> Zone:
    zone: Zone = body.get("zone", "driver")
    return zone


def _held(turn: Turn, text: str, claims: Sequence[Claimed], shown: Shown) -> Claim:
    """A clause with all that it may mean against the bus: one of them must be so."""
    checked = [(claim, *shown.check(claim)) for claim in claims]
    best, ok, told = next((one for one in checked if one[1]), checked[0])
    return Claim(turn=turn.id, at_s=turn.replied_s, text=text, claimed=in_terms(best), shown=told, ok=ok)


def in_terms(claim: Claimed) -> str:
    """A claim in terms of the bus, in short: `done window driver open`."""
    value = "" if claim.amount is None else f"= {'level ' if claim.amount.level else ''}{claim.amount.value}"
    does = "/".join(claim.does)
    return " ".join(
        part for part in (claim.kind, claim.name.removeprefix(APP), "+".join(claim.zones), does, value) if part
    )
