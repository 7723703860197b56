"""Arguments, the choice of subcommand, and errors told without a traceback."""

from __future__ import annotations

import argparse
import logging
import os
import sys

from cockpit import __version__
from cockpit.cli import (
    bench,
    broker,
    can,
    demo,
    doctor,
    explain,
    hil,
    manual,
    models,
    pack,
    privacy,
    record,
    replay,
    route,
    run,
    say,
    skills,
    vehicle,
)
from cockpit.errors import CockpitError

COMMANDS = (
    run, demo, say, explain, manual, vehicle, can, record, replay,
    models, skills, pack, route, privacy, broker, doctor, bench, hil,
)  # fmt: skip


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(prog="cockpit", description="An offline-first cockpit voice assistant.")
    top.add_argument("--version", action="version", version=f"cockpit {__version__}")
    top.add_argument("-v", "--verbose", action="count", default=0, help="log more; twice for everything")
    subcommands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add(subcommands)
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand; its result is the exit status. 2 for a user's mistake, 130 after Ctrl-C."""
    args = parser().parse_args(arguments)
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(args.verbose, 2)]
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    for noisy in ("amqtt", "transitions", "faster_whisper", "asyncio"):
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING) if args.verbose < 2 else logging.DEBUG)
    try:
        return _run(args)
    except CockpitError as error:
        print(f"cockpit: {error}", file=sys.stderr)
        return 2
    except TimeoutError as error:
        print(f"cockpit: timed out{': ' + str(error) if str(error) else ''}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(args: argparse.Namespace) -> int:
    """The subcommand; of a group with one error in it, that error."""
    try:
        status: int = args.run(args)
    except BaseExceptionGroup as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        raise error from group
    return status
