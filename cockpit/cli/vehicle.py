"""`cockpit vehicle`: the simulated vehicle with its apps, on any broker."""

from __future__ import annotations

import argparse
import asyncio
import sys

from cockpit.cli.options import Subcommands, add_settings, settings_of
from cockpit.config import Settings
from cockpit.profile import load_profile
from hil.vehicle.simulator import SimulatedVehicle


def add(subcommands: Subcommands) -> None:
    command = subcommands.add_parser("vehicle", help="simulate a vehicle and its apps")
    add_settings(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    asyncio.run(_simulate(settings_of(args)))
    return 0


async def _simulate(settings: Settings) -> None:
    broker = settings.broker
    vehicle = SimulatedVehicle(load_profile(settings.profile), broker.host, broker.port, settings.vid)
    print(f"simulating vehicle {settings.vid} on {broker.host}:{broker.port}", file=sys.stderr, flush=True)
    await vehicle.run()
