"""The states of a rig and the ways between them. Pure: time comes in as seconds on any clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hil.rig.errors import RigError

State = Literal["off", "booting", "ready", "broken"]
Event = Literal["switch-on", "online", "away", "switch-off", "fail", "mend"]
"""`away`: the assistant went down and is being started again; `mend`: a person looked at it."""

MOVES: Mapping[tuple[State, Event], State] = {
    ("off", "switch-on"): "booting",
    ("off", "switch-off"): "off",
    ("off", "fail"): "broken",
    ("booting", "online"): "ready",
    ("booting", "away"): "booting",
    ("booting", "switch-off"): "off",
    ("booting", "fail"): "broken",
    ("ready", "online"): "ready",
    ("ready", "away"): "booting",
    ("ready", "switch-off"): "off",
    ("ready", "fail"): "broken",
    ("broken", "fail"): "broken",
    ("broken", "switch-off"): "broken",
    ("broken", "mend"): "off",
}
"""All there are; anything else is a mistake of whoever asks for it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a rig stands: its state, since when, until when it must have left it (None: no limit), and why it broke."""

    state: State = "off"
    since_s: float = 0.0
    due_s: float | None = None
    reason: str = ""


def step(now: Standing, event: Event, at_s: float, *, boot_s: float, reason: str = "") -> Standing:
    """Where the rig stands after `event`. `boot_s` is how long booting may take.

    A boot that is begun again while it lasts gets no more time; the first reason of a broken rig stays.
    Raises `RigError`: `rig-broken` for anything asked of a broken rig but mending, else `rig-unsupported`.
    """
    state = MOVES.get((now.state, event))
    if state is None:
        if now.state == "broken":
            raise RigError("broken", f"the rig is broken: {now.reason}")
        raise RigError("unsupported", f"a rig that is {now.state} knows no {event}")
    if state == now.state:
        return now
    due_s = at_s + boot_s if state == "booting" else None
    return Standing(state, at_s, due_s, reason if state == "broken" else "")


def overdue(now: Standing, at_s: float) -> Standing:
    """The same, or broken where a deadline has passed."""
    if now.due_s is None or at_s < now.due_s:
        return now
    return Standing("broken", at_s, None, f"still {now.state} after {now.due_s - now.since_s:g} s")
