"""What of the truth is told, and when: drift, noise and frozen sensors stand between the car and the bus."""

from __future__ import annotations

from collections.abc import Collection

from numpy.random import Generator

from cockpit.types import Scalar
from hil.vehicle.faults import Faults, FrozenSensor, SensorDrift, SensorNoise
from hil.vehicle.state import State, within

REFRESH_S = 1.0
"""A sensor is told at least so often, whether it changes or not."""
WHILE_MOVING_S = 0.1
"""A part on its way is told no more often; where it stops is told at once."""


class Reports:
    """Remembers what was told last. `noise` is the share of each sensor's noise that is added."""

    def __init__(self, state: State, faults: Faults, rng: Generator, noise: float) -> None:
        self._state, self._faults, self._rng, self._noise = state, faults, rng, noise
        self._rows = {path: state.tables.sensor(path) for path, one in state.signals.items() if one.kind == "sensor"}
        self._meant: dict[str, Scalar] = {}
        self._told: dict[str, Scalar] = {}
        self._at_s: dict[str, float] = {}
        self._since_s: dict[str, float] = {}

    def forget(self) -> None:
        """Nothing has been told: everything is due."""
        self._meant.clear()

    def due(self, now_s: float, moving: Collection[str], *, at_once: bool = False) -> list[tuple[str, Scalar]]:
        """Signals to tell now; `at_once` those that have changed, however lately they were told."""
        told = []
        for path in self._state.values:
            if (value := self._due(path, now_s, 0.0 if at_once else self._pause_s(path, moving))) is not None:
                self._told[path], self._at_s[path] = value, now_s
                told.append((path, value))
        return told

    def told(self, path: str, now_s: float) -> Scalar | None:
        """What is told of `path` when somebody wants it told; None while it is frozen."""
        frozen = self._faults.at(path, FrozenSensor) if self._faults else None
        if frozen is not None:
            return self._told.get(path) if frozen.repeated else None
        self._meant[path] = meant = self._drifted(path, now_s)
        self._told[path] = value = self._noisy(path, meant)
        self._at_s[path] = now_s
        return value

    def _due(self, path: str, now_s: float, pause_s: float) -> Scalar | None:
        since_s = round(now_s - self._at_s.get(path, float("-inf")), 6)
        stale = path in self._rows and since_s >= REFRESH_S
        frozen = self._faults.at(path, FrozenSensor) if self._faults else None
        if frozen is not None:
            return self._told.get(path) if frozen.repeated and stale else None
        meant = self._drifted(path, now_s)
        changed = path not in self._meant or self._meant[path] != meant
        if not stale and not (changed and since_s >= pause_s):
            return None
        self._meant[path] = meant
        return self._noisy(path, meant)

    def _pause_s(self, path: str, moving: Collection[str]) -> float:
        if path in moving:
            return WHILE_MOVING_S
        row = self._rows.get(path)
        return 0.0 if row is None or path not in self._meant else row.every_s

    def _drifted(self, path: str, now_s: float) -> Scalar:
        value = self._state.values[path]
        if not self._faults or isinstance(value, bool | str):
            return value
        by = 0.0
        for name, drift in self._faults.all_at(path, SensorDrift):
            by += drift.per_s * (now_s - self._since_s.setdefault(name, now_s))
        return within(self._state.signals[path], value + by, self._resolution(path)) if by else value

    def _noisy(self, path: str, value: Scalar) -> Scalar:
        row = self._rows.get(path)
        deviation = 0.0 if row is None else row.noise * self._noise
        if self._faults and (fault := self._faults.at(path, SensorNoise)):
            deviation = fault.deviation
        if not deviation or isinstance(value, bool | str):
            return value
        return within(self._state.signals[path], value + float(self._rng.normal(0, deviation)), self._resolution(path))

    def _resolution(self, path: str) -> float:
        return self._rows[path].resolution if path in self._rows else 0.0
