"""Which section answers a question, or none: a choice among the sections and one more, "the manual does not say".

Each section is worth the weighted sum of its features, saying nothing is worth what the question alone tells (how much
of it the manual has no word for, how much it says at all). The weights were fitted on the development questions by
`python -m hil.routing.manual_fit`, which writes weights.yaml; with and without vectors they are different ones.
"""

from __future__ import annotations

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
"""Features of saying nothing: 1, the share of the question that the manual has no word for, ln(1 + what it says)."""


class Weights(BaseModel):
    """What each feature counts, by name, and the margin from which a section is the answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    section: dict[str, float]
    nothing: dict[str, float]
    threshold: float

    def margins(self, sections: NDArray[np.float32], nothing: NDArray[np.float32]) -> NDArray[np.float64]:
        """By how much each section is worth more than saying nothing: (sections,), from (sections, features)."""
        worth = sections.astype(np.float64) @ np.array([*self.section.values()])
        return np.asarray(worth - nothing.astype(np.float64) @ np.array([*self.nothing.values()]))


def nothing(unknown: float, said: float) -> NDArray[np.float32]:
    """The features of saying nothing, as `Lexical.features` tells them."""
    return np.array([1.0, unknown, np.log1p(said)], np.float32)


def read_weights(file: Path = FILE) -> dict[Lang, dict[Way, Weights]]:
    """Raises `ConfigError`: `manual-weights`."""
    try:
        return TypeAdapter(dict[Lang, dict[Way, Weights]]).validate_python(read_yaml(file))
    except ValidationError as error:
        raise ConfigError("manual-weights", f"{file}: {error}") from error
