"""The table of fault kinds (`kinds.yaml`): what there is, and whether the arguments given fit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from cockpit.yamlfile import read_yaml
from hil.rig.errors import RigError

TABLE = Path(__file__).with_name("kinds.yaml")

Layer = Literal["transport", "device", "physics", "host"]
ArgumentType = Literal["text", "number", "whole", "flag", "any"]

_ACCEPTED: dict[ArgumentType, tuple[type, ...]] = {
    "text": (str,),
    "number": (int, float),
    "whole": (int,),
    "flag": (bool,),
    "any": (bool, int, float, str, type(None)),
}


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Argument(Entry):
    """What a kind takes. `range` is inclusive, in `unit`."""

    type: ArgumentType
    default: bool | int | float | str | None
    means: str
    unit: str = ""
    range: tuple[float, float] | None = None
    of: tuple[str, ...] = ()

    def wrong(self, value: object) -> str:
        """Why `value` cannot be this argument, in words; empty where it can."""
        if not isinstance(value, _ACCEPTED[self.type]) or (
            isinstance(value, bool) and self.type in {"number", "whole"}
        ):
            return f"{value!r} is no {self.type}"
        if self.of and value not in self.of:
            return f"{value!r} is none of {', '.join(self.of)}"
        if self.range and isinstance(value, int | float) and not self.range[0] <= value <= self.range[1]:
            return f"{value} is not within {self.range[0]:g} and {self.range[1]:g} {self.unit}".rstrip()
        return ""


class Kind(Entry):
    """One kind of fault: where it strikes and what it does."""

    layer: Layer
    does: str
    args: Mapping[str, Argument] = Field(default_factory=dict)


@lru_cache
def kinds() -> Mapping[str, Kind]:
    """All kinds by name. Raises `ConfigError` or pydantic's `ValidationError` where the table itself is wrong."""
    return TypeAdapter(dict[str, Kind]).validate_python(read_yaml(TABLE))


def checked(name: str, args: Mapping[str, Any]) -> tuple[Kind, dict[str, Any]]:
    """The kind of that name and all of its arguments, defaults filled in. Raises `RigError` (`rig-unknown-fault`)."""
    kind = kinds().get(name)
    if kind is None:
        raise RigError("unknown-fault", f"there is no fault {name!r}; there are {', '.join(sorted(kinds()))}")
    if unknown := sorted(set(args) - set(kind.args)):
        raise RigError(
            "unknown-fault", f"{name} takes no {', '.join(unknown)}; it takes {', '.join(kind.args) or 'none'}"
        )
    for key, value in args.items():
        if wrong := kind.args[key].wrong(value):
            raise RigError("unknown-fault", f"{name}.{key}: {wrong}")
    return kind, {key: args.get(key, argument.default) for key, argument in kind.args.items()}
