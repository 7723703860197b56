"""What differs between two accounts of one drive: in acts, in words, and in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Literal

from cockpit.bus import topics
from hil.drive.format import Drive, Entry
from hil.drive.script import COMMANDS, kind_of

TOLERANCE_MS = 500
"""A reply may come so much sooner or later: a replay takes no time for thinking, a recording did."""

WRITTEN = frozenset({"local_llm", "cloud"})
"""Tiers whose words are never the same twice."""

What = Literal["act", "order", "kind", "words", "time", "alert", "turn"]


@dataclass(slots=True)
class Turn:
    """One request as it was seen. `took_ms` from it to the reply; None where there was none."""

    id: str
    said: str = ""
    began_s: float = 0.0
    acts: list[str] = field(default_factory=list)
    kind: str = ""
    words: str = ""
    took_ms: int | None = None
    written: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which a build differs from the drive. Empty where one of them has nothing."""

    turn: str
    said: str
    what: What
    then: str
    now: str


def turns(drive: Drive) -> dict[str, Turn]:
    """Every turn by its id, in order; what was said unasked under the id of what caused it."""
    found: dict[str, Turn] = {}
    for entry in drive.entries:
        kind, data = kind_of(entry.topic), entry.data or {}
        ident = str(data.get("id" if kind is topics.REQUEST_TEXT else "turn", ""))
        if kind is topics.REQUEST_TEXT:
            found[ident] = Turn(ident, str(data.get("text", "")), entry.at_s)
        elif ident and (kind in COMMANDS or kind is topics.EVENT):
            _note(found.setdefault(ident, Turn(ident, began_s=entry.at_s)), entry, data)
    return {ident: turn for ident, turn in found.items() if turn.acts or turn.kind or turn.said}


def _note(turn: Turn, entry: Entry, data: dict[str, Any]) -> None:
    match data.get("type"):
        case None:
            turn.acts.append(_act(entry.topic, data))
        case "transcript":
            turn.said = turn.said or str(data.get("text", ""))
        case "route":
            turn.written = turn.written or data.get("tier") in WRITTEN
        case "alert":
            turn.kind, turn.words = "alert", str(data.get("text", ""))
        case "reply":
            turn.kind, turn.words = str(data.get("kind", "")), str(data.get("text", ""))
            turn.took_ms = round((entry.at_s - turn.began_s) * 1000)


def _act(topic: str, data: dict[str, Any]) -> str:
    """A command in a few words."""
    if kind_of(topic) is topics.SET:
        return f"{topics.SET.parse(topic)['path']} = {data.get('value')!r}"
    parts = topics.APP_REQUEST.parse(topic)
    args = ", ".join(f"{name}={value!r}" for name, value in sorted(data.get("args", {}).items()))
    return f"{parts['app']}.{parts['action']}({args})"


def differences(then: Drive, now: Drive, tolerance_ms: int = TOLERANCE_MS) -> list[Difference]:
    """In the order of the drive's turns; turns that only `now` has come last."""
    old, new = turns(then), turns(now)
    found: list[Difference] = []
    for ident in [*old, *(one for one in new if one not in old)]:
        before, after = old.get(ident), new.get(ident)
        if before is None or after is None:
            found.append(_missing(before, after))
        else:
            found += [
                Difference(ident, before.said, what, was, is_now)
                for what, was, is_now in _compared(before, after, tolerance_ms)
            ]
    return found


def _missing(before: Turn | None, after: Turn | None) -> Difference:
    one = before or after or Turn("")
    what: What = "alert" if one.kind == "alert" else "turn"
    return Difference(one.id, one.said, what, before.words if before else "", after.words if after else "")


def _compared(before: Turn, after: Turn, tolerance_ms: int) -> Iterator[tuple[What, str, str]]:
    if sorted(before.acts) == sorted(after.acts):
        if before.acts != after.acts:
            yield "order", "; ".join(before.acts), "; ".join(after.acts)
    else:
        yield from (("act", was, now) for was, now in _unmatched(before.acts, after.acts))
    if before.kind != after.kind:
        yield "kind", before.kind, after.kind
    if before.words != after.words and not before.written:
        yield "words", before.words, after.words
    if before.took_ms is None or after.took_ms is None:
        if before.took_ms != after.took_ms:
            yield "time", _ms(before.took_ms), _ms(after.took_ms)
    elif abs(before.took_ms - after.took_ms) > tolerance_ms and not before.written:
        yield "time", _ms(before.took_ms), _ms(after.took_ms)


def _unmatched(then: list[str], now: list[str]) -> Iterator[tuple[str, str]]:
    """What only one of them did, side by side."""
    gone, new = Counter(then), Counter(now)
    yield from zip_longest((gone - new).elements(), (new - gone).elements(), fillvalue="")


def _ms(value: int | None) -> str:
    return "" if value is None else f"{value} ms"
