"""Sensors that say whether another signal is beyond a line."""

from __future__ import annotations

from fnmatch import fnmatchcase

from cockpit.types import Scalar
from hil.vehicle.state import State
from hil.vehicle.tables import Threshold


class Thresholds:
    """They change when the line is crossed and only then: one that was given a value from outside keeps it until."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._rules: list[tuple[str, Threshold]] = [
            (path, rule) for rule in state.tables.thresholds for path in state.values if fnmatchcase(path, rule.of)
        ]
        self._sides = [rule.side(state.number(path)) for path, rule in self._rules]

    def put(self, path: str, value: Scalar) -> None:
        """Nothing here remembers values."""

    def step(self, dt_s: float) -> None:
        del dt_s
        for index, (path, rule) in enumerate(self._rules):
            side = rule.side(self._state.number(path))
            if side != self._sides[index]:
                self._sides[index] = side
                self._state.set(rule.told_by(path), side)
