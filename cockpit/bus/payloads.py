"""What comes in over the bus, as typed values, and what goes out, as bytes.

Unknown keys are ignored; a missing or ill-typed key, a number that is not finite and anything that is no JSON object
is `BusError` (`bus-bad-payload`) naming the key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from cockpit.errors import BusError
from cockpit.types import Lang, Zone

Json = Mapping[str, object]
"""A JSON object on its way out."""


def _finite(data: dict[str, JsonValue]) -> dict[str, JsonValue]:
    json.dumps(data, allow_nan=False)
    return data


Id = Annotated[str, Field(min_length=1, max_length=128)]
Value = bool | Annotated[int, Field(ge=-(2**63), lt=2**63)] | float | str
Data = Annotated[dict[str, JsonValue], AfterValidator(_finite)]


class Payload(BaseModel):
    """Base of all incoming payloads: no coercion, so `"22"` is no number and `1` no boolean."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, allow_inf_nan=False)


class State(Payload):
    """`ts` is kept as it came: only the age of a retained value depends on it."""

    value: Value
    ts: str


class Result(Payload):
    id: Id
    status: Literal["accepted", "in_progress", "succeeded", "failed", "rejected", "expired"]
    code: str = ""
    reason: str = ""

    @property
    def final(self) -> bool:
        return self.status not in {"accepted", "in_progress"}


class Provider(Payload):
    """`paths` are VSS paths, or branches ending in `.*`."""

    status: Literal["online", "offline"]
    paths: list[str]


class AppResult(Payload):
    id: Id
    status: Literal["succeeded", "failed"]
    reason: str = ""
    data: Data = Field(default_factory=dict)


class AppStatus(Payload):
    status: Literal["online", "offline"]


class TextRequest(Payload):
    id: Id
    text: Annotated[str, Field(max_length=1000)]
    lang: Lang | None = None
    zone: Zone = "driver"


class CancelRequest(Payload):
    """No zone means every zone."""

    zone: Zone | None = None


class ResetRequest(Payload):
    id: Id


class ListenRequest(Payload):
    """A push-to-talk key: what is said while it is down is meant for the assistant, and over when it goes up."""

    zone: Zone = "driver"
    on: bool


RoadKind = Literal[
    "accident", "roadworks", "congestion", "weather", "red_light", "speed_limit", "emergency_vehicle", "obstacle"
]


class RoadEvent(Payload):
    """`lane` is a number, counted from the left, or a name; what `value` is the contract leaves to the kind."""

    id: Id
    kind: RoadKind
    distance_m: Annotated[float, Field(ge=0, le=1_000_000)]
    lane: int | str | None = None
    value: Value | None = None
    ttl_s: Annotated[float, Field(gt=0, le=86_400)]
    severity: Annotated[int, Field(ge=1, le=3)]
    source: str


class LinkReport(Payload):
    """What the modem says of the link: how good it is at best, and whether traffic is paid by volume."""

    level: Literal["none", "weak", "good"]
    metered: bool = False


class _Identified(Payload):
    id: Id


P = TypeVar("P", bound=Payload)


def parse(model: type[P], raw: bytes) -> P:
    """The payload as `model`. Raises `BusError` (`bus-bad-payload`)."""
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        faults = {str(e["loc"][0]) if e["loc"] else "payload": e["msg"] for e in error.errors()}
        text = "; ".join(f"{key}: {message}" for key, message in faults.items())
        raise BusError("bad-payload", f"not a {model.__name__}: {text}") from error


def claimed_id(raw: bytes) -> str:
    """The `id` of a payload that may be broken otherwise, so that its sender can be answered; empty without one."""
    try:
        return parse(_Identified, raw).id
    except BusError:
        return ""


def dump(body: Json) -> bytes:
    """A JSON object as UTF-8. Raises `BusError` (`bus-bad-payload`) for what JSON cannot hold."""
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:
        raise BusError("bad-payload", f"cannot be sent as JSON: {error}") from error


def timestamp(at: datetime | None = None) -> str:
    """RFC 3339 in UTC with milliseconds; now unless told otherwise."""
    return (at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_timestamp(text: str) -> datetime | None:
    """The time, or None where `text` is not RFC 3339 with an offset."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
