"""One movement of a part that takes time: until it arrives, or until something is in the way."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Motion:
    """From `here` to `wanted`, in units of the part's signal; `reverses` is how far it goes back from what it meets
    while it closes. `blocked` once it has met something; it is over when `advance` says so."""

    here: float
    wanted: float
    reverses: float = 0.0
    blocked: bool = False
    begun_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.begun_at = self.here

    @property
    def progress(self) -> float:
        """Share of the way, 0..1."""
        whole = self.wanted - self.begun_at
        return 1.0 if not whole else min(max((self.here - self.begun_at) / whole, 0.0), 1.0)

    def advance(self, distance: float, low: float = float("-inf"), high: float = float("inf")) -> bool:
        """Go on by `distance` within what the way is free for; whether it is over."""
        goal = min(max(self.wanted, low), high)
        self.here = max(goal, self.here - distance) if goal < self.here else min(goal, self.here + distance)
        if self.here != goal:
            return False
        if goal == self.wanted:
            return True
        closing = abs(self.wanted) < abs(self.here)
        back = self.here + self.reverses if self.here >= 0 else self.here - self.reverses
        met, self.blocked = self.blocked, True
        if met or not closing or not self.reverses:
            return True
        self.wanted = min(max(min(back, max(self.begun_at, self.here)), low), high)
        return self.wanted == self.here
