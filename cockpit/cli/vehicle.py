"""`cockpit vehicle`: the simulated vehicle with its apps, on any broker."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from cockpit.broker.folder import BrokerFolder
from cockpit.cli.options import Subcommands, add_credentials, add_settings, settings_of
from cockpit.config import Settings
from cockpit.profile import load_profile
from hil.vehicle.credentials import trust
from hil.vehicle.simulator import SimulatedVehicle
from hil.vehicle.tables import drive_cycles


def add(subcommands: Subcommands) -> None:
    command = subcommands.add_parser("vehicle", help="simulate a vehicle and its apps")
    add_settings(command)
    command.add_argument(
        "--windows",
        type=float,
        default=200.0,
        metavar="PERCENT_PER_S",
        help="speed of windows, with which all movements are scaled; 25 is that of a real car (default 200)",
    )
    command.add_argument("--drive", choices=sorted(drive_cycles()), help="a drive cycle to follow")
    add_credentials(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    asyncio.run(_simulate(settings_of(args), args.windows, args.drive, args.credentials))
    return 0


async def _simulate(settings: Settings, percent_per_s: float, cycle: str | None, credentials: Path | None) -> None:
    broker = settings.broker
    profile = load_profile(settings.profile)
    vehicle = SimulatedVehicle(profile, broker.host, broker.port, settings.vid, percent_per_s)
    if credentials is not None:
        trust(vehicle, BrokerFolder(credentials), broker)
    print(f"simulating vehicle {settings.vid} on {broker.host}:{broker.port}", file=sys.stderr, flush=True)
    if cycle is not None:
        await vehicle.drive(cycle)
    await vehicle.run()
