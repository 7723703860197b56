"""The 12 V battery: sags with what is switched on, is charged while the car drives, and makes movements slow."""

from __future__ import annotations

from fnmatch import fnmatchcase

from cockpit.types import Scalar
from hil.vehicle.faults import Faults, LowVoltage
from hil.vehicle.state import State


class Electrics:
    """Writes the voltage. One that is put from outside stays as an offset."""

    def __init__(self, state: State, faults: Faults) -> None:
        self._state, self._faults, self._row = state, faults, state.tables.electrics
        loads = self._row.loads_a.items()
        self._loads = {path: a for path in state.values for pattern, a in loads if fnmatchcase(path, pattern)}
        self._offset_v = 0.0

    def put(self, path: str, value: Scalar) -> None:
        if path == self._row.voltage:
            self._offset_v = float(value) - self._supplied_v()

    def step(self, dt_s: float) -> None:
        del dt_s
        volts = self._supplied_v() + self._offset_v
        weak = self._faults.on(LowVoltage)
        self._state.set(self._row.voltage, volts if weak is None else min(volts, weak.volts))

    def _supplied_v(self) -> float:
        state, tables = self._state, self._state.tables
        if state.number(tables.driving.speed) > 0 or state.number(tables.energy.charging):
            return self._row.charging_v
        amperes = sum(load for path, load in self._loads.items() if state.number(path))
        return self._row.rest_v - self._row.resistance_ohm * amperes


def strength(state: State) -> float:
    """How quick motors are at the present voltage: 1 at the nominal one and above, 0 where they stall."""
    row = state.tables.electrics
    volts = state.number(row.voltage, row.nominal_v)
    return min(max((volts - row.stall_v) / (row.nominal_v - row.stall_v), 0.0), 1.0)
