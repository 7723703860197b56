from __future__ import annotations

import json
from dataclasses import MISSING, fields
from typing import Any

import pytest

from cockpit.events import EVENT_TYPES, Event, payload
from hil.drive.privacy import is_sound, without_words

PRIVATE = "李雷住在人民路五号"


def filled(kind: type[Event]) -> Event:
    """An event with the secret in every field that may hold something personal."""
    given: dict[str, Any] = {}
    for one in fields(kind):
        if one.metadata.get("personal"):
            holds_list, holds_map = "list" in str(one.type), "Mapping" in str(one.type)
            given[one.name] = [{"slots": PRIVATE}] if holds_list else {"x": PRIVATE} if holds_map else PRIVATE
        elif one.default is MISSING and one.default_factory is MISSING:
            given[one.name] = "x"
    return kind(**given, **({"kind": "app"} if kind.type == "action" else {}))


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_no_event_keeps_what_is_personal(kind: type[Event]) -> None:
    body = payload(filled(kind))
    kept = without_words(f"cockpit/v/event/{kind.type}", body)
    assert kept is not None
    assert PRIVATE not in json.dumps(kept, ensure_ascii=False)
    assert kept["type"] == kind.type


@pytest.mark.parametrize(
    ("topic", "data", "kept"),
    [
        ("cockpit/v/request/text", {"id": "1", "text": PRIVATE, "zone": "driver"}, {"id": "1", "zone": "driver"}),
        ("app/v/phone/call", {"id": "1", "args": {"contact": PRIVATE}}, {"id": "1"}),
        (
            "app/v/result",
            {"id": "1", "status": "failed", "reason": PRIVATE, "data": {}},
            {"id": "1", "status": "failed"},
        ),
        ("app/v/phone/status", {"status": "online"}, {"status": "online"}),
        ("vehicle/v/state/Vehicle/CurrentLocation/Latitude", {"value": 31.2}, None),
        ("vehicle/v/state/Vehicle/Speed", {"value": 31.2}, {"value": 31.2}),
        ("cockpit/v/event/unheard_of", {"type": "unheard_of", "text": PRIVATE}, {"type": "unheard_of"}),
    ],
)
def test_what_people_say_and_where_they_are_is_left_out(topic: str, data: dict[str, Any], kept: object) -> None:
    assert without_words(topic, data) == kept


def test_sounds_are_known() -> None:
    assert is_sound("cockpit/v/request/audio/driver/1")
    assert is_sound("cockpit/v/audio/driver/stream")
    assert is_sound("cockpit/v/reply/audio/1")
    assert not is_sound("cockpit/v/request/text")
