"""Whether what was expected came, read from the trace alone. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from cockpit.bus import topics
from hil.scenario.account import Account, Command, parse
from hil.scenario.comparison import Comparison, folded, holds
from hil.scenario.schema import (
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


class Matcher:
    """One expectation of one turn. `turn` is empty where nothing was said before: then any turn's will do."""

    def __init__(self, wanted: Expectation, turn: str, account: Account) -> None:
        self.wanted, self.turn, self._account = wanted, turn, account

    def __call__(self, entry: Seen) -> bool:
        """Whether `entry` is what was wanted."""
        if entry.source != "bus":
            return isinstance(self.wanted, Sounded) and entry.source == "audio" and self._is_mine(entry.data)
        self._account.update()
        match self.wanted:
            case SetSent() as one:
                return (command := self._asked(entry)) is not None and _is_set(one, command)
            case ResultCame() as one:
                return (command := self._answered(entry)) is not None and _is_result(one, command, entry.data)
            case StateIs() as one:
                parts = parse(topics.STATE, entry.name)
                return parts is not None and fnmatchcase(parts["path"], one.path) and self.value(entry.data)
            case AppAsked() as one:
                command = self._asked(entry) if one.status is None else self._answered(entry)
                return command is not None and _is_app(one, command, entry.data)
            case Sounded():
                parts = parse(topics.REPLY_AUDIO, entry.name)
                return parts is not None and self.turn in ("", parts["turn"])
            case Heard() | Spoken() | EventCame() as one:
                return parse(topics.EVENT, entry.name) is not None and self._is_event(one, entry.data)
        return False

    def value(self, body: dict[str, Any]) -> bool:
        """Whether a state's value is the wanted one."""
        return isinstance(self.wanted, StateIs | CarIs) and holds(self.wanted.value, body.get("value"))

    def standing(self, at_s: float) -> bool:
        """Whether it is so at `at_s` already: of states only."""
        self._account.update()
        if not isinstance(self.wanted, StateIs):
            return False
        paths = [path for path in self._account.states if fnmatchcase(path, self.wanted.path)]
        return any(self.value({"value": self._account.state(path, at_s)}) for path in paths)

    def _asked(self, entry: Seen) -> Command | None:
        command = self._account.commands.get(str(entry.data.get("id")))
        same = command is not None and command.at_s == entry.at_s
        return command if command is not None and same and self.turn in ("", command.turn) else None

    def _answered(self, entry: Seen) -> Command | None:
        if not (parse(topics.RESULT, entry.name) or parse(topics.APP_RESULT, entry.name)):
            return None
        command = self._account.commands.get(str(entry.data.get("id")))
        return command if command is not None and self.turn in ("", command.turn) else None

    def _is_mine(self, body: dict[str, Any]) -> bool:
        return self.turn in ("", str(body.get("turn", "")))

    def _is_event(self, one: Heard | Spoken | EventCame, body: dict[str, Any]) -> bool:
        kind = body.get("type")
        if isinstance(one, EventCame):
            return kind == one.type and all(holds(wanted, body.get(key)) for key, wanted in one.fields.items())
        if not self._is_mine(body):
            return False
        if isinstance(one, Spoken):
            return kind == "reply" and _is_reply(one, body)
        if one.intents is not None:
            return kind == "understood" and _intents(body) == one.intents
        return kind == "transcript" and bool(body.get("final", True)) and holds(one.text, body.get("text", ""))

    def instead(self, entries: Iterable[Seen]) -> str:
        """What came that is nearest to it, in words."""
        near = [text for entry in entries if (text := self._near(entry))]
        shown = "; ".join(near[-SHOWN:])
        return shown if len(near) <= SHOWN else f"… {shown}"

    def _near(self, entry: Seen) -> str:
        body = entry.data
        if entry.source != "bus":
            return ""
        match self.wanted:
            case SetSent():
                return str(command) if (command := self._asked(entry)) and command.path else ""
            case ResultCame():
                command = self._answered(entry)
                code = f" {body['code']}" if body.get("code") else ""
                return f"{command.path} {body.get('status')}{code}" if command and command.path else ""
            case AppAsked():
                return str(command) if (command := self._asked(entry)) and command.app else ""
            case StateIs() as one:
                parts = parse(topics.STATE, entry.name)
                return f"{body.get('value')}" if parts and fnmatchcase(parts["path"], one.path) else ""
            case EventCame() as one:
                return f"{ {key: body.get(key) for key in one.fields} }" if body.get("type") == one.type else ""
            case Spoken() if body.get("type") == "reply" and self._is_mine(body):
                return f"{body.get('kind')}: {body.get('text')}"
            case Heard() if body.get("type") == "transcript" and self._is_mine(body):
                return f"heard {body.get('text')!r}"
            case Heard() if body.get("type") == "understood" and self._is_mine(body):
                return f"understood {_intents(body)}"
        return ""


def _is_set(one: SetSent, command: Command) -> bool:
    fits = bool(command.path) and fnmatchcase(command.path, one.path)
    return fits and (one.value is None or holds(one.value, command.value))


def _is_result(one: ResultCame, command: Command, body: dict[str, Any]) -> bool:
    fits = bool(command.path) and fnmatchcase(command.path, one.path) and holds(one.status, body.get("status"))
    return fits and (one.code is None or holds(one.code, body.get("code", "")))


def _is_app(one: AppAsked, command: Command, body: dict[str, Any]) -> bool:
    fits = command.app == one.app and fnmatchcase(command.action, one.action)
    fits = fits and all(key in command.args and holds(want, command.args[key]) for key, want in one.args.items())
    return fits and (one.status is None or holds(one.status, body.get("status")))


def _is_reply(one: Spoken, body: dict[str, Any]) -> bool:
    kinds = [one.kind] if isinstance(one.kind, str) else one.kind
    text = folded(body.get("text", ""))
    says, not_says = _listed(one.says), _listed(one.not_says)
    fits = kinds is None or body.get("kind") in kinds
    return fits and all(folded(s) in text for s in says) and not any(folded(s) in text for s in not_says)


def _intents(body: dict[str, Any]) -> list[str]:
    acts = body.get("acts")
    return [str(act.get("intent")) for act in acts] if isinstance(acts, list) else []


def _listed(text: str | list[str]) -> Sequence[str]:
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
