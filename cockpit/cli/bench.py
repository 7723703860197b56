"""`cockpit bench`: latency, memory and idle load, as a table and JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from cockpit.cli.options import Subcommands, add_settings, settings_of
from hil.bench import Figures, run_bench


def add(subcommands: Subcommands) -> None:
    command = subcommands.add_parser("bench", help="measure latency, memory and idle load")
    add_settings(command)
    command.add_argument("--rounds", type=int, default=3, help="how often the recordings are spoken")
    command.add_argument("--idle", type=float, default=20.0, metavar="S", help="seconds of listening to noise")
    command.add_argument("--json", type=Path, metavar="FILE", help="write every value measured")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    figures = asyncio.run(run_bench(settings_of(args), args.rounds, args.idle))
    machine = f"{platform.machine()}, {psutil.cpu_count()} cores, Python {platform.python_version()}"
    Console().print(_table(figures, machine))
    if args.json:
        rows = [{"name": f.name, "unit": f.unit, "median": f.median, "p95": f.p95, "values": f.values} for f in figures]
        args.json.write_text(json.dumps({"machine": machine, "figures": rows}, ensure_ascii=False, indent=1), "utf-8")
    return 0


def _table(figures: list[Figures], machine: str) -> Table:
    table = Table(title=f"cockpit bench on {machine}")
    for heading in ("what", "median", "p95", "n", "unit"):
        table.add_column(heading, justify="left" if heading in ("what", "unit") else "right")
    for row in figures:
        table.add_row(row.name, f"{row.median:.1f}", f"{row.p95:.1f}", str(len(row.values)), row.unit)
    return table
