"""What another policy would have done with the requests of a log, at what cost, delay and quality.

A request whose tier stays the same keeps what was measured. For any other the log itself is asked what such a route
came to: the mean over receipts of the same tier, link and complexity, else of the same tier and link, else of the tier.
Where there is none, delay and cost are the policy's own expectation, and the quality is unknown.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median, quantiles
from typing import get_args

from cockpit.router.policy import Policy
from cockpit.router.receipt import Receipt
from cockpit.router.route import Route, Tier, expected_first_s, route

TIERS: tuple[Tier, ...] = get_args(Tier)


@dataclass(frozen=True, slots=True)
class Came:
    """What one request came to, measured or expected; None is unknown."""

    tier: Tier
    first_ms: float | None
    cost: float
    quality: float | None


@dataclass(frozen=True, slots=True)
class Totals:
    """Of a whole log: the share of each tier that was chosen, what it cost, milliseconds to the first sound, and the
    mean quality with how many of the requests that is known of."""

    shares: Mapping[Tier, float]
    cost: float
    median_ms: float | None
    p95_ms: float | None
    quality: float | None
    judged: int


@dataclass(frozen=True, slots=True)
class Replay:
    """`changes` counts (tier and reason before, tier and reason now), the most frequent first."""

    logged: Sequence[Came]
    replayed: Sequence[Came]
    changes: Sequence[tuple[tuple[str, str], int]]


def replay(log: Sequence[Receipt], policy: Policy) -> Replay:
    """The log under `policy`."""
    experience = _experience(log)
    logged, replayed, changes = [], [], Counter[tuple[str, str]]()
    for receipt in log:
        now = route(receipt.situation, policy)
        logged.append(Came(receipt.route.tier, receipt.first_ms, receipt.cost, receipt.quality))
        if now.tier == receipt.route.tier:
            replayed.append(logged[-1])
        else:
            replayed.append(_expected(receipt, now, policy, experience))
        if (now.tier, now.reason) != (receipt.route.tier, receipt.route.reason):
            changes[f"{receipt.route.tier}/{receipt.route.reason}", f"{now.tier}/{now.reason}"] += 1
    return Replay(logged, replayed, changes.most_common())


def totals(came: Sequence[Came]) -> Totals:
    """Raises `ValueError` for an empty log."""
    if not came:
        raise ValueError("the log has no receipts")
    counted = Counter(one.tier for one in came)
    delays = [one.first_ms for one in came if one.first_ms is not None]
    known = [one.quality for one in came if one.quality is not None]
    return Totals(
        shares={tier: counted[tier] / len(came) for tier in TIERS},
        cost=sum(one.cost for one in came),
        median_ms=median(delays) if delays else None,
        p95_ms=quantiles(delays, n=20, method="inclusive")[-1] if len(delays) > 1 else next(iter(delays), None),
        quality=fmean(known) if known else None,
        judged=len(known),
    )


def _keys(tier: Tier, receipt: Receipt) -> tuple[Hashable, ...]:
    """What a receipt is compared by, the closest first."""
    now = receipt.situation
    return (tier, now.link.level, now.complexity), (tier, now.link.level), (tier,)


def _experience(log: Iterable[Receipt]) -> Mapping[Hashable, Sequence[Receipt]]:
    found: defaultdict[Hashable, list[Receipt]] = defaultdict(list)
    for receipt in log:
        for key in _keys(receipt.route.tier, receipt):
            found[key].append(receipt)
    return found


def _expected(receipt: Receipt, now: Route, policy: Policy, experience: Mapping[Hashable, Sequence[Receipt]]) -> Came:
    alike = next((experience[key] for key in _keys(now.tier, receipt) if key in experience), ())
    if not alike:
        first_s = expected_first_s(now, receipt.situation, policy)
        cost = receipt.situation.price if now.tier == "cloud" else 0.0
        return Came(now.tier, None if first_s is None else 1000 * first_s, cost, None)
    delays = [one.first_ms for one in alike if one.first_ms is not None]
    known = [one.quality for one in alike if one.quality is not None]
    cost = fmean(one.cost for one in alike)
    return Came(now.tier, fmean(delays) if delays else None, cost, fmean(known) if known else None)
