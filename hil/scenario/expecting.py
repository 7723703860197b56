"""Whether what was expected came, read from the trace alone. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from cockpit.bus import topics
from hil.scenario.account import Account, Command, parse
from hil.scenario.comparison import Comparison, folded, holds
from hil.scenario.expectations import (
    AppAsked,
    CarIs,
    EventCame,
    Expectation,
    Heard,
    ResultCame,
    SetSent,
    Sounded,
    Spoken,
    StateIs,
)
from hil.trace import Seen

SHOWN = 4
"""What came instead is told of so many."""
Body = Mapping[str, Any]


class Matcher:
    """One expectation of one turn. `turn` is empty where nothing was said before: then any turn's will do."""

    def __init__(self, wanted: Expectation, turn: str, account: Account) -> None:
        self.wanted, self.turn, self._account = wanted, turn, account

    def __call__(self, entry: Seen) -> bool:
        """Whether `entry` is what was wanted."""
        if entry.source == "audio":
            return isinstance(self.wanted, Sounded) and entry.name == "reply" and self._mine(entry.data)
        if entry.source != "bus":
            return False
        self._account.update()
        return _TESTS[type(self.wanted)](self, self.wanted, entry)

    def value(self, body: Body) -> bool:
        """Whether a state's value is the wanted one."""
        return isinstance(self.wanted, StateIs | CarIs) and holds(self.wanted.value, body.get("value"))

    def standing(self, at_s: float) -> bool:
        """Whether it is so at `at_s` already: of states only."""
        self._account.update()
        if not isinstance(self.wanted, StateIs):
            return False
        paths = [path for path in self._account.states if fnmatchcase(path, self.wanted.path)]
        return any(self.value({"value": self._account.state(path, at_s)}) for path in paths)

    def instead(self, entries: Iterable[Seen]) -> str:
        """What came that is nearest to it, in words."""
        self._account.update()
        tell = _NEAR.get(type(self.wanted))
        seen = [entry for entry in entries if entry.source == "bus"] if tell is not None else []
        near = [text for entry in seen if tell is not None and (text := tell(self, self.wanted, entry))]
        shown = "; ".join(near[-SHOWN:])
        return shown if len(near) <= SHOWN else f"… {shown}"

    def asked(self, entry: Seen) -> Command | None:
        """The command that this message is, if it is one of the turn."""
        command = self._account.commands.get(str(entry.data.get("id")))
        same = command is not None and command.at_s == entry.at_s
        return command if command is not None and same and self.turn in ("", command.turn) else None

    def answered(self, entry: Seen) -> Command | None:
        """The command that this message is a result of, if it is one of the turn."""
        if not (parse(topics.RESULT, entry.name) or parse(topics.APP_RESULT, entry.name)):
            return None
        command = self._account.commands.get(str(entry.data.get("id")))
        return command if command is not None and self.turn in ("", command.turn) else None

    def event(self, entry: Seen, kind: str, *, mine: bool = True) -> bool:
        """Whether the message is an event of that type, of this turn unless any will do."""
        of_type = entry.data.get("type") == kind and parse(topics.EVENT, entry.name) is not None
        return of_type and (not mine or self._mine(entry.data))

    def _mine(self, body: Body) -> bool:
        return self.turn in ("", str(body.get("turn", "")))


def _is_set(matcher: Matcher, one: SetSent, entry: Seen) -> bool:
    command = matcher.asked(entry)
    fits = command is not None and bool(command.path) and fnmatchcase(command.path, one.path)
    return fits and command is not None and (one.value is None or holds(one.value, command.value))


def _is_result(matcher: Matcher, one: ResultCame, entry: Seen) -> bool:
    command, body = matcher.answered(entry), entry.data
    if command is None or not command.path or not fnmatchcase(command.path, one.path):
        return False
    return holds(one.status, body.get("status")) and (one.code is None or holds(one.code, body.get("code", "")))


def _is_state(matcher: Matcher, one: StateIs, entry: Seen) -> bool:
    parts = parse(topics.STATE, entry.name)
    return parts is not None and fnmatchcase(parts["path"], one.path) and matcher.value(entry.data)


def _is_app(matcher: Matcher, one: AppAsked, entry: Seen) -> bool:
    command = matcher.asked(entry) if one.status is None else matcher.answered(entry)
    if command is None or command.app != one.app or not fnmatchcase(command.action, one.action):
        return False
    fits = all(key in command.args and holds(wanted, command.args[key]) for key, wanted in one.args.items())
    return fits and (one.status is None or holds(one.status, entry.data.get("status")))


def _is_sound(matcher: Matcher, one: Sounded, entry: Seen) -> bool:
    del one
    parts = parse(topics.REPLY_AUDIO, entry.name)
    return parts is not None and matcher.turn in ("", parts["turn"])


def _is_heard(matcher: Matcher, one: Heard, entry: Seen) -> bool:
    if one.intents is not None:
        return matcher.event(entry, "understood") and _intents(entry.data) == one.intents
    final = matcher.event(entry, "transcript") and bool(entry.data.get("final", True))
    return final and holds(one.text, entry.data.get("text", ""))


def _is_spoken(matcher: Matcher, one: Spoken, entry: Seen) -> bool:
    kinds, text = _listed(one.kind or []), folded(entry.data.get("text", ""))
    fits = matcher.event(entry, "reply") and (not kinds or entry.data.get("kind") in kinds)
    fits = fits and all(folded(said) in text for said in _listed(one.says))
    return fits and not any(folded(said) in text for said in _listed(one.not_says))


def _is_event(matcher: Matcher, one: EventCame, entry: Seen) -> bool:
    fits = matcher.event(entry, one.type, mine=False)
    return fits and all(holds(wanted, entry.data.get(key)) for key, wanted in one.fields.items())


_TESTS: Mapping[type[Expectation], Callable[[Matcher, Any, Seen], bool]] = {
    SetSent: _is_set,
    ResultCame: _is_result,
    StateIs: _is_state,
    CarIs: lambda *_: False,
    AppAsked: _is_app,
    Sounded: _is_sound,
    Heard: _is_heard,
    Spoken: _is_spoken,
    EventCame: _is_event,
}


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
        return f"understood {_intents(entry.data)}" if matcher.event(entry, "understood") else ""
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


def _intents(body: Body) -> list[str]:
    acts = body.get("acts")
    return [str(act.get("intent")) for act in acts] if isinstance(acts, list) else []


def _listed(text: str | Sequence[str]) -> Sequence[str]:
    return [text] if isinstance(text, str) else text


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
