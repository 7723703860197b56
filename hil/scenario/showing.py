"""Whether the bus had shown what is claimed: commands of the turn with their results, and states, until the reply."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from cockpit.profile import Control, VehicleProfile
from cockpit.types import ZONES, Scalar, Zone, same_value
from hil.scenario.account import Command, Turn
from hil.scenario.claims import APP, Claimed, wanted_of
from hil.scenario.comparison import folded

LATELY_S = 2.0
"""A value that is told may be one that was shown so long ago: it was true when it was asked for."""
STOPPED_WITHIN = 1.5
"""Percent by which a place where something stopped may be told rounded."""

Checked = tuple[bool, str]
"""Whether a claim holds, and what was shown."""


class Shown:
    """Checks the claims of one reply; `claims` are all of them, so that one that names no seat leaves those that others
    name alone."""

    def __init__(self, profile: VehicleProfile, turn: Turn, claims: Sequence[Claimed]) -> None:
        self._profile, self._turn, self._claims = profile, turn, claims
        self._checks = {
            "done": self._done,
            "already": self._already,
            "is": self._is,
            "moving": self._moving,
            "blocked": self._blocked,
            "passing": self._blocked,
            "failed": self._failed,
            "refused": self._unsent,
            "unavailable": self._failed,
            "unsure": self._unsure,
            "app": self._app,
            "undone": self._all_done,
            "plain": self._all_done,
        }

    def check(self, claim: Claimed) -> Checked:
        return self._checks[claim.kind](claim)

    def of_kind(self) -> Checked | None:
        """What the reply's kind claims of the whole turn; None where it claims nothing."""
        commands = self._turn.commands()
        told = _told(commands)
        if self._turn.kind == "done":
            return bool(commands) and all(map(self._turn.succeeded, commands)), told
        if self._turn.kind in ("refused", "unavailable", "failed"):
            unsure = any(claim.kind == "unsure" for claim in self._claims)
            return unsure or not any(map(self._effective, commands)), told
        return None

    def _done(self, claim: Claimed) -> Checked:
        control = self._profile.controls.get(claim.name)
        if control is None:
            return False, f"{claim.name} is nothing that can be operated"
        sent = self._commands(claim, control)
        paths = self._paths(control, claim.zones) if claim.zones else sorted({one.path for one in sent})
        states = [f"{path} = {self._state(path)}" for path in paths]
        fine = bool(sent) and any(map(self._turn.succeeded, sent))
        fine = fine and all(self._is_done(claim, control, path, sent) for path in paths)
        return fine, "; ".join([_told(sent), *states])

    def _is_done(self, claim: Claimed, control: Control, path: str, sent: Sequence[Command]) -> bool:
        own = [command for command in sent if command.path == path]
        done = self._effective(own[-1]) if own else self._fits(claim, control, self._state(path, before=True))
        return done and (control.momentary or self._fits(claim, control, self._state(path)))

    def _already(self, claim: Claimed) -> Checked:
        control = self._profile.controls.get(claim.name)
        if control is None:
            return self._unchanged([one.path for one in self._turn.commands() if one.path])
        if claim.amount is None and not claim.does:
            return self._unchanged(self._paths(control, claim.zones))
        seen = [self._seen(paths, self._turn.asked_s) for paths in self._meant(control, claim.zones)]
        fine = any(_each(values, lambda held: all(self._fits(claim, control, v) for v in held)) for values in seen)
        return fine, _values(seen[0])

    def _unchanged(self, paths: Iterable[str]) -> Checked:
        seen = self._seen(paths, self._turn.asked_s)
        return all(len(set(values)) <= 1 for values in seen.values()), _values(seen) or "nothing was sent"

    def _is(self, claim: Claimed) -> Checked:
        control, reading = self._profile.controls.get(claim.name), self._profile.readings.get(claim.name)
        if control is not None and self._turn.kind in ("done", "partial") and self._commands(claim, control):
            return self._done(claim)
        if reading is not None:
            zones = claim.zones or ZONES
            meant = [[path for zone, path in reading.targets.items() if zone == "car" or zone in zones]]
        elif control is not None:
            meant = self._meant(control, claim.zones)
        else:
            return False, f"nobody knows {claim.name!r}"
        from_s = min(self._turn.asked_s, self._turn.replied_s - LATELY_S)
        seen = [self._seen(paths, from_s) for paths in meant]
        fine = any(_each(values, lambda held: any(self._reads(claim, control, v) for v in held)) for values in seen)
        return fine, _values(seen[0])

    def _reads(self, claim: Claimed, control: Control | None, value: Scalar | None) -> bool:
        """Whether a value may be told as it is claimed."""
        if control is not None:
            return self._fits(claim, control, value)
        reading = self._profile.readings[claim.name]
        if claim.amount is None:
            return value is ("true" in claim.does)
        told = claim.amount.value
        if isinstance(value, bool | str) or isinstance(told, bool | str) or value is None:
            return value == told
        tolerance: float = 0.5 / 10**reading.digits + 0.01
        return abs(value * reading.scale - told) <= tolerance

    def _moving(self, claim: Claimed) -> Checked:
        control = self._profile.controls.get(claim.name)
        sent = self._commands(claim, control) if control is not None else []
        begun = [one for one in sent if one.status(self._turn.replied_s) in ("accepted", "in_progress", "succeeded")]
        return bool(begun), _told(sent)

    def _blocked(self, claim: Claimed) -> Checked:
        control = self._profile.controls.get(claim.name)
        if control is None or claim.amount is None:
            return False, f"{claim.name} is nothing that moves"
        sent = self._commands(claim, control)
        paths = sorted({one.path for one in sent}) or self._paths(control, claim.zones)
        wanted = wanted_of(control, claim.amount)
        lately_s = self._turn.replied_s - (LATELY_S if claim.kind == "passing" else 0.0)
        seen = self._seen(paths, lately_s)
        fine = any(_near(wanted, value) for values in seen.values() for value in values)
        return fine and not any(map(self._effective, sent)), f"{_told(sent)}; {_values(seen)}"

    def _failed(self, claim: Claimed) -> Checked:
        """Something of it was not brought about."""
        control = self._profile.controls.get(claim.name)
        if claim.name.startswith(APP):
            sent = [
                one for one in self._turn.commands() if f"{one.app}.{one.action}".startswith(claim.name[len(APP) :])
            ]
        else:
            sent = self._commands(claim, control) if control is not None else self._turn.commands()
        return not sent or not all(map(self._effective, sent)), _told(sent)

    def _unsure(self, claim: Claimed) -> Checked:
        """Nobody lies who says that they do not know: what was sent may have been lost on its way to the bus."""
        del claim
        return True, _told(self._turn.commands())

    def _unsent(self, claim: Claimed) -> Checked:
        control = self._profile.controls.get(claim.name)
        sent = self._commands(claim, control) if control is not None else []
        return not sent, _told(sent)

    def _app(self, claim: Claimed) -> Checked:
        app, _, action = claim.name[len(APP) :].partition(".")
        sent = [one for one in self._turn.commands() if one.app == app and one.action == action]
        done = [one for one in sent if self._turn.succeeded(one)]
        fine = bool(done) and all(any(_mentions(one, text) for one in done) for text in claim.args)
        return fine, _told(sent)

    def _all_done(self, claim: Claimed) -> Checked:
        """Everything that was sent came about; nothing had to be sent where the reply's kind is "already"."""
        del claim
        sent = self._turn.commands()
        return all(map(self._effective, sent)) and (bool(sent) or self._turn.kind == "already"), _told(sent)

    def _effective(self, command: Command) -> bool:
        """Whether a command did what it was to do, as far as the bus shows."""
        control = self._profile.controls.get(self._profile.control_of.get(command.path, ""))
        if not self._turn.succeeded(command) or command.app or (control is not None and control.momentary):
            return self._turn.succeeded(command)
        state = self._state(command.path)
        return state is not None and same_value(state, command.value)

    def _commands(self, claim: Claimed, control: Control) -> list[Command]:
        """What was sent of that control: for the seats that are named, else for those that no other claim names."""
        paths = set(self._paths(control, claim.zones)) if claim.zones else set(_all(control))
        if not claim.zones:
            others = [one for one in self._claims if one.name == claim.name and one.zones]
            paths -= {path for one in others for path in self._paths(control, one.zones)}
        return [one for one in self._turn.commands() if one.path in paths]

    def _paths(self, control: Control, zones: Sequence[Zone]) -> list[str]:
        """The signals of those seats; without any of those that are meant when none is named."""
        if not control.zoned:
            return control.targets["car"]
        meant = zones or (ZONES if control.scope == "all" else (self._turn.zone,))
        return [path for zone in meant for path in control.targets.get(zone, [])]

    def _meant(self, control: Control, zones: Sequence[Zone]) -> list[list[str]]:
        """Whose signals may be meant: where all seats are when none is named, also the speaker's alone."""
        if control.feedback is not None:
            return [[control.feedback]]
        own = [self._paths(control, (self._turn.zone,))] if not zones and self._turn.zone in control.targets else []
        return [self._paths(control, zones), *own]

    def _seen(self, paths: Iterable[str], from_s: float) -> dict[str, list[Scalar]]:
        """The values of each signal from then on until the reply."""
        return {path: self._turn.account.states_between(path, from_s, self._turn.replied_s) for path in paths}

    def _state(self, path: str, *, before: bool = False) -> Scalar | None:
        return self._turn.account.state(path, self._turn.asked_s if before else self._turn.replied_s)

    def _fits(self, claim: Claimed, control: Control, value: Scalar | None) -> bool:
        """Whether a signal's value is as claimed."""
        if value is None:
            return False
        if claim.amount is not None:
            return _near(wanted_of(control, claim.amount), value, 0.05)
        table = {**control.values, **control.rests} if control.feedback else control.values
        held = next(((name, table[name]) for name in claim.does if name in table), None)
        if held is None:
            return not claim.does or bool(value)
        name, wanted = held
        if isinstance(value, bool | str) or isinstance(wanted, bool | str) or name not in ("on", "off"):
            return same_value(value, wanted)
        return control.sign * value > 0 if name == "on" else control.sign * value <= 0


def _near(wanted: Scalar, value: Scalar | None, within: float = STOPPED_WITHIN) -> bool:
    if value is None or isinstance(value, bool | str) or isinstance(wanted, bool | str):
        return value == wanted
    return abs(wanted - value) <= within


def _all(control: Control) -> list[str]:
    return [path for paths in control.targets.values() for path in paths]


def _mentions(command: Command, text: str) -> bool:
    """Whether what is said stands in the request or its answer. The contract's own English words stand for any."""
    held = [command.args, *(body.get("data") for _, body in command.results)]
    whole = folded(held)
    return folded(text) in whole or any(word in whole for word in ("destinationhome", "destinationwork"))


def _told(commands: Sequence[Command]) -> str:
    return "; ".join(map(str, commands)) or "nothing was sent"


def _each(seen: dict[str, list[Scalar]], holds: Callable[[list[Scalar]], bool]) -> bool:
    """Whether every signal was told at all, and it holds of the values of each."""
    return bool(seen) and all(values and holds(values) for values in seen.values())


def _values(seen: dict[str, list[Scalar]]) -> str:
    return "; ".join(f"{path} = {' → '.join(map(str, dict.fromkeys(values)))}" for path, values in seen.items())
