"""`cockpit privacy log|purge`: what was sent to the cloud when, to whom and why; and forgetting it."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from cockpit.cli.options import Subcommands
from cockpit.config import load_settings
from cockpit.record import Entry, SentRecord


def add(subcommands: Subcommands) -> None:
    command = subcommands.add_parser("privacy", help="what was sent to the cloud when, to whom and why")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    log = actions.add_parser("log", help="show every send that is kept")
    log.add_argument("--json", action="store_true", help="print JSON Lines")
    log.set_defaults(run=_log)
    purge = actions.add_parser("purge", help="forget all of it")
    purge.set_defaults(run=_purge)
    for action in (log, purge):
        action.add_argument("--config", type=Path, metavar="FILE", help="settings in TOML")


def _record(args: argparse.Namespace) -> SentRecord:
    return SentRecord(load_settings(args.config).privacy.record)


def _log(args: argparse.Namespace) -> int:
    entries = [*_record(args).entries()]
    if args.json:
        for entry in entries:
            print(json.dumps(asdict(entry), ensure_ascii=False))
        return 0
    if not entries:
        print("Nothing was sent to the cloud.")
        return 0
    table = Table("when", "turn", "to", "model", "why", "taken out", "bytes up", "bytes down", "outcome", "text")
    for entry in entries:
        table.add_row(*_cells(entry))
    Console(highlight=False).print(table)
    return 0


def _cells(entry: Entry) -> list[str]:
    sent, ended = entry.sent, entry.ended
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(sent.ts))
    down, outcome = (str(ended.bytes_down), ended.outcome) if ended else ("?", "unknown")
    text = sent.text or f"sha256 {sent.hash[:12]}"
    to = f"{sent.provider} ({sent.host})"
    return [when, sent.turn, to, sent.model, sent.reason, str(sent.redactions), str(sent.bytes_up), down, outcome, text]


def _purge(args: argparse.Namespace) -> int:
    print(f"{_record(args).purge()} sends forgotten.")
    return 0
