"""The event table against the bus contract."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from types import UnionType
from typing import Literal, Union, get_args, get_origin, get_type_hints

import pytest

from cockpit.events import (
    EVENT_TYPES,
    Acted,
    Alerted,
    ContextReset,
    Ducked,
    ErrorOccurred,
    Event,
    Held,
    Ignored,
    Receipted,
    Replied,
    Routed,
    SpeechEnded,
    SpeechStarted,
    Spoke,
    Transcribed,
    TurnEnded,
    Understood,
    Woken,
    payload,
)
from cockpit.types import ReplyKind

COMMON = {"type", "turn", "zone", "lang", "t_ms"}
CONTRACT: dict[str, set[str]] = {
    "wake": set(),
    "speech_start": set(),
    "speech_end": set(),
    "transcript": {"text", "final", "engine", "confidence"},
    "understood": {"acts"},
    "route": {"tier", "reason", "link", "complexity"},
    "action": {"id", "kind", "path", "app", "action", "value", "args", "status"},
    "reply": {"text", "kind"},
    "speaking": {"state"},
    "turn_end": {"outcome", "timings"},
    "error": {"code", "message"},
    "alert": set(),
    "reset": {"id"},
}
"""Event types of the contract and the fields it names."""
OURS: dict[str, set[str]] = {"duck": {"active", "gain_db"}, "hold": {"active"}, "ignored": {"reason"},
    "receipt": {"part", "situation", "route", "answered", "first_ms", "cost"}}  # fmt: skip
"""Those that it leaves room for."""

WORDED_HERE = {
    "turn", "word", "engine", "reason", "link", "complexity", "id", "status", "path", "app", "action", "code",
    "outcome", "situation", "route", "answered",
}  # fmt: skip
"""Text fields that the program words itself; on an alert, `kind` too."""


def by_type(name: str) -> type[Event]:
    return next(event for event in EVENT_TYPES if event.type == name)


EXAMPLES: tuple[Event, ...] = (
    Woken(), SpeechStarted(), SpeechEnded(), Transcribed(text="开窗"), Understood(), Routed(), Receipted(), Acted(),
    Replied(text="好的", kind="done"), Spoke(state="start"), Held(active=True),
    Ignored(reason="listening"), TurnEnded(outcome="done"),
    ErrorOccurred(code="asr-late", message="too late"), Alerted(text="前方事故"),
    Ducked(active=True), ContextReset(),
)  # fmt: skip


def _held(hint: object) -> tuple[object, ...]:
    args = get_args(hint)
    return args if get_origin(hint) in (Union, UnionType) else args[-1:]  # a mapping's keys are names


def free_text(hint: object) -> bool:
    """Whether a field of this type could carry a person's words: text, or a container that holds any."""
    if get_origin(hint) is Literal:
        return False
    return hint in (str, object) or any(free_text(arg) for arg in _held(hint))


@pytest.mark.parametrize("hint", [str, object, list[str], list[dict[str, object]], Mapping[str, object], str | None])
def test_free_text_is_seen(hint: object) -> None:
    assert free_text(hint)


def test_table_has_the_contracts_types_and_ours() -> None:
    assert [event.type for event in EVENT_TYPES] == list(dict.fromkeys(event.type for event in EVENT_TYPES))
    assert {event.type for event in EVENT_TYPES} == {*CONTRACT, *OURS}
    # By name, for a dataclass with slots is a second class in place of the first.
    assert {event.__name__ for event in EVENT_TYPES} == {event.__name__ for event in Event.__subclasses__()}


@pytest.mark.parametrize("name", [*CONTRACT, *OURS])
def test_event_has_the_contracts_fields(name: str) -> None:
    assert {field.name for field in fields(by_type(name))} >= (CONTRACT | OURS)[name] | COMMON - {"type"}


@pytest.mark.parametrize("event", EVENT_TYPES, ids=lambda event: event.type)
def test_free_text_is_declared_personal(event: type[Event]) -> None:
    hints = get_type_hints(event)
    for field in fields(event):
        worded_here = field.name in WORDED_HERE or (event.type == "alert" and field.name == "kind")
        undeclared = free_text(hints[field.name]) and not field.metadata.get("personal")
        # An actuator's value is a level, a state or a colour.
        assert not undeclared or worded_here or (event is Acted and field.name == "value"), field.name


@pytest.mark.parametrize(
    "name",
    [
        "transcript.text",
        "understood.acts",
        "understood.unmatched",
        "action.args",
        "reply.text",
        "alert.text",
        "error.message",
    ],
)
def test_what_people_say_is_personal(name: str) -> None:
    event, field = name.split(".")
    assert next(f for f in fields(by_type(event)) if f.name == field).metadata == {"personal": True}


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: event.type)
def test_payload_names_type_turn_zone_language_and_time(event: Event) -> None:
    body = payload(event)
    assert body["type"] == event.type
    assert set(body) >= COMMON
    assert json.loads(json.dumps(body))["zone"] == "driver"


def test_there_is_an_example_of_each_event() -> None:
    assert tuple(type(event) for event in EXAMPLES) == EVENT_TYPES


def test_payload_of_a_signal_action_has_no_app() -> None:
    event = Acted(turn="t", t_ms=40, id="i", kind="signal", status="done", path="Vehicle.Speed", value=False)
    assert payload(event) == {
        "type": "action", "turn": "t", "zone": "driver", "lang": "zh", "t_ms": 40, "id": "i", "kind": "signal",
        "status": "done", "path": "Vehicle.Speed", "value": False, "code": "",
    }  # fmt: skip


def test_payload_of_an_app_action_has_no_path() -> None:
    event = Acted(id="i", kind="app", status="failed", app="phone", action="call", args={"contact": "妈妈"}, code="x")
    body = payload(event)
    assert (body["app"], body["action"], body["args"]) == ("phone", "call", {"contact": "妈妈"})
    assert not {"path", "value"} & set(body)


def test_payload_of_reply_and_turn_end() -> None:
    reply = payload(Replied(turn="t", lang="en", text="Done.", kind="done"))
    assert (reply["text"], reply["kind"], reply["lang"]) == ("Done.", "done", "en")
    end = payload(TurnEnded(turn="t", outcome="done", timings={"asr": 812.5}))
    assert (end["outcome"], end["timings"]) == ("done", {"asr": 812.5})


def test_reply_kinds_are_the_contracts() -> None:
    kinds = {"done", "partial", "already", "ask", "refused", "failed", "unavailable", "answer", "unsupported"}
    assert set(get_args(ReplyKind)) == kinds


def test_events_do_not_share_what_they_hold() -> None:
    assert Understood().acts is not Understood().acts
