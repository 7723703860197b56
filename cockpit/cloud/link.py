"""What is noticed about the link to the cloud."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkSample:
    """One thing noticed at loop time `at_s`: whether something came through, and the round trip where it was measured
    (a TLS handshake or a probe; never a model's time to think)."""

    at_s: float
    rtt_ms: float | None
    ok: bool


LinkObserver = Callable[[LinkSample], None]
"""Takes a sample at once; never blocks or raises."""
