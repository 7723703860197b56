"""Times as the contract writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

RFC3339_MS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def stamp(at: datetime | None = None) -> str:
    """RFC 3339 in UTC with milliseconds; now unless told otherwise."""
    return (at or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_stamp(text: object) -> bool:
    return isinstance(text, str) and RFC3339_MS.fullmatch(text) is not None


def age_s(text: str) -> float:
    """How long ago `text` was, by this machine's clock."""
    return (datetime.now(UTC) - datetime.fromisoformat(text)).total_seconds()
