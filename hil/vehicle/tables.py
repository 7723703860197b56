"""What the simulated car is made of: `car.yaml`, checked. No path, figure or rule of a car is in the code beside it."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from cockpit.types import Scalar
from cockpit.yamlfile import read_yaml

FILE = Path(__file__).with_name("car.yaml")
CYCLES = Path(__file__).with_name("drivecycles")

Positive = Annotated[float, Field(gt=0)]
Point = tuple[float, float]


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Patterned(Row):
    paths: list[str]

    def covers(self, path: str) -> bool:
        return any(fnmatchcase(path, pattern) for pattern in self.paths)


class Ecu(Row):
    """A control unit: seconds (least, most) until it acts, and the volts below which it does not."""

    latency_s: tuple[float, float]
    needs_v: float


P = TypeVar("P", bound=Patterned)


class Actuator(Patterned):
    """What a part does when it is told to."""

    ecu: str
    speed: float = 0.0
    """Units of the signal (a swinging part: percent of its way) per second; 0 means at once."""
    reverses: float = 0.0
    """How far it goes back, in the same units, from what it meets while it closes."""
    swings: Literal["", "leaving", "arriving"] = ""
    """A boolean part that takes time: true as soon as it leaves its place, or only when it has arrived."""
    moves: str = ""
    """The sensor that a push moves, where the actuator is one; `to` says where."""
    to: dict[str, float] = Field(default_factory=dict)
    in_motion: Literal["superseded", "busy"] = "superseded"
    """What a command that comes while it moves does: the older one is `superseded`, or the newer one is `busy`."""


class Interlock(Patterned):
    values: list[Scalar]
    signal: str
    above: float


class Sensor(Patterned):
    resolution: float = 0.0
    every_s: float = 0.1
    noise: float = 0.0


class Threshold(Row):
    of: str
    tells: str
    above: float | None = None
    below: float | None = None

    def side(self, value: float) -> bool:
        return (self.above is not None and value > self.above) or (self.below is not None and value < self.below)

    def told_by(self, path: str) -> str:
        """The signal that tells of `path`."""
        return self.tells if "." in self.tells else f"{path.rpartition('.')[0]}.{self.tells}"


class ClimateZone(Row):
    wanted: str
    fan: str
    window: str


class Climate(Row):
    """Time constants in seconds, temperatures in °C."""

    cabin: str
    outside: str
    cooling: str
    recirculation: str
    zones: list[ClimateZone]
    loss_s: Positive
    window_s: Positive
    blower_s: Positive
    mixing_s: Positive
    sun_c_per_s: float
    supply_c: tuple[float, float]
    gain: Positive


class Electrics(Row):
    voltage: str
    rest_v: float
    charging_v: float
    resistance_ohm: float
    nominal_v: float
    stall_v: float
    loads_a: dict[str, float]


class Driving(Row):
    """Accelerations in m/s², speeds in km/h."""

    speed: str
    gear: str
    gears: list[float]
    while_driving: dict[str, Scalar]
    when_parked: dict[str, Scalar]
    accelerates: Positive
    brakes: Positive
    odometer: str
    latitude: str
    longitude: str
    heading: str


class Energy(Row):
    level: str
    metres_per_percent: Positive
    ranges: list[str]
    charging: str
    limit: str
    time_left: str
    percent_per_s: Positive


class Tyres(Row):
    pressures: str
    warms_kpa: float
    warm_s: Positive
    from_km_h: float


class CarTables(Row):
    """All of `car.yaml`."""

    percent_per_s: Positive
    ecus: dict[str, Ecu]
    actuators: list[Actuator]
    interlocks: list[Interlock]
    sensors: list[Sensor]
    thresholds: list[Threshold]
    climate: Climate
    electrics: Electrics
    driving: Driving
    energy: Energy
    tyres: Tyres

    def actuator(self, path: str) -> Actuator:
        """Raises `KeyError` for a path that no row covers."""
        return _first(self.actuators, path)

    def sensor(self, path: str) -> Sensor:
        """How `path` is told. Raises `KeyError` for a path that no row covers."""
        return _first(self.sensors, path)


def _first(rows: Iterable[P], path: str) -> P:
    for row in rows:
        if row.covers(path):
            return row
    raise KeyError(path)


class DriveCycle(Row):
    """The courses of signals over time: `[seconds, value]` points, repeated after `loop_s`."""

    loop_s: Positive
    tracks: dict[str, Annotated[list[Point], Field(min_length=1)]]


@cache
def car_tables(file: Path = FILE) -> CarTables:
    """Raises `ConfigError` for a file that cannot be read, `pydantic.ValidationError` for one that is wrong."""
    return CarTables.model_validate(read_yaml(file))


@cache
def drive_cycles(folder: Path = CYCLES) -> dict[str, DriveCycle]:
    """The cycles that there are, by name."""
    return {file.stem: DriveCycle.model_validate(read_yaml(file)) for file in sorted(folder.glob("*.yaml"))}
