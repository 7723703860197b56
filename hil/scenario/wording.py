"""Expectations in words, and what came instead of them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from cockpit.bus import topics
from hil.scenario.account import parse
from hil.scenario.comparison import Comparison
from hil.scenario.expectations import AppAsked, EventCame, Expectation, Heard, ResultCame, SetSent, Spoken, StateIs
from hil.scenario.expecting import Matcher, intents
from hil.trace import Seen

SHOWN = 4
"""What came instead is told of so many."""


def instead(matcher: Matcher, entries: Iterable[Seen]) -> str:
    """What came that is nearest to what was wanted."""
    tell = _NEAR.get(type(matcher.wanted))
    if tell is None:
        return ""
    near = [text for entry in entries if entry.source == "bus" and (text := tell(matcher, matcher.wanted, entry))]
    shown = "; ".join(near[-SHOWN:])
    return shown if len(near) <= SHOWN else f"… {shown}"


def in_words(wanted: Expectation) -> str:
    """The expectation as a sentence."""
    skipped = {"name", "at", "level", "after", "within_ms", "absent", "for_ms", "count", "expect"}
    held = {name: value for name, value in wanted if name not in skipped and value not in (None, "*", [], {})}
    said = ", ".join(f"{name} {_shown(value)}" for name, value in held.items())
    many = "no " if wanted.absent else f"{wanted.count} × " if wanted.count else ""
    within = f" within {wanted.within_ms:g} ms" if wanted.within_ms else ""
    lasting = f" for {wanted.for_ms:g} ms" if wanted.for_ms else ""
    return f"{many}{getattr(wanted, 'expect', '')}{': ' if said else ''}{said}{within}{lasting}"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(one)}" for key, one in value.items())
    return str(value) if isinstance(value, Comparison | str) else repr(value)


def _near_command(matcher: Matcher, one: SetSent | AppAsked, entry: Seen) -> str:
    command = matcher.asked(entry)
    return str(command) if command is not None and bool(command.app) is isinstance(one, AppAsked) else ""


def _near_result(matcher: Matcher, one: ResultCame, entry: Seen) -> str:
    del one
    command = matcher.answered(entry)
    code = f" {entry.data['code']}" if entry.data.get("code") else ""
    return f"{command.path} {entry.data.get('status')}{code}" if command is not None and command.path else ""


def _near_state(matcher: Matcher, one: StateIs, entry: Seen) -> str:
    del matcher
    parts = parse(topics.STATE, entry.name)
    return str(entry.data.get("value")) if parts is not None and fnmatchcase(parts["path"], one.path) else ""


def _near_event(matcher: Matcher, one: EventCame, entry: Seen) -> str:
    fits = matcher.event(entry, one.type, mine=False)
    return ", ".join(f"{key} {entry.data.get(key)!r}" for key in one.fields) if fits else ""


def _near_reply(matcher: Matcher, one: Spoken, entry: Seen) -> str:
    del one
    return f"{entry.data.get('kind')}: {entry.data.get('text')}" if matcher.event(entry, "reply") else ""


def _near_heard(matcher: Matcher, one: Heard, entry: Seen) -> str:
    if one.intents is not None:
        return f"understood {intents(entry.data)}" if matcher.event(entry, "understood") else ""
    return f"heard {entry.data.get('text')!r}" if matcher.event(entry, "transcript") else ""


_NEAR: Mapping[type[Expectation], Callable[[Matcher, Any, Seen], str]] = {
    SetSent: _near_command,
    ResultCame: _near_result,
    StateIs: _near_state,
    AppAsked: _near_command,
    Heard: _near_heard,
    Spoken: _near_reply,
    EventCame: _near_event,
}
