"""What is asked of the car, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """A wanted value as it came. `expired`: it was too old when it came."""

    id: object
    issuer: str
    path: str
    value: object
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """An answer to a command; `progress` is the share of a movement, 0..1."""

    command: Command
    status: str
    code: str = ""
    progress: float | None = None
