"""`cockpit demo`: a car driven by voice, with everything it needs started here."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from rich.console import Console

from cockpit.cli.options import Subcommands, add_settings, settings_of
from cockpit.errors import ModelError
from cockpit.runtime.readiness import missing_models
from hil.demo import run_demo


def add(subcommands: Subcommands) -> None:
    command = subcommands.add_parser("demo", help="speak recorded utterances to the assistant and show every turn")
    add_settings(command)
    command.add_argument("--out", type=Path, default=Path("out/demo"), help="folder for the spoken replies")
    command.add_argument("--json", action="store_true", help="print the turns as JSON at the end")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    if missing := missing_models(settings):
        raise ModelError("missing", "; ".join(sorted(set(missing.values()))))
    console = Console(stderr=args.json, soft_wrap=True)
    results = asyncio.run(run_demo(settings, args.out, console))
    if args.json:
        turns = [{"say": r.utterance.text, "wrong": r.wrong, "events": r.exchange.events} for r in results]
        json.dump(turns, sys.stdout, ensure_ascii=False, indent=1)
    return 1 if any(result.wrong for result in results) else 0
