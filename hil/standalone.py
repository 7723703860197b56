"""Everything in one process: a broker, the simulated vehicle, the assistant, and somebody to speak to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

from cockpit.bus import Bus
from cockpit.config import Settings
from cockpit.runtime.service import Service
from hil.broker import RunningBroker, running_broker
from hil.conversation import Conversation, Event
from hil.vehicle.simulator import SimulatedVehicle


@dataclass(frozen=True, slots=True)
class Stand:
    """What stands there while `standalone` lasts."""

    broker: RunningBroker
    vehicle: SimulatedVehicle
    service: Service
    person: Conversation
    stop_broker: Callable[[], Awaitable[None]]


@asynccontextmanager
async def standalone(settings: Settings, watch: Callable[[Event], None] | None = None) -> AsyncIterator[Stand]:
    """A broker on a free port, the simulated vehicle, the assistant with `settings` (but for the broker's address)
    and a `Conversation` that is connected, with the assistant online."""
    async with AsyncExitStack() as brokers, asyncio.TaskGroup() as group:
        broker = await brokers.enter_async_context(running_broker())
        local = settings.broker.model_copy(update={"host": broker.host, "port": broker.port})
        settings = settings.model_copy(update={"broker": local})
        service = Service(settings)
        vehicle = SimulatedVehicle(service.profile, broker.host, broker.port, settings.vid)
        bus = Bus(local)
        person = Conversation(bus, settings.vid, watch)
        tasks = [group.create_task(vehicle.run())]
        try:
            await vehicle.ready()
            tasks += [group.create_task(service.run()), group.create_task(bus.run())]
            await bus.wait_connected()
            await person.online()
            yield Stand(broker, vehicle, service, person, brokers.aclose)
        finally:
            for task in tasks:
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks, return_exceptions=True)
