"""Fewer entries where a trace is flooded, and how many were left out of what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hil.report.lanes import lane
from hil.trace import Seen

FLOODS = frozenset({"state", "can", "host"})
"""Lanes on which the same thing is told again and again."""
KEPT = frozenset({"step", "fault", "audio"})
"""Lanes of which nothing is ever left out."""


@dataclass(frozen=True, slots=True)
class Thinned:
    """`left_out` has, by name, how many entries there were and how many of them are kept."""

    entries: tuple[Seen, ...]
    left_out: dict[str, tuple[int, int]]


def thinned(entries: Sequence[Seen], most: int) -> Thinned:
    """At most about `most` entries, in their order.

    First go states and frames that say what the one before said. If that is not enough, names that flood are cut to the
    same number each, evenly over time, the first and the last among them where there is room for two; if even that is
    not, all names but what the scenario itself did. Of no name nothing is left.
    """
    kept = _changes(entries) if len(entries) > most else list(entries)
    for may_go in (lambda place: place in FLOODS, lambda place: place not in KEPT):
        if len(kept) > most:
            kept = _cut(kept, most, may_go)
    before, after = _counts(entries), _counts(kept)
    return Thinned(tuple(kept), {name: (n, after[name]) for name, n in before.items() if n > after[name]})


def _counts(entries: Iterable[Seen]) -> Counter[str]:
    return Counter(entry.name for entry in entries)


def _changes(entries: Iterable[Seen]) -> list[Seen]:
    told: dict[str, dict[str, Any]] = {}
    kept = []
    for entry in entries:
        if lane(entry) in ("state", "can"):
            says = {key: value for key, value in entry.data.items() if key != "ts"}
            if told.get(entry.name) == says:
                continue
            told[entry.name] = says
        kept.append(entry)
    return kept


def _cut(entries: Sequence[Seen], most: int, may_go: Callable[[str], bool]) -> list[Seen]:
    places: dict[str, list[int]] = {}
    for place, entry in enumerate(entries):
        if may_go(lane(entry)):
            places.setdefault(entry.name, []).append(place)
    room = most - (len(entries) - sum(map(len, places.values())))
    each = _share([len(of) for of in places.values()], room)
    gone = {place for of in places.values() for place in of} - {p for of in places.values() for p in _even(of, each)}
    return [entry for place, entry in enumerate(entries) if place not in gone]


def _share(counts: Collection[int], room: int) -> int:
    """The largest number that each may keep so that all together have `room`; never less than one."""
    each, left = 1, sorted(counts)
    while left:
        each = max(1, room // len(left))
        if left[0] > each:
            break
        room -= left.pop(0)
    return each


def _even(places: Sequence[int], count: int) -> Sequence[int]:
    """`count` of them, evenly, with both ends; a single one is the last."""
    if len(places) <= count:
        return places
    if count == 1:
        return places[-1:]
    return [places[round(n * (len(places) - 1) / (count - 1))] for n in range(count)]
