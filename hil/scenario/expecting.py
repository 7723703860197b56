"""Whether what was expected came, read from the trace alone. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from cockpit.bus import topics
from hil.scenario.account import Account, Command, parse
from hil.scenario.comparison import folded, holds
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
        return matcher.event(entry, "understood") and intents(entry.data) == one.intents
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


def intents(body: Body) -> list[str]:
    acts = body.get("acts")
    return [str(act.get("intent")) for act in acts] if isinstance(acts, list) else []


def _listed(text: str | Sequence[str]) -> Sequence[str]:
    return [text] if isinstance(text, str) else text
