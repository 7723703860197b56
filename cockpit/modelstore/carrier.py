"""What the carriers share: how progress is told, and how long a silent source is waited for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Advance = Callable[[int], None]
"""Told how many bytes have been fetched so far; may raise to stop the download."""


def counted_from(before: int, advance: Advance) -> Advance:
    """An `Advance` for one of several downloads, `before` bytes of which are done."""
    return lambda done: advance(before + done)


@dataclass(frozen=True, slots=True)
class Patience:
    """`attempts`: tries in a row that bring no new byte before a source counts as unreachable.
    `silence_s`: how long one try may bring nothing."""

    attempts: int
    silence_s: float


PATIENT = Patience(attempts=4, silence_s=30.0)
BRIEF = Patience(attempts=1, silence_s=10.0)
"""For an optional model: every later pull asks for it again, and must not take long where it cannot be had."""
