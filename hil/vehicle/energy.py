"""What the car has left to drive with, and how warm its tyres are."""

from __future__ import annotations

from fnmatch import fnmatchcase

from cockpit.types import Scalar
from hil.vehicle.state import State


class Energy:
    """The traction battery: falls with the way, rises at the charger up to its limit; ranges go with it."""

    def __init__(self, state: State) -> None:
        self._state, self._row = state, state.tables.energy
        self._level = state.number(self._row.level)
        self._ranges = {path: state.number(path) for path in self._row.ranges}
        self._percent_per_s = self._row.percent_per_s

    def put(self, path: str, value: Scalar) -> None:
        row = self._row
        if path == row.level:
            self._gain(float(value) - self._level)
        elif path in self._ranges:
            self._ranges[path] = float(value)
        elif path == row.time_left and float(value) > 0:
            missing = self._state.number(row.limit) - self._level
            self._percent_per_s = missing / float(value) if missing > 0 else row.percent_per_s

    def step(self, dt_s: float) -> None:
        row, state = self._row, self._state
        if metres := state.number(state.tables.driving.speed) / 3.6 * dt_s:
            self._gain(-metres / row.metres_per_percent)
        if state.number(row.charging):
            self._charge(dt_s)

    def _charge(self, dt_s: float) -> None:
        row, state = self._row, self._state
        missing = state.number(row.limit) - self._level
        self._gain(min(max(missing, 0.0), self._percent_per_s * dt_s))
        state.set(row.charging, missing > 0)
        state.set(row.time_left, max(missing, 0.0) / self._percent_per_s)

    def _gain(self, percent: float) -> None:
        row, state = self._row, self._state
        level = min(max(self._level + percent, 0.0), 100.0)
        for path in self._ranges:
            self._ranges[path] = max(0.0, self._ranges[path] + (level - self._level) * row.metres_per_percent)
            state.set(path, self._ranges[path])
        self._level = level
        state.set(row.level, level)


class Tyres:
    """Their pressure rises while they warm up on the road, and falls again."""

    def __init__(self, state: State) -> None:
        self._state, self._row = state, state.tables.tyres
        self._warmth = 0.0
        self._cold = {path: state.number(path) for path in state.values if fnmatchcase(path, self._row.pressures)}

    def put(self, path: str, value: Scalar) -> None:
        if path in self._cold:
            self._cold[path] = float(value) - self._row.warms_kpa * self._warmth

    def step(self, dt_s: float) -> None:
        row, state = self._row, self._state
        goal = float(state.number(state.tables.driving.speed) > row.from_km_h)
        self._warmth += (goal - self._warmth) * min(1.0, dt_s / row.warm_s)
        for path, cold in self._cold.items():
            state.set(path, cold + row.warms_kpa * self._warmth)
