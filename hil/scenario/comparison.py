"""How a value that came is held against the one that was wanted. Pure."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, JsonValue, Tag

from cockpit.types import same_value


class Comparison(BaseModel):
    """Anything but a plain value. All that is given must hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_least: float | None = None
    at_most: float | None = None
    one_of: list[JsonValue] | None = None
    contains: str | None = None
    other_than: JsonValue = None

    def holds(self, got: object) -> bool:
        number = isinstance(got, int | float) and not isinstance(got, bool)
        if (self.at_least is not None or self.at_most is not None) and not number:
            return False
        return (
            (self.at_least is None or float(got) >= self.at_least)  # type: ignore[arg-type]
            and (self.at_most is None or float(got) <= self.at_most)  # type: ignore[arg-type]
            and (self.one_of is None or any(same(one, got) for one in self.one_of))
            and (self.contains is None or folded(self.contains) in folded(got))
            and (self.other_than is None or not same(self.other_than, got))
        )

    def __str__(self) -> str:
        held = self.model_dump(exclude_none=True)
        return " and ".join(f"{name.replace('_', ' ')} {value}" for name, value in held.items())


Wanted = Annotated[
    Annotated[Comparison, Tag("comparison")] | Annotated[JsonValue, Tag("value")],
    Discriminator(lambda raw: "comparison" if isinstance(raw, dict | Comparison) else "value"),
]
"""A value, or `{at_least, at_most, one_of, contains, other_than}`."""


def holds(wanted: Any, got: object) -> bool:
    return wanted.holds(got) if isinstance(wanted, Comparison) else same(wanted, got)


def same(wanted: object, got: object) -> bool:
    """Numbers within the contract's tolerance, texts whatever their case and punctuation, lists item by item."""
    if isinstance(wanted, bool | int | float) and isinstance(got, bool | int | float):
        return isinstance(wanted, bool) == isinstance(got, bool) and same_value(wanted, got)
    if isinstance(wanted, list) and isinstance(got, list):
        return len(wanted) == len(got) and all(map(same, wanted, got))
    if isinstance(wanted, str) and isinstance(got, str):
        return folded(wanted) == folded(got)
    return type(wanted) is type(got) and wanted == got


def folded(text: object) -> str:
    """Letters and figures only, small; a number keeps its sign and its point, and `%` stays."""
    kept = re.sub(r"(?<=\d)\.(?=\d)", "\x00", str(text))
    kept = re.sub(r"(?<![A-Za-z0-9_.])[-−](?=\d)", "\x01", kept)
    return re.sub(r"[^\w%\x00\x01]+|_", "", kept).casefold()
