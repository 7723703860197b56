"""Figures of many judged utterances: shares, slot F1, tables by intent and slot, and lists of what went wrong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import Any

from models.eval.scoring import OUTCOMES, Judged, SlotCount, is_right, slot_counts, wrong_slots

GROUPS = ("single", "several", "dialog", "nothing")
NOTHING = "-"
"""Stands for no act at all in lists of confusions."""


def share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def interval(part: int, whole: int) -> list[float]:
    """Between which shares the true one lies with 95 % certainty (Wilson)."""
    if not whole:
        return [0.0, 1.0]
    z = 1.96
    middle, reach = part + z * z / 2, z * sqrt(part * (whole - part) / whole + z * z / 4)
    return [round((middle - reach) / (whole + z * z), 4), round((middle + reach) / (whole + z * z), 4)]


def f1(count: SlotCount) -> dict[str, Any]:
    return {
        "precision": share(count.right, count.right + count.extra),
        "recall": share(count.right, count.right + count.missed),
        "f1": share(2 * count.right, 2 * count.right + count.extra + count.missed),
        "wanted": count.right + count.missed,
    }


def summary(judged: Sequence[Judged]) -> dict[str, Any]:
    """The main figures of a set, and its groups apart."""
    return {**_figures(judged), "groups": {g: _figures(of) for g in GROUPS if (of := _of_group(judged, g))}}


def _of_group(judged: Iterable[Judged], group: str) -> list[Judged]:
    return [one for one in judged if one.row.group == group]


def _figures(judged: Sequence[Judged]) -> dict[str, Any]:
    rows = len(judged)
    right = sum(one.understood for one in judged)
    pairs = [(wanted, got) for one in judged for wanted, got in one.pairs if wanted is not None]
    outcomes = Counter(one.outcome for one in judged)
    return {
        "rows": rows,
        "right": share(right, rows),
        "interval": interval(right, rows),
        "intents": share(sum(one.intents_right for one in judged), rows),
        "acts": share(sum(is_right(wanted, got) for wanted, got in pairs), len(pairs)),
        "slots": f1(sum((count for one in judged for count in slot_counts(one).values()), SlotCount())),
        "outcomes": {outcome: share(outcomes[outcome], rows) for outcome in OUTCOMES},
    }


def by_intent(judged: Iterable[Judged]) -> dict[str, dict[str, int]]:
    """Of every intent: how often it was wanted, found, found with the right slots, and understood wrongly."""
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for one in judged:
        for wanted, got in one.pairs:
            if wanted is not None:
                same = got is not None and got.intent == wanted.intent
                table[wanted.intent].update(wanted=1, found=int(same), right=int(is_right(wanted, got)))
            if got is not None and (wanted is None or wanted.intent != got.intent):
                table[got.intent]["wrongly"] += 1
    keys = ("wanted", "found", "right", "wrongly")
    return {intent: {key: table[intent][key] for key in keys} for intent in sorted(table)}


def by_slot(judged: Iterable[Judged]) -> dict[str, dict[str, Any]]:
    table: dict[str, SlotCount] = defaultdict(SlotCount)
    for one in judged:
        for name, count in slot_counts(one).items():
            table[name] += count
    return {name: f1(table[name]) for name in sorted(table)}


def confusions(judged: Iterable[Judged]) -> list[dict[str, Any]]:
    """Wanted and got intents that differ, the most frequent first, with their sentences."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in judged:
        for wanted, got in one.pairs:
            names = (wanted.intent if wanted else NOTHING, got.intent if got else NOTHING)
            if names[0] != names[1]:
                found[names].append(one.row.say)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [{"wanted": w, "got": g, "count": len(said), "said": said} for (w, g), said in ordered]


def slot_errors(judged: Iterable[Judged]) -> list[dict[str, str]]:
    """Right intents with a wrong slot."""
    return [
        {"intent": wanted.intent, "slot": name, "wanted": value, "got": other, "said": one.row.say}
        for one in judged
        for wanted, got in one.pairs
        if wanted is not None and got is not None and wanted.intent == got.intent
        for name, value, other in wrong_slots(wanted, got)
    ]


def misses(judged: Iterable[Judged]) -> list[dict[str, str]]:
    """Every utterance that was not simply carried out right."""
    return [
        {"outcome": one.outcome, "said": one.row.say, "wanted": _wanted(one), "got": _got(one)}
        for one in judged
        if one.outcome != "right"
    ]


def _wanted(judged: Judged) -> str:
    return "; ".join(_named(act.intent, act.slots) for act in judged.row.wanted) or NOTHING


def _got(judged: Judged) -> str:
    return "; ".join(f"{_named(act.intent, act.slots)} {act.confidence:.2f}" for act in judged.got) or NOTHING


def _named(intent: str, slots: Mapping[str, object]) -> str:
    listed = ", ".join(f"{name}={value}" for name, value in slots.items() if not name.endswith("_unit"))
    return f"{intent}({listed})"
