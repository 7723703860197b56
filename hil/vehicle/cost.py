"""What the simulated car costs the machine it runs on: `python -m hil.vehicle.cost`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from contextlib import suppress

from cockpit.config import Settings
from cockpit.profile import VehicleProfile, load_profile
from hil.broker import running_broker
from hil.vehicle.car import Car
from hil.vehicle.simulator import SimulatedVehicle


def physics(profile: VehicleProfile, seconds: float) -> float:
    """CPU time of `seconds` of driving without a bus, as a share of one core."""
    car = Car(profile)
    car.drive("urban")
    began_s = time.process_time()
    car.run(seconds)
    return (time.process_time() - began_s) / seconds


async def load(profile: VehicleProfile, updates_per_s: float, seconds: float) -> tuple[float, float]:
    """States a second that were told, and the CPU that took as a share of one core, broker left out."""
    async with running_broker() as broker:
        vehicle = SimulatedVehicle(profile, broker.host, broker.port)
        running = asyncio.create_task(vehicle.run())
        await vehicle.ready()
        telling = asyncio.create_task(vehicle.load(updates_per_s)) if updates_per_s else None
        before, cpu_s, began_s = vehicle.updates, time.process_time(), time.monotonic()
        await asyncio.sleep(seconds)
        passed_s = time.monotonic() - began_s
        rate, share = (vehicle.updates - before) / passed_s, (time.process_time() - cpu_s) / passed_s
        for task in (running, telling):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        return rate, share


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m hil.vehicle.cost", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--updates-per-s", type=float, default=200.0)
    args = parser.parse_args()
    profile = load_profile(Settings().profile)
    sys.stdout.write(f"physics, driving: {100 * physics(profile, 60):.2f} % of a core\n")
    for updates in (0.0, args.updates_per_s):
        rate, share = asyncio.run(load(profile, updates, args.seconds))
        sys.stdout.write(
            f"on the bus, {updates:.0f} extra updates/s: {rate:.0f} states/s, {100 * share:.1f} % of a core\n"
        )


if __name__ == "__main__":
    main()
