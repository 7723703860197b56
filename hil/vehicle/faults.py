"""What can be wrong with the simulated car and its apps: one class a kind, and those that are on.

Each kind is named as in scenarios (`never-answer`); its fields are the arguments it takes. `path` is a pattern of VSS
paths. Physics, control units, reports and apps ask for the faults that concern them; nobody else knows of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cockpit.types import Scalar
from hil.rig.errors import RigError

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(gt=0, le=3600)]


class Fault(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: ClassVar[str]
    layer: ClassVar[Literal["device", "physics"]]


class OnPaths(Fault):
    path: str = "*"

    def concerns(self, path: str) -> bool:
        return fnmatchcase(path, self.path)


class OnApps(Fault):
    layer = "device"
    app: str = "*"
    action: str = "*"

    def concerns(self, app: str, action: str = "*") -> bool:
        return fnmatchcase(app, self.app) and (action == "*" or fnmatchcase(action, self.action))


class Reject(OnPaths):
    """The control unit refuses."""

    kind, layer = "reject", "device"
    code: str = "refused"


class NeverAnswer(OnPaths):
    """Hears, does nothing and says nothing."""

    kind, layer = "never-answer", "device"


class HalfWay(OnPaths):
    """Stops after a share of the way, and says so, or that it succeeded."""

    kind, layer = "half-way", "device"
    share: Share = 0.5
    reports: Literal["failed", "succeeded"] = "failed"
    code: str = "obstacle"


class WrongValue(OnPaths):
    """Takes another value than it is told, and reports success; which one, where none is given, is chosen by type."""

    kind, layer = "wrong-value", "device"
    value: Scalar | None = None


class Late(OnPaths):
    """Accepts at once, and acts and answers so many seconds later."""

    kind, layer = "late", "device"
    s: Seconds = 5.0


class DuplicateResult(OnPaths):
    """Tells each final result so many times."""

    kind, layer = "duplicate-result", "device"
    times: Annotated[int, Field(ge=2, le=100)] = 2


class Stuck(OnPaths):
    """Reports success, but nothing changes."""

    kind, layer = "stuck", "device"


class ProviderOffline(Fault):
    """The vehicle says that nobody serves its signals; they are not told meanwhile."""

    kind, layer = "provider-offline", "device"


class ClockSkew(Fault):
    """The vehicle's clock is ahead by so many seconds, or behind."""

    kind, layer = "clock-skew", "device"
    s: float = 5.0


class Obstacle(OnPaths):
    """Something is in the way at a place, in the signal's unit; the part stays on the side where it was."""

    kind, layer = "obstacle", "physics"
    at: float = 40.0


class LowVoltage(Fault):
    """The 12 V battery gives no more than that."""

    kind, layer = "low-voltage", "physics"
    volts: Annotated[float, Field(ge=0, le=16)] = 8.5


class SensorDrift(OnPaths):
    """What is told moves away from the truth, in units per second."""

    kind, layer = "sensor-drift", "physics"
    per_s: float = 1.0


class SensorNoise(OnPaths):
    """What is told scatters around the truth, by a standard deviation in units."""

    kind, layer = "sensor-noise", "physics"
    deviation: Annotated[float, Field(gt=0)] = 1.0


class FrozenSensor(OnPaths):
    """The value is not told any more; or, where it is `repeated`, the last one is told again and again as if fresh."""

    kind, layer = "frozen-sensor", "physics"
    repeated: bool = False


class AppFails(OnApps):
    kind = "app-fails"
    reason: str = "internal error"


class AppNeverAnswers(OnApps):
    kind = "app-never-answers"


class AppLate(OnApps):
    kind = "app-late"
    s: Seconds = 5.0


class AppOffline(OnApps):
    kind = "app-offline"


class AppHostile(OnApps):
    """Every text of an app's answer is `text`, so many times over: the name of one in `data.yaml` under `hostile`, or
    one's own."""

    kind = "app-hostile"
    text: str = "inject"
    times: Annotated[int, Field(ge=1, le=10_000)] = 1


KINDS: dict[str, type[Fault]] = {
    kind.kind: kind
    for kind in (
        Reject, NeverAnswer, HalfWay, WrongValue, Late, DuplicateResult, Stuck, ProviderOffline, ClockSkew,
        Obstacle, LowVoltage, SensorDrift, SensorNoise, FrozenSensor,
        AppFails, AppNeverAnswers, AppLate, AppOffline, AppHostile,
    )
}  # fmt: skip

PathFault = TypeVar("PathFault", bound=OnPaths)
AppFault = TypeVar("AppFault", bound=OnApps)
AnyFault = TypeVar("AnyFault", bound=Fault)


class Faults:
    """Those that are on, by name. Where several of a kind concern one thing, the newest holds."""

    def __init__(self) -> None:
        self._on: dict[str, Fault] = {}
        self._begun: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._on)

    @property
    def names(self) -> tuple[str, ...]:
        """Of those that are on, oldest first."""
        return tuple(self._on)

    def begin(self, kind: str, args: Mapping[str, Any]) -> str:
        """Start one; gives the name by which it is ended. Raises `RigError` (`rig-unknown-fault`)."""
        if kind not in KINDS:
            raise RigError("unknown-fault", f"{kind}: the car knows {', '.join(sorted(KINDS))}")
        try:
            fault = KINDS[kind].model_validate(dict(args))
        except ValidationError as error:
            first = error.errors()[0]
            raise RigError("unknown-fault", f"{kind}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
        self._begun[kind] += 1
        name = f"{kind}-{self._begun[kind]}"
        self._on[name] = fault
        return name

    def end(self, name: str) -> None:
        """Raises `RigError` (`rig-unknown-fault`) for one that is not on."""
        if self._on.pop(name, None) is None:
            raise RigError("unknown-fault", f"no fault {name} is on")

    def clear(self) -> None:
        self._on.clear()

    def on(self, kind: type[AnyFault]) -> AnyFault | None:
        """The newest of that kind."""
        return next((fault for fault in reversed(self._on.values()) if isinstance(fault, kind)), None)

    def at(self, path: str, kind: type[PathFault]) -> PathFault | None:
        """The newest of that kind that concerns `path`."""
        return next((fault for _, fault in self.all_at(path, kind)), None)

    def all_at(self, path: str, kind: type[PathFault]) -> Iterator[tuple[str, PathFault]]:
        """Those of that kind that concern `path`, newest first, with their names."""
        for name, fault in reversed(self._on.items()):
            if isinstance(fault, kind) and fault.concerns(path):
                yield name, fault

    def of(self, app: str, action: str, kind: type[AppFault]) -> AppFault | None:
        """The newest of that kind that concerns an app's action."""
        faults = (fault for fault in reversed(self._on.values()) if isinstance(fault, kind))
        return next((fault for fault in faults if fault.concerns(app, action)), None)
