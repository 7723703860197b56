"""All faults of a rig in one hand: which driver does which, and which are on."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from hil.fault.kinds import Layer, checked
from hil.rig.driver import Driver, Faulty, Role
from hil.rig.errors import RigError

DONE_BY: Mapping[Layer, Role] = {"transport": "network", "device": "car", "physics": "car", "host": "board"}


class RigFaults:
    """Protocol `Faults` over the drivers of a rig, by their roles."""

    def __init__(self, drivers: Mapping[Role, Driver[Any]]) -> None:
        self._drivers = drivers
        self._on: dict[str, Faulty] = {}

    @property
    def on(self) -> tuple[str, ...]:
        """Names of those that are on, oldest first."""
        return tuple(self._on)

    def supports(self, kind: str) -> bool:
        """Whether some driver of this rig may do it. Raises `RigError` (`rig-unknown-fault`)."""
        return isinstance(self._drivers.get(DONE_BY[checked(kind, {})[0].layer]), Faulty)

    async def begin(self, kind: str, args: Mapping[str, Any]) -> str:
        known, complete = checked(kind, args)
        role = DONE_BY[known.layer]
        driver = self._drivers.get(role)
        if not isinstance(driver, Faulty):
            what = f"the driver of its {role} has no faults" if role in self._drivers else f"it has no {role}"
            raise RigError("unsupported", f"{kind}: this rig cannot do it, {what}")
        name = await driver.begin(kind, complete)
        self._on[name] = driver
        return name

    async def end(self, name: str) -> None:
        """Raises `RigError` (`rig-unknown-fault`)."""
        if (driver := self._on.pop(name, None)) is None:
            raise RigError("unknown-fault", f"no fault {name} is on")
        await driver.end(name)

    async def clear(self) -> None:
        """End all, newest first; one that its driver has forgotten by itself is over, too."""
        for name in reversed(self.on):
            with suppress(RigError):
                await self.end(name)
