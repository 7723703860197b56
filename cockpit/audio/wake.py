"""Wake words."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.types import Lang


@dataclass(frozen=True, slots=True)
class Woken:
    word: str
    lang: Lang
    score: float
    end_sample: int
