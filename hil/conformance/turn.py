"""What is said to an assistant, and what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal

from cockpit.types import Lang
from hil.conformance.case import require

Behaviour = Literal["obey", "slow", "reject", "fail", "expire", "silent", "pretend"]
"""`slow` obeys once `go` is set; `pretend` says that it succeeded and changes nothing."""

WORDS: dict[Lang, dict[str, str]] = {
    "zh": {"on": "打开空调", "off": "关闭空调", "window": "主驾车窗开到一半", "weather": "今天天气怎么样"},
    "en": {
        "on": "turn on the air conditioning",
        "off": "turn off the air conditioning",
        "window": "open the driver's window halfway",
        "weather": "what's the weather like today",
    },
}
"""What is said: to switch `SWITCH`, to put `WINDOW` to 50, and to ask the app `weather`."""


@dataclass(slots=True)
class Turn:
    """One turn as its events tell it, in order, and where in the probe's record it began."""

    id: str
    place: int
    events: list[dict[str, Any]] = field(default_factory=list)

    def all(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.events if one.get("type") == kind]

    @property
    def kind(self) -> str:
        """The reply's kind; empty where there was none."""
        return next((str(one.get("kind", "")) for one in self.all("reply")), "")


def is_json(raw: bytes) -> bool:
    try:
        json.loads(raw)
    except ValueError:
        return False
    return True


def once(turn_events: list[dict[str, Any]], turn: str) -> None:
    """Requires one reply and one turn_end."""
    for kind in ("reply", "turn_end"):
        count = sum(one.get("type") == kind for one in turn_events)
        require(count == 1, f"{count} events {kind} in turn {turn}")
