"""The vehicle profile: which signals and apps a car has, what the names of its controls do, and its policy.

Another car means another file, never another line of code.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cockpit.errors import ConfigError
from cockpit.types import Scalar, Zone
from cockpit.yamlfile import read_yaml

Unit = Literal[
    "celsius", "percent", "level", "mm", "degrees", "km_h", "km", "kpa", "volt", "minutes", "none"
]  # fmt: skip

INTEGERS = {
    "uint8": (0, 2**8 - 1), "int8": (-(2**7), 2**7 - 1), "uint16": (0, 2**16 - 1), "int16": (-(2**15), 2**15 - 1),
    "uint32": (0, 2**32 - 1), "int32": (-(2**31), 2**31 - 1),
}  # fmt: skip
"""Range of each integer type of VSS."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Signal(_Part):
    """One VSS leaf, in the terms of the contract's signal table."""

    kind: Literal["actuator", "sensor", "attribute"]
    datatype: Literal["boolean", "string", "float", "double", "uint8", "int8", "uint16", "int16", "uint32", "int32"]
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    allowed: list[str] | None = None
    default: Scalar

    def fault(self, value: object) -> str:
        """What is wrong with `value` for this signal: `type`, `range`, or empty when nothing is."""
        if self.datatype == "boolean":
            return "" if isinstance(value, bool) else "type"
        if self.datatype == "string":
            if not isinstance(value, str):
                return "type"
            return "range" if self.allowed is not None and value not in self.allowed else ""
        return self._number_fault(value)

    def _number_fault(self, value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "type"
        low, high = INTEGERS.get(self.datatype, (float("-inf"), float("inf")))
        low = low if self.min is None else max(low, self.min)
        high = high if self.max is None else min(high, self.max)
        if not low <= value <= high or abs(value) == float("inf"):
            return "range"
        return "type" if self.datatype in INTEGERS and value != int(value) else ""

    def cast(self, value: Scalar) -> Scalar:
        """A number in the signal's own type; other values as they are."""
        if isinstance(value, bool | str):
            return value
        return int(value) if self.datatype in INTEGERS else float(value)


class Control(_Part):
    """Something a person can name, and what operating it means in signals.

    `targets` maps a zone to its signals; the key `car` holds those of a control that has no zones.
    `values` are the results of named operations (`on`, `open`, `half`, `max`, or the name of a choice).
    """

    targets: dict[Zone | Literal["car"], list[str]]
    scope: Literal["speaker", "all"] = "speaker"
    """Which zones are meant when none is named."""
    values: dict[str, Scalar] = Field(default_factory=dict)
    levels: list[float] = Field(default_factory=list)
    """Value of level 1, 2, …"""
    level_limit: float = 10
    """A bare number up to this is a level, above it a percentage."""
    step: float | None = None
    cycle: list[str] = Field(default_factory=list)
    """Values that a step walks along, where they are names."""
    low: float | None = None
    high: float | None = None
    """Range for setting by voice, where it is narrower than the signal's."""
    round: float | None = None
    sign: Literal[1, -1] = 1
    """-1 where the signal counts downwards from zero (seat ventilation)."""
    unit: Unit = "none"
    momentary: bool = False
    """The signal is a push, not a state: it is sent even if it has that value already."""
    feedback: str | None = None
    """Sensor that tells where a momentary control stands."""
    rests: dict[str, float] = Field(default_factory=dict)
    """Operation to feedback value at which there is nothing left to do."""
    also: dict[str, str] = Field(default_factory=dict)
    """Control to operation that goes with every setting of this one, in the same zones."""
    undoable: bool = True

    @property
    def zoned(self) -> bool:
        return "car" not in self.targets


class ReadingSpec(_Part):
    """A question about the car that one signal answers; with zones, the zone picks the signal."""

    targets: dict[Zone | Literal["car"], str]
    unit: Unit = "none"
    scale: float = 1.0
    """Multiplies the signal's value into `unit`."""
    digits: int = 0
    max_age_s: float = 10.0
    """Older values are answered as not known."""


class PolicyRow(_Part):
    """One line of the policy table. It applies when zone, path (or app) and value match; then every demand
    it makes must hold. Demands are refused on, except `confirm`, which asks."""

    id: str
    zones: list[Zone] = Field(default_factory=list)
    """Empty means from any zone."""
    paths: list[str] = Field(default_factory=list)
    apps: list[str] = Field(default_factory=list)
    unless_paths: dict[Zone, list[str]] = Field(default_factory=dict)
    """Paths that a zone may set in spite of this row."""
    values: list[Scalar] = Field(default_factory=list)
    """Empty means any value."""
    rising: bool = False
    """Only when the wanted value is above the current one, or the current one is not known."""
    never: bool = False
    standstill: bool = False
    confirm: bool = False
    max_speed_km_h: float | None = None
    must_be: dict[str, Scalar] = Field(default_factory=dict)

    def covers(self, path: str) -> bool:
        return any(fnmatchcase(path, pattern) for pattern in self.paths)


class Deciding(_Part):
    """The sensors that policy decides on, and how old they may be."""

    speed: str
    moving: str
    max_age_s: float = 2.0


class VehicleProfile(_Part):
    """A whole car."""

    name: str
    signals: dict[str, Signal]
    controls: dict[str, Control]
    readings: dict[str, ReadingSpec]
    apps: dict[str, list[str]]
    """App to its actions."""
    deciding: Deciding
    policy: list[PolicyRow]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        named = [p for c in self.controls.values() for paths in c.targets.values() for p in paths]
        named += [p for r in self.readings.values() for p in r.targets.values()]
        named += [self.deciding.speed, self.deciding.moving, *(p for row in self.policy for p in row.must_be)]
        if unknown := sorted(set(named) - self.signals.keys()):
            raise ValueError(f"no such signal: {', '.join(unknown)}")
        if dead := [row.id for row in self.policy for p in row.paths if not self._matches(p)]:
            raise ValueError(f"policy rows that match no signal: {', '.join(dead)}")
        for name, control in self.controls.items():
            if unknown := sorted(control.also.keys() - self.controls.keys()):
                raise ValueError(f"{name} goes with unknown controls: {', '.join(unknown)}")
        return self

    def _matches(self, pattern: str) -> bool:
        return any(fnmatchcase(path, pattern) for path in self.signals)

    @cached_property
    def control_of(self) -> dict[str, str]:
        """The first control that each path belongs to."""
        owners: dict[str, str] = {}
        for name, control in self.controls.items():
            for paths in control.targets.values():
                for path in paths:
                    owners.setdefault(path, name)
        return owners


def load_profile(file: Path) -> VehicleProfile:
    """Read and check a profile. Raises `ConfigError` (`config-unreadable`, `config-syntax`, `config-bad-profile`)."""
    raw = read_yaml(file)
    try:
        return VehicleProfile.model_validate(raw)
    except ValidationError as error:
        lines = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigError("bad-profile", f"{file}: " + "; ".join(lines)) from error
