"""Waiting for what was expected, each wait with its end, and the finding that it comes to."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from cockpit.bus import topics
from hil.rig.protocols import Car
from hil.scenario.account import Account, parse
from hil.scenario.expectations import AppAsked, CarIs, Expectation, Heard, SetSent, Spoken, StateIs
from hil.scenario.expecting import Matcher
from hil.scenario.outcome import Finding, Level
from hil.scenario.wording import in_words, instead
from hil.trace import Seen, Trace

GRACE_S = 0.5
"""How long after the end of a turn a message of its that was sent before may still be on its way."""
LOOK_S = 0.05
"""How often the car is asked what it holds."""


@dataclass(slots=True)
class Anchor:
    """From where something counts: entries from `begun_s` on, times from `said_s` on, of `turn` where one is named."""

    begun_s: float
    said_s: float
    turn: str = ""


class Judge:
    """Waits on `trace`; `deadline_s` is for what does not say more."""

    def __init__(self, trace: Trace, car: Car, account: Account, deadline_s: float) -> None:
        self._trace, self._car, self._account, self._deadline_s = trace, car, account, deadline_s

    async def expect(self, step: int, wanted: Expectation, anchor: Anchor) -> Finding:
        matcher = Matcher(wanted, anchor.turn, self._account)
        if wanted.absent:
            came = await self._came_at_all(wanted, matcher, anchor)
            got = "" if came is None else f"it came after {1000 * (came.at_s - anchor.said_s):.0f} ms"
            return self._finding(step, wanted, got=got, ok=came is None)
        if wanted.count is not None:
            await self._until_over(wanted, anchor)
        came = await self._came(wanted, matcher, anchor)
        if came is None:
            entries = self._trace.since(anchor.begun_s)
            return self._finding(step, wanted, got=instead(matcher, entries) or "nothing of the kind", ok=False)
        number = sum(map(matcher, self._trace.since(anchor.begun_s))) if wanted.count is not None else 1
        took_ms = 1000 * max(0.0, came.at_s - anchor.said_s)
        soon = wanted.within_ms is None or took_ms <= wanted.within_ms
        got = "" if soon else f"it took {took_ms:.0f} ms"
        got = got if number == (wanted.count or 1) else f"{number} came"
        return self._finding(step, wanted, got=got, ok=not got, took_ms=took_ms)

    def _finding(self, step: int, wanted: Expectation, *, got: str, ok: bool, took_ms: float | None = None) -> Finding:
        return Finding(
            step=step,
            at_s=self._trace.now_s(),
            level=wanted.level,
            ok=ok,
            wanted=in_words(wanted),
            got=got,
            took_ms=took_ms,
            budget_ms=wanted.within_ms,
        )

    async def _came(self, wanted: Expectation, matcher: Matcher, anchor: Anchor) -> Seen | None:
        left_s = anchor.said_s + max(self._deadline_s, (wanted.within_ms or 0) / 1000) - self._trace.now_s()
        if isinstance(wanted, CarIs):
            return await self._car_is(wanted, left_s)
        since_s = anchor.begun_s
        if isinstance(wanted, StateIs):
            since_s = self._trace.now_s()
            if matcher.standing(since_s):
                return self._last(matcher, anchor)
        if not (isinstance(wanted, Heard | SetSent | AppAsked | Spoken) and anchor.turn):
            return await self._trace.until(matcher, left_s, since_s)
        either = await self._trace.until(lambda e: matcher(e) or _ends(e, anchor.turn), left_s, since_s)
        if either is None or matcher(either):
            return either
        return await self._trace.until(matcher, GRACE_S, since_s)

    def _last(self, matcher: Matcher, anchor: Anchor) -> Seen:
        """The entry from which on a state has been as wanted; one at the anchor where it was so before."""
        came = [entry for entry in self._trace.since(anchor.begun_s) if matcher(entry)]
        return came[-1] if came else Seen(at_s=anchor.said_s, source="bus", name="")

    async def _car_is(self, wanted: CarIs, timeout_s: float) -> Seen | None:
        end_s = self._trace.now_s() + timeout_s
        matcher = Matcher(wanted, "", self._account)
        while not matcher.value({"value": self._car.value(wanted.path)}):
            if self._trace.now_s() >= end_s:
                return None
            await asyncio.sleep(LOOK_S)
        return Seen(at_s=self._trace.now_s(), source="host", name="car")

    async def _came_at_all(self, wanted: Expectation, matcher: Matcher, anchor: Anchor) -> Seen | None:
        """Something that must not come, if it came."""
        if isinstance(wanted, CarIs):
            return await self._car_is(wanted, self._left_s(wanted, anchor))
        if matcher.standing(anchor.begun_s):
            return Seen(at_s=anchor.said_s, source="bus", name="")
        if wanted.for_ms is None and anchor.turn:
            await self.ended(anchor)
            return await self._trace.until(matcher, 0.0, anchor.begun_s)
        return await self._trace.until(matcher, self._left_s(wanted, anchor), anchor.begun_s)

    def _left_s(self, wanted: Expectation, anchor: Anchor) -> float:
        lasts_s = self._deadline_s if wanted.for_ms is None else wanted.for_ms / 1000
        return anchor.said_s + lasts_s - self._trace.now_s()

    async def _until_over(self, wanted: Expectation, anchor: Anchor) -> None:
        if wanted.for_ms is None and anchor.turn:
            await self.ended(anchor)
        else:
            await asyncio.sleep(max(0.0, self._left_s(wanted, anchor)))

    async def ended(self, anchor: Anchor) -> Seen | None:
        """Wait for the end of a turn and for what was still on its way; None when it did not end in time."""
        left_s = anchor.said_s + self._deadline_s - self._trace.now_s()
        return await self._trace.until(lambda entry: _ends(entry, anchor.turn), left_s, anchor.begun_s)

    async def event(self, step: int, kind: str, anchor: Anchor) -> Finding:
        """Wait for an event of that type, of that turn where there is one."""

        def wanted(entry: Seen) -> bool:
            same = anchor.turn in ("", str(entry.data.get("turn", "")))
            return same and parse(topics.EVENT, entry.name) is not None and entry.data.get("type") == kind

        came = await self._trace.until(wanted, self._deadline_s, anchor.begun_s)
        return self._plain(step, f"wait: {kind}", "" if came else "it did not come")

    async def adopt(self, anchor: Anchor, known: Collection[str]) -> None:
        """What is said into a live microphone gets its turn's id from the assistant: the first new one is it."""

        def new(entry: Seen) -> bool:
            turn = str(entry.data.get("turn") or "")
            mine = turn == anchor.turn or turn not in known
            return parse(topics.EVENT, entry.name) is not None and bool(turn) and mine

        came = await self._trace.until(new, self._deadline_s, anchor.begun_s)
        if came is not None:
            anchor.turn = str(came.data["turn"])

    async def answered_once(self, step: int, anchor: Anchor) -> Finding:
        """Exactly one reply and one end, as the contract wants it of every turn."""
        await self.ended(anchor)
        self._account.update()
        kinds = [str(body.get("type")) for _, body in self._account.events if body.get("turn") == anchor.turn]
        replies, ends = kinds.count("reply"), kinds.count("turn_end")
        got = "" if (replies, ends) == (1, 1) else f"{replies} replies and {ends} ends of the turn"
        return self._plain(step, "one reply and one end of the turn", got)

    def _plain(self, step: int, wanted: str, got: str, level: Level = "must") -> Finding:
        return Finding(step=step, at_s=self._trace.now_s(), level=level, ok=not got, wanted=wanted, got=got)


def _ends(entry: Seen, turn: str) -> bool:
    mine = entry.data.get("type") == "turn_end" and entry.data.get("turn") == turn
    return mine and parse(topics.EVENT, entry.name) is not None
