"""The simulated car without its bus: signals, physics, control units and faults, on a time that only `step` moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cockpit.profile import VehicleProfile
from cockpit.types import Scalar
from hil.rig.errors import RigError
from hil.vehicle.climate import Climate
from hil.vehicle.command import Command, Result
from hil.vehicle.driving import Driving
from hil.vehicle.ecu import Ecus
from hil.vehicle.electrics import Electrics
from hil.vehicle.energy import Energy, Tyres
from hil.vehicle.faults import Faults
from hil.vehicle.sensors import Reports
from hil.vehicle.state import Model, State
from hil.vehicle.tables import CarTables, car_tables
from hil.vehicle.thresholds import Thresholds

TICK_S = 0.05
"""The step of the physics."""


class Car:
    """A car of that profile. The same seed, commands and steps give the same car to the last digit.

    `percent_per_s` is the speed of its windows, with which all movements are scaled; `noise` the share of the sensors'
    noise that is told.
    """

    def __init__(
        self,
        profile: VehicleProfile,
        *,
        percent_per_s: float | None = None,
        seed: int = 1,
        noise: float = 0.0,
        tables: CarTables | None = None,
    ) -> None:
        self._profile, self._seed, self._noise = profile, seed, noise
        self._tables = tables or car_tables()
        self._pace = (percent_per_s or self._tables.percent_per_s) / self._tables.percent_per_s
        self.faults = Faults()
        self.now_s = 0.0
        self.state = State(profile, self._tables)
        self._assemble()

    @property
    def values(self) -> dict[str, Scalar]:
        """The truth, by VSS path."""
        return self.state.values

    def prepare(self, values: Mapping[str, Scalar]) -> None:
        """Every signal at its default but for `values`, at rest, without faults and with no command under way."""
        self.faults.clear()
        self.state.values.update({path: signal.default for path, signal in self._profile.signals.items()})
        self._assemble()
        for _ in range(2):  # what was named holds against what follows from another one that was named
            for path, value in values.items():
                self.put(path, value)

    def put(self, path: str, value: Scalar) -> None:
        """Give a signal a value, as the world outside would; what follows from it follows. Raises `RigError`
        (`rig-unsupported`) for a signal or a value that the car cannot have."""
        signal = self._profile.signals.get(path)
        if signal is None:
            raise RigError("unsupported", f"the car has no signal {path}")
        if fault := signal.fault(value):
            raise RigError("unsupported", f"{path} cannot be {value!r}: wrong {fault}")
        self.state.set(path, value)
        for model in self._models:
            model.put(path, value)
        self.step(0.0)

    def drive(self, cycle: str) -> None:
        """Follow a drive cycle from now on. Raises `RigError` (`rig-unsupported`)."""
        self._driving.follow(cycle)

    def take(self, command: Command) -> None:
        """A command has come; its answers come with the steps."""
        self._ecus.take(command)

    def step(self, dt_s: float = TICK_S) -> None:
        """Let time pass; with 0 only what has changed takes effect."""
        self.now_s += dt_s
        for model in self._models:
            model.step(dt_s)

    def run(self, seconds: float) -> None:
        """Let `seconds` pass, step by step."""
        for _ in range(round(seconds / TICK_S)):
            self.step()

    def begin(self, kind: str, args: Mapping[str, Any] | None = None) -> str:
        """Start a fault, see `hil.vehicle.faults`; gives its name. Raises `RigError` (`rig-unknown-fault`)."""
        name = self.faults.begin(kind, args or {})
        self.step(0.0)
        return name

    def end(self, name: str) -> None:
        """Raises `RigError` (`rig-unknown-fault`) for a fault that is not on."""
        self.faults.end(name)
        self.step(0.0)

    def clear(self) -> None:
        """End all faults."""
        self.faults.clear()
        self.step(0.0)

    def reports(self, *, at_once: bool = False) -> list[tuple[str, Scalar]]:
        """What is to be told of the signals now: path and value."""
        return self._reports.due(self.now_s, self._ecus.moving, at_once=at_once)

    def told(self, path: str) -> Scalar | None:
        """What is told of `path` when it is to be told whether it changed or not; None where its sensor is frozen."""
        return self._reports.told(path, self.now_s)

    def retell(self) -> None:
        """Everything has to be told again."""
        self._reports.forget()

    def answers(self) -> list[Result]:
        """What the control units have to say since they were last asked, in order."""
        said = list(self._ecus.results)
        self._ecus.results.clear()
        return said

    def _assemble(self) -> None:
        rng = np.random.default_rng(self._seed)
        state, faults = self.state, self.faults
        self._driving = Driving(state)
        self._ecus = Ecus(state, faults, rng, self._pace)
        self._reports = Reports(state, faults, rng, self._noise)
        self._models: list[Model] = [
            self._driving, Energy(state), Climate(state), Tyres(state), Electrics(state, faults), Thresholds(state),
            self._ecus,
        ]  # fmt: skip
