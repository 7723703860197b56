"""`cockpit can gateway|decode|check`: the vehicle on CAN."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.broker.folder import BrokerFolder
from cockpit.broker.roles import Client
from cockpit.cli.options import Subcommands, add_credentials, add_settings, settings_of
from cockpit.config import BrokerSettings, CanSettings, Settings
from cockpit.errors import CanError
from cockpit.profile import load_profile

if TYPE_CHECKING:
    from cockpit.can.database import CanDatabase


def add(subcommands: Subcommands) -> None:
    command = subcommands.add_parser("can", help="a vehicle on CAN: gateway, frames in words")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    gateway = actions.add_parser("gateway", help="stand between MQTT and CAN, both ways")
    gateway.set_defaults(run=_gateway)
    add_credentials(gateway)
    decode = actions.add_parser("decode", help="frames of the bus, or of a log, as signals and values in JSON Lines")
    decode.add_argument(
        "log", nargs="?", type=Path, help="a log of candump -L, .asc, .blf or .trc; else the bus itself"
    )
    decode.set_defaults(run=_decode)
    check = actions.add_parser(
        "check", help="what the DBC lacks of the vehicle profile, and frames that can be confused"
    )
    check.set_defaults(run=_check)
    for action in (gateway, decode, check):
        add_settings(action)
        action.add_argument("--interface", help="python-can's name of the interface (default socketcan)")
        action.add_argument("--channel", help="the bus (default can0)")
        action.add_argument("--dbc", type=Path, help="the DBC (default the reference vehicle's)")


def _prepared(args: argparse.Namespace) -> tuple[Settings, CanSettings, CanDatabase]:
    """Settings and database. Raises `CanError` (`can-not-installed`, `can-bad-dbc`), `ConfigError`."""
    try:
        from cockpit.can.database import load_database  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise CanError("not-installed", f"{error}; install it with: pip install 'cockpit-voice[can]'") from error
    settings = settings_of(args)
    given = {"interface": args.interface, "channel": args.channel, "database": args.dbc}
    bus = settings.can.model_copy(update={name: value for name, value in given.items() if value is not None})
    return settings, bus, load_database(bus.database, load_profile(settings.profile))


def _gateway(args: argparse.Namespace) -> int:
    settings, bus, database = _prepared(args)
    from cockpit.can.gateway import Gateway  # noqa: PLC0415 (an extra)

    folder = BrokerFolder(args.credentials) if args.credentials else None

    def broker(provider: str) -> BrokerSettings:
        return folder.connection(Client("provider", provider), settings.broker) if folder else settings.broker

    async def stand() -> None:
        await Gateway(database, bus, broker, settings.vid).run()

    names = ", ".join(ecu.name for ecu in database.ecus)
    print(f"{settings.vid}: {names} on {bus.interface} {bus.channel}", file=sys.stderr, flush=True)
    asyncio.run(stand())
    return 0


def _decode(args: argparse.Namespace) -> int:
    """Until the log ends, or Ctrl-C."""
    _, bus, database = _prepared(args)
    from cockpit.can.decoding import Decoder  # noqa: PLC0415 (an extra)

    decoder = Decoder(database)
    for frame in decoder.of_log(args.log) if args.log else decoder.of_bus(bus):
        print(json.dumps(frame, ensure_ascii=False), flush=args.log is None)
    counted = Counter(decoder.verdicts)
    print(", ".join(f"{verdict} {count}" for verdict, count in sorted(counted.items())), file=sys.stderr)
    return 0


def _check(args: argparse.Namespace) -> int:
    """Exit status 1 where something is missing or can be confused."""
    _, bus, database = _prepared(args)
    for path in database.missing:
        print(f"missing: {path}")
    for one, other in database.confusable:
        print(f"confusable: the checksums of {one} and {other} do not tell their identifiers apart")
    frames = [frame for frame in database.frames.values() if frame.role != "other"]
    load = sum(1 / frame.cycle_s for frame in frames if frame.cycle_s)
    told = sum(len(ecu.paths) for ecu in database.ecus)
    print(
        f"{bus.database.name}: {len(frames)} frames of {len(database.ecus)} ECUs, {told} signals, {load:.0f} frames/s"
    )
    return 1 if database.missing or database.confusable else 0
