"""`cockpit record`: keeps a drive, as it goes by on the bus, until stopped."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from datetime import datetime
from pathlib import Path

from cockpit.bus import Bus
from cockpit.cli.options import Subcommands, add_settings, settings_of
from cockpit.config import Settings
from cockpit.errors import BusError, ConfigError
from hil.drive.recorder import Keeping, Recorder


def add(subcommands: Subcommands) -> None:
    usual = Keeping()
    command = subcommands.add_parser("record", help="keep a drive: what the car, the apps and the assistant say")
    add_settings(command)
    command.add_argument("--out", type=Path, metavar="FILE", help="default: drive-<date>-<time>.jsonl")
    command.add_argument("--personal", action="store_true", help="keep words, places and names: needed for a replay")
    command.add_argument("--audio", action="store_true", help="keep sounds too, with --personal")
    command.add_argument("--seconds", type=float, help="stop by itself after so long")
    command.add_argument("--size-mb", type=float, default=usual.size_mb, help="begin a new part after so much")
    command.add_argument("--parts", type=int, default=usual.parts, help="keep so many parts; the oldest goes")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if args.audio and not args.personal:
        raise ConfigError("personal", "--audio keeps what people say, and so wants --personal")
    file = args.out or Path(f"drive-{datetime.now():%Y%m%d-%H%M%S}.jsonl")
    keeping = Keeping(args.personal, args.audio, args.size_mb, args.parts)
    asyncio.run(_record(settings_of(args), file, keeping, args.seconds))
    return 0


async def _record(settings: Settings, file: Path, keeping: Keeping, seconds: float | None) -> None:
    """Keep until SIGTERM or SIGINT, or for `seconds`. Raises `BusError` (`bus-away`) when no broker was there."""
    bus = Bus(settings.broker)
    recorder = Recorder(bus, settings.vid, file, keeping)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, recorder.stop)
    if seconds is not None:
        loop.call_later(seconds, recorder.stop)
    words = "with words" if keeping.personal else "without words"
    print(f"recording vehicle {settings.vid} into {file}, {words}; Ctrl-C ends it", file=sys.stderr, flush=True)
    met = asyncio.Event()

    async def meet() -> None:
        met.set()

    bus.on_connect.append(meet)
    async with bus.running():
        await recorder.run()
    if not met.is_set():
        where = f"{settings.broker.host}:{settings.broker.port}"
        raise BusError("away", f"no broker answered at {where}: nothing was heard")
    lost = f", {recorder.lost} lost" if recorder.lost else ""
    print(f"{file}: {recorder.kept} messages{lost}", file=sys.stderr)
