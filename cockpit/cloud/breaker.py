"""A circuit breaker: a provider that keeps failing is left alone for a while. Pure over the time given."""

from __future__ import annotations

from typing import Literal

BreakerState = Literal["closed", "open", "half-open"]

LONGEST = 10
"""How many times `hold_s` a breaker stays open at most."""


class Breaker:
    """Closed until `failures` in a row, then open; after its time one call is let through on trial (half-open), whose
    success closes it and whose failure opens it for twice as long. Times are monotonic seconds."""

    def __init__(self, failures: int, hold_s: float) -> None:
        self._limit = failures
        self._first_s = hold_s
        self._hold_s = hold_s
        self._failed = 0
        self._until_s: float | None = None
        self._trial = False

    def state(self, now_s: float) -> BreakerState:
        if self._until_s is None:
            return "closed"
        return "open" if now_s < self._until_s or self._trial else "half-open"

    def admit(self, now_s: float) -> bool:
        """Whether a call may be made now. One that may must be reported: `succeeded`, `failed` or `abandoned`."""
        state = self.state(now_s)
        self._trial = self._trial or state == "half-open"
        return state != "open"

    def succeeded(self) -> None:
        self._failed, self._until_s, self._trial, self._hold_s = 0, None, False, self._first_s

    def failed(self, now_s: float, at_least_s: float = 0.0) -> None:
        """`at_least_s` opens it at once and for so long: what the provider asked for, or hopeless for now."""
        self._failed += 1
        if self._trial:
            self._hold_s = min(2 * self._hold_s, LONGEST * self._first_s)
        if self._trial or at_least_s or self._failed >= self._limit:
            self._until_s = now_s + max(self._hold_s, min(at_least_s, LONGEST * self._first_s))
        self._trial = False

    def abandoned(self) -> None:
        """The call was given up before it told anything."""
        self._trial = False
