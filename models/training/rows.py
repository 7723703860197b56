"""One example as the numbers that a network is fitted to."""

from __future__ import annotations

from dataclasses import dataclass, field

UNKNOWN = -100
"""A label that is not known and costs nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """`pieces` are head name to a label a piece, `mean` head name to the utterance's label."""

    ids: list[int]
    pieces: dict[str, list[int]] = field(default_factory=dict)
    mean: dict[str, int] = field(default_factory=dict)
