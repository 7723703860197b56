"""A wanted value as it came over MQTT, and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import Field, JsonValue

from cockpit.bus.payloads import Id, Payload, parse_timestamp

LONGEST_MS = 86_400_000
"""No command lives longer than a day, whatever it says."""


class Wanted(Payload):
    """A `set`. What it lacks or has wrong, apart from whom to answer, is answered and not an error of the payload."""

    id: Id
    issuer: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
    value: JsonValue = None
    ttl_ms: JsonValue = None
    ts: JsonValue = None

    def expired(self, now: datetime | None = None) -> bool:
        """Whether it has outlived its `ttl_ms`; one that does not say when it was made and for how long has."""
        made = parse_timestamp(self.ts) if isinstance(self.ts, str) else None
        ttl_ms = self.ttl_ms
        if made is None or isinstance(ttl_ms, bool) or not isinstance(ttl_ms, int | float) or not ttl_ms > 0:
            return True
        return (now or datetime.now(UTC)) - made > timedelta(milliseconds=min(ttl_ms, LONGEST_MS))


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a command: the `status` and `code` of a result for `issuer`."""

    id: str
    issuer: str
    status: str
    code: str = ""
