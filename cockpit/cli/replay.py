"""`cockpit replay`: drives again, on virtual time; shows what this build does otherwise."""

from __future__ import annotations

import argparse
import asyncio
import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from cockpit.cli.options import Subcommands
from cockpit.config import Settings, load_settings
from hil.drive.difference import TOLERANCE_MS, Difference, differences, turns
from hil.drive.format import Drive
from hil.drive.golden import drives, golden
from hil.drive.recognition import heard_again
from hil.drive.replay import replay


def add(subcommands: Subcommands) -> None:
    command = subcommands.add_parser("replay", help="run drives against this build; status 1 where it differs")
    command.add_argument("drive", nargs="+", type=Path, metavar="FILE", help="drives, or folders of them")
    command.add_argument("--config", type=Path, metavar="FILE", help="settings in TOML")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.add_argument("--tolerance-ms", type=int, default=TOLERANCE_MS, help="by so much a reply may be off in time")
    command.add_argument("--recognise", action="store_true", help="hear kept recordings again, with this build's ears")
    command.add_argument("--update", action="store_true", help="write what this build does into the drives")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    settings = load_settings(args.config)
    found: dict[Path, list[Difference]] = {}
    told = []
    for file in drives(args.drive):
        then = Drive.read(file)
        now = _driven(then, settings, recognise=args.recognise)
        found[file] = differences(then, now, args.tolerance_ms)
        told.append({"drive": str(file), "turns": len(turns(then)), "differences": [asdict(d) for d in found[file]]})
        if args.update and found[file]:
            golden(now).write(file)
    if args.json:
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _show(found, updated=args.update)
    return 1 if any(found.values()) and not args.update else 0


def _driven(drive: Drive, settings: Settings, *, recognise: bool) -> Drive:
    given = asyncio.run(heard_again(drive, settings)) if recognise else drive
    return replay(given, settings)


def _show(found: dict[Path, list[Difference]], *, updated: bool) -> None:
    console = Console(highlight=False)
    for file, differences_of in found.items():
        if not differences_of:
            console.print(f"{file}: as it was")
            continue
        table = Table("said", "differs in", "drive", "this build", title=f"{file}{' (updated)' if updated else ''}")
        for one in differences_of:
            table.add_row(one.said, one.what, one.then or "—", one.now or "—")
        console.print(table)
