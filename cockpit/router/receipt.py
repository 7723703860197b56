"""What was known when a route was chosen, and what came of it: one JSON line each, without a word of what was said."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter, ValidationError

from cockpit.errors import ConfigError
from cockpit.router.route import Route, Tier
from cockpit.router.situation import Situation


@dataclass(frozen=True, slots=True)
class Receipt:
    """`part` counts the parts of a turn from 0. `answered` is the tier that did answer, another than the route's where
    that gave up; `first_ms` is when something was first heard or done, from the end of the request, None for never.
    `cost` is what it came to, in the budget's currency; `quality` 0..1 by whoever judged it, None where nobody did."""

    turn: str
    part: int
    situation: Situation
    route: Route
    answered: Tier
    first_ms: float | None = None
    cost: float = 0.0
    quality: float | None = None


_RECEIPT = TypeAdapter(Receipt)


def line(receipt: Receipt) -> str:
    """The receipt as a JSON line, without its end."""
    return json.dumps(asdict(receipt), ensure_ascii=False)


def receipts(lines: Iterable[str]) -> Iterator[Receipt]:
    """The receipts of a log; other lines of JSON (events of other types) are passed over.

    Raises `ConfigError` (`config-invalid`) for a line that is no JSON, or a receipt that is not whole.
    """
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            raw = json.loads(text)
            if isinstance(raw, dict) and "situation" in raw:
                yield _RECEIPT.validate_python({key: value for key, value in raw.items() if key in _FIELDS})
        except (ValueError, ValidationError) as error:
            raise ConfigError("invalid", f"line {number} of the log: {error}") from error


_FIELDS = frozenset(Receipt.__dataclass_fields__)
