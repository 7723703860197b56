"""The car of a rig, simulated: protocol `Car`, and the faults of layers `device` and `physics`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from cockpit.types import Scalar
from hil.rig.errors import RigError
from hil.trace import Trace
from hil.vehicle.faults import KINDS
from hil.vehicle.simulator import SimulatedVehicle

READY_S = 10.0
PERCENT_PER_S = 25.0
"""Windows of a real car: four seconds for all of their way."""


class SimulatedCar:
    """Enters the bus when entered and is there on return; leaves it when left."""

    kinds = frozenset(KINDS)
    """Faults that it can begin."""

    def __init__(self, trace: Trace, vehicle: SimulatedVehicle) -> None:
        self._trace, self.vehicle = trace, vehicle
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Raises `RigError` (`rig-late`) where the bus cannot be reached in time."""
        self._task = asyncio.create_task(self.vehicle.run(), name="simulated car")
        try:
            async with asyncio.timeout(READY_S):
                await self.vehicle.ready()
        except BaseException as error:
            await self._leave()
            if isinstance(error, TimeoutError):
                raise RigError("late", f"the simulated car was not on the bus after {READY_S:.0f} s") from error
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._leave()

    async def prepare(self, values: Mapping[str, Scalar]) -> None:
        ended = self.vehicle.car.faults.names
        self._trace.add("step", "prepare", {"values": dict(values)})
        await self.vehicle.prepare(values)
        for name in ended:
            self._ended(name)

    async def put(self, path: str, value: Scalar) -> None:
        """Raises `RigError` (`rig-unsupported`) for a signal or a value that the car cannot have."""
        self._trace.add("step", "put", {"path": path, "value": value})
        await self.vehicle.put(path, value)

    async def drive(self, cycle: str) -> None:
        """Raises `RigError` (`rig-unsupported`) for a cycle that there is not."""
        self._trace.add("step", "drive", {"cycle": cycle})
        await self.vehicle.drive(cycle)

    def value(self, path: str) -> Scalar:
        """Raises `RigError` (`rig-unsupported`) for a signal that the car does not have."""
        if path not in self.vehicle.values:
            raise RigError("unsupported", f"the car has no signal {path}")
        return self.vehicle.values[path]

    async def begin(self, kind: str, args: Mapping[str, Any]) -> str:
        """Start a fault; gives its name. Raises `RigError` (`rig-unknown-fault`)."""
        name = await self.vehicle.begin(kind, args)
        self._trace.add("fault", kind, {"name": name, "state": "begun", "args": dict(args)})
        return name

    async def end(self, name: str) -> None:
        """Raises `RigError` (`rig-unknown-fault`) for a fault that is not on."""
        await self.vehicle.end(name)
        self._ended(name)

    async def clear(self) -> None:
        for name in self.vehicle.car.faults.names:
            await self.end(name)

    def _ended(self, name: str) -> None:
        self._trace.add("fault", name.rpartition("-")[0], {"name": name, "state": "ended"})

    async def _leave(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
