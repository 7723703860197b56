"""VISS as text: values, errors and filters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cockpit.profile import INTEGERS
from cockpit.types import Scalar

UNAVAILABLE = "viss-inline:Data-not-available"

ERRORS = {
    400: "invalid_data", 403: "forbidden_request", 404: "unavailable_data", 408: "request_timeout",
    429: "too_many_requests", 502: "bad_gateway", 503: "service_unavailable", 504: "gateway_timeout",
}  # fmt: skip


class VissError(Exception):
    def __init__(self, number: int, description: str) -> None:
        super().__init__(description)
        self.body = {"number": str(number), "reason": ERRORS[number], "description": description}


def filters(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    named = body.get("filter", [])
    return [named] if isinstance(named, dict) else named


def as_text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def typed(text: Any, datatype: str) -> Any:
    """The text as a value of `datatype`; as it came where it is none."""
    if not isinstance(text, str) or datatype == "string":
        return text if isinstance(text, str) else None
    if datatype == "boolean":
        return {"true": True, "false": False}.get(text)
    try:
        return int(text) if datatype in INTEGERS else float(text)
    except ValueError:
        return None
