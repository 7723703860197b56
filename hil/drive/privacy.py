"""What of a message tells about people: it is kept only where that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from fnmatch import fnmatchcase
from typing import Any

from cockpit.bus import topics
from cockpit.bus.topics import Topic
from cockpit.errors import BusError
from cockpit.events import EVENT_TYPES

PLACES = ("Vehicle.CurrentLocation.*", "Vehicle.Driver.*", "Vehicle.Occupant.*")
"""Signals that say where somebody is, or who: not kept at all."""

SOUNDS = (topics.REQUEST_AUDIO, topics.AUDIO_STREAM, topics.REPLY_AUDIO)

_EVENT_FIELDS = {kind.type: {f.name for f in fields(kind) if f.metadata.get("personal")} for kind in EVENT_TYPES}
_FIELDS: tuple[tuple[Topic, Callable[[dict[str, str]], set[str]]], ...] = (
    (topics.APP_STATUS, lambda _: set()),
    (topics.APP_RESULT, lambda _: {"data", "reason"}),
    (topics.APP_REQUEST, lambda _: {"args"}),
    (topics.REQUEST_TEXT, lambda _: {"text"}),
    (topics.EVENT, lambda parts: _EVENT_FIELDS.get(parts["type"], {"text", "message", "args", "acts"})),
)


def without_words(topic: str, data: dict[str, Any]) -> dict[str, Any] | None:
    """`data` without what may tell about people; None where that is all of it."""
    if (path := _parts(topics.STATE, topic).get("path")) and any(fnmatchcase(path, place) for place in PLACES):
        return None
    for kind, personal in _FIELDS:
        if parts := _parts(kind, topic):
            left_out = personal(parts)
            return {key: value for key, value in data.items() if key not in left_out}
    return data


def is_sound(topic: str) -> bool:
    return any(_parts(kind, topic) for kind in SOUNDS)


def stream_zone(topic: str) -> str:
    """The zone of a frame of a live microphone; empty for any other message."""
    return _parts(topics.AUDIO_STREAM, topic).get("zone", "")


def _parts(kind: Topic, topic: str) -> dict[str, str]:
    """The parts of a topic of that kind; empty for any other."""
    try:
        return kind.parse(topic)
    except BusError:
        return {}
