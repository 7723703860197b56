"""VISS v3 as JSON: values that are all strings, requests in their envelope, answers and events as they come.

COVESA vehicle-information-service-specification, spec/VISSv3.0_Transport.html.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field, JsonValue

from cockpit.bus.payloads import Json, Payload
from cockpit.profile import INTEGERS, Signal
from cockpit.types import OutcomeStatus, Scalar
from cockpit.vehicle.command import Final

NOT_AVAILABLE = ("viss-inline:", "visserr:")
"""What a value begins with that is none: as specified, and as the reference server writes it."""

ROOT = "Vehicle"
"""The branch that all paths of a profile are under, and the path of requests that name several."""


class DataPoint(Payload):
    value: JsonValue
    ts: str = ""


class Data(Payload):
    path: str
    dp: DataPoint | list[DataPoint]

    @property
    def name(self) -> str:
        """The path with dots; some servers write slashes."""
        return self.path.replace("/", ".")

    @property
    def newest(self) -> DataPoint | None:
        if isinstance(self.dp, DataPoint):
            return self.dp
        return max(self.dp, key=lambda point: point.ts, default=None)


class Fault(Payload):
    """`number` is an HTTP status."""

    number: str | int
    reason: str = ""
    description: str = ""

    def final(self) -> Final:
        """What it means for a command. 408, 502 and 504 leave it in doubt, which is a failure too."""
        status, code = FAULTS.get(str(self.number), ("failed", "vehicle-failed"))
        return Final(status, code, self.description or self.reason)


FAULTS: Mapping[str, tuple[OutcomeStatus, str]] = {
    "400": ("failed", "wrong-value"),
    "401": ("failed", "vehicle-forbidden"),
    "403": ("failed", "vehicle-forbidden"),
    "404": ("unavailable", "vehicle-unavailable"),
    "408": ("failed", "vehicle-no-answer"),
    "429": ("failed", "busy"),
    "502": ("failed", "vehicle-no-answer"),
    "503": ("unavailable", "vehicle-unavailable"),
    "504": ("failed", "vehicle-no-answer"),
}


class Answer(Payload):
    """What comes on the own topic: the answer to a request, or an event of a subscription."""

    action: str
    request_id: str = Field(default="", alias="requestId")
    subscription_id: str = Field(default="", alias="subscriptionId")
    data: Data | list[Data] = Field(default_factory=list)
    error: Fault | None = None

    def each(self) -> Iterator[Data]:
        yield from [self.data] if isinstance(self.data, Data) else self.data


def to_text(value: Scalar) -> str:
    """A value as VISS writes it."""
    return json.dumps(value) if isinstance(value, bool) else str(value)


def from_text(text: JsonValue, signal: Signal) -> object:
    """The text as a value of the signal's type; as it came where it is none, which the store then refuses."""
    if not isinstance(text, str) or signal.datatype == "string":
        return text
    if signal.datatype == "boolean":
        return {"true": True, "false": False}.get(text.strip().lower(), text)
    try:
        return int(text) if signal.datatype in INTEGERS else float(text)
    except ValueError:
        return text


def available(value: JsonValue) -> bool:
    return not (isinstance(value, str) and value.startswith(NOT_AVAILABLE))


def get(paths: Sequence[str]) -> Json:
    return {"action": "get", **_of(paths)}


def subscribe(paths: Sequence[str], *, period_ms: int | None = None) -> Json:
    """Events every `period_ms`, or with each change where there is none."""
    change = {"variant": "change", "parameter": {"logic-op": "ne", "diff": "0"}}
    timed = {"variant": "timebased", "parameter": {"period": str(period_ms)}}
    named = _of(paths)
    also = named.get("filter", [])
    assert isinstance(also, list)  # noqa: S101 (made below)
    return {"action": "subscribe", "path": named["path"], "filter": [*also, change if period_ms is None else timed]}


def _of(paths: Sequence[str]) -> dict[str, object]:
    """One path as it is; several under the root by a filter."""
    if len(paths) == 1:
        return {"path": paths[0]}
    below = [path.removeprefix(f"{ROOT}.") for path in paths]
    return {"path": ROOT, "filter": [{"variant": "paths", "parameter": below}]}
