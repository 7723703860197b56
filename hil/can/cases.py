"""The contract's cases over frames: `python -m hil.can.cases`, with the arguments and floors of `hil.cases`.

Two brokers: on one the assistant and the gateway, on the other the runner, which plays the car. The vehicle's topics
cross as CAN frames only, on a virtual CAN bus; what is not the vehicle's is relayed (`hil/can/relay.py`).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cockpit.bus import Bus
from cockpit.can.database import load_database
from cockpit.can.gateway import Gateway
from cockpit.config import BrokerSettings, CanSettings, load_settings
from cockpit.profile import load_profile
from hil.broker import RunningBroker, running_broker
from hil.can.ecu import EcuNetwork
from hil.can.mirror import VehicleMirror
from hil.can.relay import Relay
from hil.cases import main, service

LEAST_TIMEOUT_S = 2.0
"""Simulated ECUs share the machine with recognisers and models; a real one is never this late."""


@asynccontextmanager
async def over_can(vid: str, log: Path) -> AsyncIterator[RunningBroker]:
    """A `Stage` of `hil.cases` with the gateway in its middle."""
    async with (
        running_broker() as near,
        running_broker() as far,
        frames_between(near, far, vid),
        service(near, vid, log),
    ):
        yield far


@asynccontextmanager
async def frames_between(near: RunningBroker, far: RunningBroker, vid: str) -> AsyncIterator[Gateway]:
    """The vehicle of `far` is on `near` as the gateway tells it."""
    settings = load_settings()
    database = load_database(settings.can.database, load_profile(settings.profile))
    virtual = CanSettings(
        interface="virtual",
        channel=f"{vid}-{near.port}",
        database=settings.can.database,
        least_timeout_s=LEAST_TIMEOUT_S,
    )
    address, other = (BrokerSettings(host=broker.host, port=broker.port) for broker in (near, far))
    here, there = Bus(address), Bus(other)
    gateway = Gateway(database, virtual, lambda _: address, vid)
    ecus = EcuNetwork(database, virtual)
    VehicleMirror(ecus, there, vid)
    relay = Relay(here, there, vid, ecus)
    tasks = [asyncio.create_task(part.run()) for part in (gateway, ecus, relay, here, there)]
    try:
        yield gateway
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if gateway.counters:
            sys.stdout.write("gateway: " + ", ".join(f"{k} {n}" for k, n in sorted(gateway.counters.items())) + "\n")


if __name__ == "__main__":
    sys.exit(main(over_can, "python -m hil.can.cases"))
