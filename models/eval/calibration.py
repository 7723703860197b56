"""How well the confidence of an act tells how likely it is right, and what each threshold would cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np

from cockpit.nlu.labels import TINY
from cockpit.types import Act
from models.eval.figures import share
from models.eval.scoring import is_right, judge
from models.eval.sets import Row

BINS = 10
ROUNDS, RIDGE = 25, 1.0
"""Newton steps, and how much it takes to move the fit away from taking the confidence as it is."""
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


def fitted(said: Sequence[Said], weights: Sequence[float]) -> tuple[float, float]:
    """Slope and offset, in logits, that make confidences what they say (Platt 1999), by Newton's method."""
    x = np.array([[log(max(one.confidence, TINY) / max(1.0 - one.confidence, TINY)), 1.0] for one in said])
    y, w = np.array([float(one.right) for one in said]), np.asarray(weights)
    theta = np.array([1.0, 0.0])
    for _ in range(ROUNDS):
        p = 1.0 / (1.0 + np.exp(-(x @ theta)))
        slope = x.T @ (w * (y - p)) - RIDGE * (theta - (1.0, 0.0))
        theta = theta + np.linalg.solve((x * (w * p * (1.0 - p))[:, None]).T @ x + RIDGE * np.eye(2), slope)
    return float(theta[0]), float(theta[1])


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
