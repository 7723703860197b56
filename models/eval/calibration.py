"""How well the confidence of an act tells how likely it is right, and what each threshold would cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cockpit.nlu.confidence import Evidence
from cockpit.nlu.consideration import Consideration
from cockpit.types import Act
from models.eval.figures import share
from models.eval.scoring import is_right, judge
from models.eval.sets import Row

BINS = 10
ROUNDS, RIDGE = 25, 1.0
CLOSE = 1e-6
PRIOR = (0.5, 0.5, 0.5, 0.5, 0.0, 0.0, 0.0)
"""Newton steps, and how much it takes to move the weights of `Evidence.measures` away from what is assumed."""
STEPS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.96, 0.98, 0.99)


@dataclass(frozen=True, slots=True)
class Said:
    """One act's confidence and whether it is right."""

    confidence: float
    right: bool


def acts_said(rows: Sequence[Row], understood: Sequence[Sequence[Act]]) -> list[Said]:
    """Every act that was understood, right or wrong; none is right where nothing is wanted."""
    return [
        Said(got.confidence, is_right(wanted, got))
        for row, acts in zip(rows, understood, strict=True)
        for wanted, got in judge(row, acts).pairs
        if got is not None
    ]


@dataclass(frozen=True, slots=True)
class Alone:
    """An act that nothing but the network vouches for: what speaks for it, and whether it is right."""

    evidence: Evidence
    right: bool


def acts_alone(
    rows: Sequence[Row], found: Sequence[Consideration], understood: Sequence[Sequence[Act]]
) -> Iterator[Alone]:
    """Those acts among what was `understood` of each utterance, as `found` had led to it."""
    for row, one, acts in zip(rows, found, understood, strict=True):
        if one.chosen != "network":
            continue
        evidence = {(candidate.act.intent, candidate.act.text): candidate.evidence for candidate in one.candidates}
        for wanted, got in judge(row, acts).pairs:
            if got is not None and (got.intent, got.text) in evidence:
                yield Alone(evidence[got.intent, got.text], is_right(wanted, got))


def fitted(measures: Sequence[Sequence[float]], right: Sequence[bool], counts: Sequence[float]) -> tuple[float, ...]:
    """The weights by which measures of acts tell how likely each is right, by Newton's method. `counts` is how much
    each act counts."""
    x, y, w = np.array(measures), np.array(right, float), np.asarray(counts)
    prior = np.array(PRIOR)

    def loss(theta: NDArray[np.float64]) -> float:
        z = x @ theta
        return float((w * (np.logaddexp(0.0, z) - y * z)).sum() + RIDGE / 2 * ((theta - prior) ** 2).sum())

    theta = prior.copy()
    for _ in range(ROUNDS):
        p = 1.0 / (1.0 + np.exp(-(x @ theta)))
        slope = x.T @ (w * (y - p)) - RIDGE * (theta - prior)
        step = np.linalg.solve((x * (w * p * (1.0 - p))[:, None]).T @ x + RIDGE * np.eye(len(prior)), slope)
        while loss(theta + step) > loss(theta) and np.abs(step).max() > CLOSE:  # too far: the curve is not a parabola
            step = step / 2
        theta = theta + step
    return tuple(round(float(weight), 4) for weight in theta)


def reliability(said: Sequence[Said]) -> dict[str, Any]:
    """The reliability curve in ten bins and the expected calibration error."""
    bins = []
    error = 0.0
    for n in range(BINS):
        inside = [one for one in said if min(int(one.confidence * BINS), BINS - 1) == n]
        if not inside:
            continue
        confidence = sum(one.confidence for one in inside) / len(inside)
        right = sum(one.right for one in inside) / len(inside)
        error += abs(confidence - right) * len(inside) / len(said)
        bins.append({"acts": len(inside), "confidence": round(confidence, 4), "right": round(right, 4)})
    return {"acts": len(said), "ece": round(error, 4), "bins": bins}


def coverage(said: Sequence[Said], idle: Sequence[float], utterances: int) -> list[dict[str, float]]:
    """At each threshold: which share of the acts is carried out, how many of those are wrong, and how much speech
    that is no command leads to an act. `idle` holds the greatest confidence of each such utterance that had any."""
    table = []
    for step in STEPS:
        carried = [one for one in said if one.confidence >= step]
        table.append(
            {
                "threshold": step,
                "coverage": share(len(carried), len(said)),
                "error": share(sum(not one.right for one in carried), len(carried)),
                "false_actions": share(sum(sure >= step for sure in idle), utterances),
            }
        )
    return table
