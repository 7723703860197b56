"""How long each fault of an attempt lasted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hil.trace import Seen

ENDED = "ended"
"""`state` of the entry with which a fault is over; any other says that it goes on."""


@dataclass(slots=True)
class FaultSpan:
    """`to_s` None: it lasted to the end."""

    kind: str
    from_s: float
    to_s: float | None
    args: dict[str, Any]


def fault_spans(entries: Iterable[Seen]) -> list[FaultSpan]:
    """Every fault, in the order in which they began. Which of its kind has ended is told by the `name` that
    `Faults.begin` gave it; without one it is the only one of its kind. What it was begun with is under `args`."""
    spans: list[FaultSpan] = []
    going: dict[str, FaultSpan] = {}
    for entry in entries:
        if entry.source != "fault":
            continue
        name = str(entry.data.get("name") or entry.name)
        if entry.data.get("state") == ENDED:
            if (span := going.pop(name, None)) is not None:
                span.to_s = entry.at_s
        elif name not in going:
            args = entry.data.get("args")
            going[name] = FaultSpan(entry.name, entry.at_s, None, args if isinstance(args, dict) else {})
            spans.append(going[name])
    return spans
