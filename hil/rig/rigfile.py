"""A rig as a YAML file: what is where, by which driver, how its assistant is set, and what it may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cockpit.config import Settings, load_settings
from cockpit.errors import ConfigError
from cockpit.yamlfile import read_yaml
from hil.rig.driver import ROLES, Driver, Resource, Role
from hil.rig.errors import RigError
from hil.rig.registry import driver

RIGS = Path(__file__).parent.parent / "rigs"
"""The rigs that come along."""

NEEDED: tuple[Role, ...] = ("broker", "bus", "car", "board", "voice")


class Lease(BaseModel):
    """How a rig is kept to one person: by a lock on this machine, on the broker too where several machines reach it, or
    not at all where everything is made anew for each run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kept_by: Literal["machine", "broker", "nothing"] = "machine"
    ttl_s: Annotated[float, Field(ge=3, le=3600)] = 30.0
    """On the broker: how long it holds when its holder is not heard of any more."""


class RigFile(BaseModel):
    """The file's keys. `resources`: by a name of one's own, a `driver` and what that wants to know."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
    title: str = ""
    lease: Lease = Lease()
    boot_s: Annotated[float, Field(gt=0, le=3600)] = 180.0
    """Longest time from switching on until the assistant is online with all its engines."""
    settings: dict[str, Any] = Field(default_factory=dict)
    """The assistant's, as in its TOML file; the broker's address comes from the rig."""
    resources: dict[str, dict[str, Any]]
    budgets: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    """Figures that must not be exceeded, by name; one that cannot be had fails the run."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """A resource with its driver."""

    name: str
    driver: type[Driver[Any]]
    where: Resource


@dataclass(frozen=True, slots=True)
class RigPlan:
    """A rig file that was read and found to be in order. `fittings` are in the order in which they are opened."""

    file: Path
    rig: RigFile
    settings: Settings
    fittings: tuple[Fitting, ...]


def read_rig(file: Path) -> RigPlan:
    """Read a rig's file, or the rig that comes along under that name (`virtual`). Raises `RigError` (`rig-invalid`)."""
    if file.suffix == "" and not file.exists():
        file = RIGS / f"{file}.yaml"
    try:
        rig = RigFile.model_validate(read_yaml(file))
        settings = load_settings(None, **rig.settings)
    except ConfigError as error:
        raise RigError("invalid", f"{file}: {error.message}") from error
    except ValidationError as error:
        raise RigError("invalid", f"{file}: {_in_words(error)}") from error
    fittings = [_fitting(file, name, given) for name, given in rig.resources.items()]
    _check_roles(file, fittings)
    fittings.sort(key=lambda fitting: ROLES.index(fitting.driver.role))
    return RigPlan(file, rig, settings, tuple(fittings))


def _fitting(file: Path, name: str, given: Mapping[str, Any]) -> Fitting:
    place = f"{file}: resources.{name}"
    where = dict(given)
    if not isinstance(named := where.pop("driver", None), str):
        raise RigError("invalid", f"{place}: wants a driver")
    try:
        found = driver(named)
        return Fitting(name, found, found.resource.model_validate(where))
    except RigError as error:
        raise RigError("invalid", f"{place}: {error.message}") from error
    except ValidationError as error:
        raise RigError("invalid", f"{place}: {_in_words(error)}") from error


def _check_roles(file: Path, fittings: list[Fitting]) -> None:
    by_role: dict[Role, list[str]] = {}
    for fitting in fittings:
        by_role.setdefault(fitting.driver.role, []).append(fitting.name)
    for role, names in by_role.items():
        if len(names) > 1 and role != "can":
            raise RigError("invalid", f"{file}: resources: {' and '.join(names)} are both the rig's {role}")
    if missing := [role for role in NEEDED if role not in by_role]:
        raise RigError("invalid", f"{file}: resources: there is no {', '.join(missing)}")


def _in_words(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, one['loc'])) or 'the file'}: {one['msg']}" for one in error.errors())
