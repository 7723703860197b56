"""The link to the cloud from what probes and real traffic met, with hysteresis. Pure: all times are given."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from statistics import median

from cockpit.router.policy import LinkPolicy
from cockpit.router.situation import Link, LinkLevel
from cockpit.types import LinkSample

KEPT = 200
"""Samples kept at most; the oldest go."""
RANK: dict[LinkLevel, int] = {"none": 0, "weak": 1, "good": 2}


@dataclass(frozen=True, slots=True)
class ModemReport:
    """What the modem says of itself at `at_s`: the best that the link can be."""

    at_s: float
    level: LinkLevel
    metered: bool = False


class LinkEstimator:
    """Keeps the samples of the last `window_s` and the level. A worse level holds at once, a better one after it has
    been seen for `hold_s` without a break (the very first at once): a link that flaps stays what it is at its worst.
    Probes must come more often than every `window_s`, for a link that nothing was heard of is none."""

    def __init__(self, policy: LinkPolicy) -> None:
        self._policy = policy
        self._samples: deque[LinkSample] = deque(maxlen=KEPT)
        self._modem: ModemReport | None = None
        self._level: LinkLevel = "none"
        self._rising: tuple[float, LinkLevel] | None = None
        """Since when something better was seen without a break, and the least of it."""
        self._was_up = False

    def add(self, sample: LinkSample) -> None:
        """Take the next sample; times must not run backwards."""
        self._samples.append(sample)
        self._settle(sample.at_s)

    def report(self, modem: ModemReport) -> None:
        self._modem = modem
        self._settle(modem.at_s)

    def metered(self, now_s: float) -> bool:
        """What the modem says of it; False where nothing is known."""
        modem = self._fresh_modem(now_s)
        return modem is not None and modem.metered

    def link(self, now_s: float) -> Link:
        """The link as it is believed to be at `now_s`."""
        self._settle(now_s)
        recent = self._recent(now_s)
        return Link(self._level, _rtt_ms(recent), _loss(recent))

    def _settle(self, now_s: float) -> None:
        seen = self._seen(now_s)
        if RANK[seen] <= RANK[self._level]:
            self._level, self._rising = seen, None
            return
        since_s, lowest = self._rising or (now_s, seen)
        self._rising = since_s, min(lowest, seen, key=lambda one: RANK[one])
        if not self._was_up or now_s - since_s >= self._policy.hold_s:
            self._level, self._rising, self._was_up = self._rising[1], None, True

    def _seen(self, now_s: float) -> LinkLevel:
        """What the samples say alone, by the thresholds that are due from the level that holds."""
        policy, recent, modem = self._policy, self._recent(now_s), self._fresh_modem(now_s)
        failed = len([*takewhile(lambda sample: not sample.ok, reversed(recent))])
        if not any(sample.ok for sample in recent) or failed >= policy.failures_none:
            return "none"
        good_now = self._level == "good"
        rtt_max = policy.weak_rtt_ms if good_now else policy.good_rtt_ms
        loss_max = policy.weak_loss if good_now else policy.good_loss
        rtt_ms = _rtt_ms(recent)
        answers = sum(sample.ok for sample in recent)
        good = rtt_ms is not None and rtt_ms <= rtt_max and _loss(recent) <= loss_max
        level: LinkLevel = "good" if good and answers >= (1 if good_now else policy.samples_min) else "weak"
        return level if modem is None else min(level, modem.level, key=lambda one: RANK[one])

    def _recent(self, now_s: float) -> list[LinkSample]:
        return [sample for sample in self._samples if now_s - sample.at_s <= self._policy.window_s]

    def _fresh_modem(self, now_s: float) -> ModemReport | None:
        modem = self._modem
        return modem if modem and now_s - modem.at_s <= self._policy.modem_max_age_s else None


def _rtt_ms(samples: Sequence[LinkSample]) -> float | None:
    known = [sample.rtt_ms for sample in samples if sample.ok and sample.rtt_ms is not None]
    return median(known) if known else None


def _loss(samples: Sequence[LinkSample]) -> float:
    return sum(not sample.ok for sample in samples) / len(samples) if samples else 0.0
