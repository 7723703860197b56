"""The simulated vehicle on a real broker, running while a test does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from hil.vehicle import SimulatedVehicle
from tests.broker import DEADLINE_S


@asynccontextmanager
async def running(vehicle: SimulatedVehicle) -> AsyncIterator[SimulatedVehicle]:
    task = asyncio.create_task(vehicle.run())
    try:
        await asyncio.wait_for(vehicle.ready(), DEADLINE_S)
        yield vehicle
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
