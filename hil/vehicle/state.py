"""The true values of all signals, in their own types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from cockpit.profile import INTEGERS, Signal, VehicleProfile
from cockpit.types import Scalar
from hil.vehicle.tables import CarTables


class Model(Protocol):
    """A part of the car's physics. Nothing in it knows of clocks or of the bus."""

    def put(self, path: str, value: Scalar) -> None:
        """The world outside has given `path` that value."""

    def step(self, dt_s: float) -> None:
        """Let `dt_s` seconds pass."""


class State:
    """`values` is the truth; what is told of it is `hil.vehicle.sensors`' business."""

    def __init__(self, profile: VehicleProfile, tables: CarTables) -> None:
        self.signals: Mapping[str, Signal] = profile.signals
        self.tables = tables
        self.values: dict[str, Scalar] = {path: signal.default for path, signal in profile.signals.items()}

    def number(self, path: str, otherwise: float = 0.0) -> float:
        """The value of `path`; `otherwise` where the car has no such signal."""
        value = self.values.get(path, otherwise)
        return otherwise if isinstance(value, str) else float(value)

    def set(self, path: str, value: Scalar) -> None:
        """Give `path` a value of its own type and resolution, kept within its range; a car without it leaves it."""
        signal = self.signals.get(path)
        if signal is None:
            return
        if not isinstance(value, bool | str):
            value = within(signal, value, self.tables.sensor(path).resolution if signal.kind == "sensor" else 0.0)
        self.values[path] = value

    def part_of(self, path: str, wanted: Scalar, share: float) -> Scalar:
        """A number that is a share of the way to what is wanted; what has no way stays as it is."""
        here = self.values[path]
        if isinstance(here, bool | str) or isinstance(wanted, bool | str):
            return here
        return within(self.signals[path], here + (wanted - here) * share)


def within(signal: Signal, value: float, resolution: float = 0.0) -> Scalar:
    """A number as that signal can hold it, rounded to `resolution`."""
    low, high = INTEGERS.get(signal.datatype, (float("-inf"), float("inf")))
    low = low if signal.min is None else max(low, signal.min)
    high = high if signal.max is None else min(high, signal.max)
    if resolution:
        value = round(round(value / resolution) * resolution, 9)
    value = min(max(value, low), high)
    return round(value) if signal.datatype in INTEGERS else float(value)


def another(signal: Signal, value: Scalar) -> Scalar:
    """A value that the signal can have and that is not `value`."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        others = [one for one in signal.allowed or ["#123456"] if one != value]
        return others[0] if others else value
    low, high = INTEGERS.get(signal.datatype, (0.0, 100.0))
    low = low if signal.min is None else signal.min
    high = high if signal.max is None else signal.max
    step = max(1.0, (high - low) / 10)
    return within(signal, value + step if value + step <= high else value - step)
