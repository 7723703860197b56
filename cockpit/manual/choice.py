"""Which section answers a question, or none: a choice among the sections and one more, "the manual does not say".

Each section is worth the weighted sum of its features. Saying nothing is worth what the question tells: how much of it
the manual has no word for, how much it says at all, how near any section comes to it, and what kind of question it is
(its vector: who asks for a price, a maker or how to take a thing out seldom finds it in a manual). The weights were
fitted on the development questions by `python -m hil.routing.manual_fit`, which writes weights.yaml; with and without
vectors they are different ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from cockpit.errors import ConfigError
from cockpit.types import Lang
from cockpit.yamlfile import read_yaml

FILE = Path(__file__).with_name("weights.yaml")

Way = Literal["words", "meanings"]
"""By shared words alone, or by vectors too."""

NOTHING = ("always", "unknown", "said")
"""Features of saying nothing: 1, the share of the question that the manual has no word for, ln(1 + what it says).
After them the best that any section has of each of its features, then the question's vector, `QUESTION` times."""
QUESTION = 5.0
LOWEST = -10.0
"""The best of a feature where there is no section."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seen:
    """A question held against a manual: its sections' features (sections, features); the share of the question that
    the manual has no word for, 0..1; how much it says; its unit vector, of no length where there is no encoder."""

    sections: NDArray[np.float32]
    unknown: float
    said: float
    vector: NDArray[np.float32]

    def nothing(self, out: Iterable[int] = ()) -> Numbers:
        """The features of saying nothing in a manual without the sections `out`."""
        best = np.delete(self.sections, [*out], 0).max(0, initial=LOWEST)
        return np.concatenate([[1.0, self.unknown, np.log1p(self.said)], best, QUESTION * self.vector])


class Weights(BaseModel):
    """What each feature counts, by name, and each number of the question's vector; the margin from which a section is
    the answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    section: dict[str, float]
    nothing: dict[str, float]
    question: list[float]
    threshold: float

    def margins(self, seen: Seen, out: Sequence[int] = ()) -> Numbers:
        """By how much each section is worth more than saying nothing, (sections,), in a manual without those `out`."""
        worth = seen.sections.astype(np.float64) @ np.array([*self.section.values()])
        worth -= seen.nothing(out) @ np.array([*self.nothing.values(), *self.question])
        worth[[*out]] = -np.inf
        return np.asarray(worth)


def nothing_names(features: Sequence[str]) -> tuple[str, ...]:
    """The names of what saying nothing is worth by, but for the question's vector."""
    return (*NOTHING, *(f"best_{name}" for name in features))


def read_weights(file: Path = FILE) -> dict[Lang, dict[Way, Weights]]:
    """Raises `ConfigError`: `manual-weights`."""
    try:
        return TypeAdapter(dict[Lang, dict[Way, Weights]]).validate_python(read_yaml(file))
    except ValidationError as error:
        raise ConfigError("manual-weights", f"{file}: {error}") from error
