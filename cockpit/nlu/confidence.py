"""How sure an act is that nothing but the network vouches for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

TINY = 1e-4
"""Probabilities nearer to none or to certainty than this tell nothing more."""
FARTHEST = 30.0
"""Logit beyond which a confidence is as good as 0 or 1."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an act, as the network's probabilities: that its words mean this (`meaning`), that the utterance
    asks for anything at all (`request`), that the act's words belong to an act (`bounds`), that the utterance is
    finished (`complete`). `worded` is the share of its words that a skill's author wrote for such an act; `mended`
    tells that misheard words were guessed."""

    meaning: float
    request: float
    bounds: float
    complete: float
    worded: float = 0.0
    mended: bool = False

    @property
    def measures(self) -> tuple[float, ...]:
        """What the calibration weighs, the last being 1 always."""
        chances = (self.meaning, self.request, self.bounds, self.complete)
        return (*map(_logit, chances), self.worded, float(self.mended), 1.0)

    def confidence(self, weights: Sequence[float]) -> float:
        """How likely the act is right, by logistic regression with the `weights` of the measures (Platt 1999); without
        weights the chance that all holds."""
        if not weights:
            return self.meaning * self.request * self.bounds * self.complete
        sum_ = sum(weight * measure for weight, measure in zip(weights, self.measures, strict=True))
        return 1.0 / (1.0 + exp(-max(-FARTHEST, min(FARTHEST, sum_))))


def _logit(chance: float) -> float:
    return log(max(chance, TINY) / max(1.0 - chance, TINY))
