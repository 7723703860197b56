"""`cockpit run`: the service."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from cockpit.cli.options import Subcommands, add_settings, settings_of
from cockpit.config import Settings
from cockpit.runtime.service import Service


def add(subcommands: Subcommands) -> None:
    command = subcommands.add_parser("run", help="serve a vehicle until stopped")
    add_settings(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    asyncio.run(_serve(settings_of(args)))
    return 0


async def _serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    service = asyncio.create_task(Service(settings).run(lambda: _say_ready(settings)), name="service")
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.cancel)
    try:
        await service
    except asyncio.CancelledError:
        return


def _say_ready(settings: Settings) -> None:
    where = f"{settings.broker.host}:{settings.broker.port}"
    print(f"cockpit serves vehicle {settings.vid} on {where}", file=sys.stderr, flush=True)
