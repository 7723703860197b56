"""What a plan is: deeds to do, a question to ask, or something to tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from cockpit.profile import VehicleProfile
from cockpit.types import Act, CallApp, Operation, Proposal, ReplyKind, Scalar, SetSignal, Snapshot, Zone


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a plan may look at. `now_s` is monotonic; `remembered` holds values from before a muting."""

    profile: VehicleProfile
    snapshot: Snapshot
    zone: Zone
    now_s: float
    today: date
    remembered: Mapping[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deed:
    """One operation as signals to set (or one app to call), with what a reply needs to tell of it.

    `zones` is empty for what has no zones; `spoken_zones` tells whether they were named.
    """

    name: str
    operation: str
    proposals: tuple[Proposal, ...]
    zones: tuple[Zone, ...] = ()
    spoken_zones: bool = False
    opens: bool = False
    """Whether it is of the things that open and close, rather than turn on and off."""


@dataclass(frozen=True, slots=True)
class Do:
    act: Act
    deeds: tuple[Deed, ...]
    answers: bool = False
    """Whether success is information rather than a deed."""
    brief: bool = False
    """Whether only the gist of that information is wanted."""

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        return tuple(proposal for deed in self.deeds for proposal in deed.proposals)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question for `slot`; the answer completes `act`. `key` names the reply text."""

    act: Act
    slot: str
    key: str
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tell:
    """Something to say, with nothing to do. `fields` may hold raw values; the reply gives them their units."""

    kind: ReplyKind
    key: str
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tellings:
    """Several things to say, one sentence each."""

    parts: tuple[Tell, ...]


Plan = Do | Ask | Tell | Tellings

Handler = Callable[[Act, Situation], Sequence[Operation] | Tell]
"""What a skill's handler.py offers for an intent that no manifest entry can express."""

__all__ = [
    "Act", "Ask", "CallApp", "Deed", "Do", "Handler", "Operation", "Plan", "SetSignal", "Situation", "Tell", "Tellings",
]  # fmt: skip
