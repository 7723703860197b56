"""What can be done on a rig. Drivers do it (`hil/rig/drivers`), a rig file says which and where (`hil/rigs`).

A driver is an async context manager of its protocol: entering it takes hold of its resource, leaving it lets go and
puts back what it changed. Every driver adds what it does to the rig's `Trace`. What a driver cannot do on its hardware
raises `RigError` (`rig-unsupported`), never silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cockpit.types import Lang, Pcm, Scalar, Zone


class Voice(Protocol):
    """A person on a seat."""

    async def text(self, turn: str, text: str, zone: Zone, lang: Lang | None) -> None:
        """Type `text`; `turn` becomes the turn's id."""

    async def sound(self, turn: str, pcm: Pcm, zone: Zone) -> None:
        """Say `pcm` (mono, 16 kHz) on that seat; returns when it has been said."""

    async def cancel(self, zone: Zone | None) -> None: ...

    async def reset(self) -> None:
        """Have the dialog forgotten, and wait until it is."""


class Car(Protocol):
    """The vehicle, simulated or real."""

    async def prepare(self, values: Mapping[str, Scalar]) -> None:
        """Every signal at its default but for `values`, every fault gone, and published."""

    async def put(self, path: str, value: Scalar) -> None:
        """Give a signal a value, as the world outside would."""

    async def drive(self, cycle: str) -> None:
        """Follow the drive cycle of that name from now on; `stand` stops it."""

    def value(self, path: str) -> Scalar:
        """What the car itself holds now, whatever it reports."""


class Faults(Protocol):
    """Things that go wrong on purpose: transport, device, physics or host, see `hil/fault/kinds.yaml`."""

    async def begin(self, kind: str, args: Mapping[str, Any]) -> str:
        """Start a fault; gives the name by which it is ended. Raises `RigError` for an unknown kind or argument."""

    async def end(self, name: str) -> None: ...

    async def clear(self) -> None:
        """End all."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process used since it was last asked: `cpu` in shares of one core, memory in MB (proportional set)."""

    process: str
    cpu: float
    memory_mb: float


class Board(Protocol):
    """The computer on which the assistant runs."""

    async def start(self) -> float:
        """Start the assistant; returns the seconds until its status was online."""

    async def stop(self) -> None: ...

    async def kill(self) -> None:
        """As `kill -9`."""

    async def usage(self) -> list[Usage]: ...

    async def log(self) -> str:
        """What the assistant wrote since it was started."""


class Power(Protocol):
    async def on(self) -> None: ...

    async def off(self) -> None: ...


class Microphones(Protocol):
    """What the loudspeaker played is taken down."""

    async def heard(self, turn: str, folder: Path) -> Path | None:
        """The sound of a turn's reply as a WAV in `folder`; None where none was played."""
