"""`cockpit pack` and `cockpit hear --pack`: a domain of one's own, from one YAML file, without training."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from cockpit.audio.wav import decode_wav
from cockpit.cli.options import Subcommands, add_settings, settings_of
from cockpit.pack import packfile
from cockpit.pack.evaluation import Heard, figures, heard_in, recordings, report
from cockpit.pack.hearing import PackHearing, Result

SHOWN = 12
"""Phrases and mistakes that are shown of each kind."""


def add(subcommands: Subcommands) -> None:
    command = subcommands.add_parser("pack", help="a domain of your own: check its phrases, measure how it is heard")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    checking = actions.add_parser("check", help="explain the mistakes in a phrase pack")
    checking.add_argument("file", type=Path, metavar="PACK")
    checking.set_defaults(run=_check)
    evaluating = actions.add_parser("eval", help="hear a folder of recordings, and score them where labels.json is")
    evaluating.add_argument("--pack", type=Path, required=True, metavar="PACK")
    evaluating.add_argument("--wavs", type=Path, required=True, metavar="DIR", help="the recordings, and labels.json")
    evaluating.add_argument("--json", type=Path, metavar="FILE", help="write everything that was heard")
    add_settings(evaluating)
    evaluating.set_defaults(run=_evaluate)


def hear(args: argparse.Namespace) -> int:
    """`cockpit hear --pack`: 0 where something of the pack was said, 1 where not."""
    result = _hearing(args).hear(decode_wav(args.file))
    if args.json:
        print(json.dumps(asdict(result), ensure_ascii=False))
    else:
        print(f"heard       {result.text}")
        print(f"understood  {_said(result)}")
        print(f"confidence  {result.confidence:.2f}, {result.milliseconds:.0f} ms")
    return 0 if result.intent else 1


def _said(result: Result) -> str:
    slots = ", ".join(f"{name} {value}" for name, value in result.slots.items())
    return f"{result.intent}{': ' + slots if slots else ''}" if result.intent else "nothing of this pack"


def _hearing(args: argparse.Namespace) -> PackHearing:
    return PackHearing(packfile.load(args.pack), settings_of(args))


def _check(args: argparse.Namespace) -> int:
    mistakes = packfile.check(args.file)
    for mistake in mistakes:
        print(mistake)
    if mistakes:
        print(f"{len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}")
        return 1
    pack = packfile.load(args.file)
    phrases = pack.graph.phrases(pack.lang)
    more = f" and {len(phrases) - SHOWN} more" if len(phrases) > SHOWN else ""
    print(f"{pack.name} is fine: {', '.join(sorted(set(pack.graph.ends.values())))}")
    print(f"{len(pack.graph.words)} words, {len(pack.graph.begins)} sentences")
    print(f"slots hold {'; '.join(phrases[:SHOWN])}{more}")
    return 0


def _evaluate(args: argparse.Namespace) -> int:
    files = recordings(args.wavs)
    hearing, console = _hearing(args), Console()
    heard = [*track(heard_in(args.wavs, files, hearing.hear), "hearing", total=len(files), console=console)]
    if args.json is not None:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(report(heard), "utf-8")
    console.print(_table(heard))
    for one in [one for one in heard if one.right is False or one.error][:SHOWN]:
        console.print(_mistake(one), highlight=False, markup=False)
    return 0


def _mistake(one: Heard) -> str:
    if one.result is None:
        return f"{one.file}: {one.error}"
    wanted = one.wanted
    meant = f"{wanted.intent} {dict(wanted.slots)}" if wanted and wanted.intent else "nothing of this pack"
    return f"{one.file}: heard {one.result.text!r}, understood {_said(one.result)}, meant {meant}"


def _table(heard: list[Heard]) -> Table:
    all_ = figures(heard)
    table = Table("recordings", str(all_["recordings"]))
    if all_["unreadable"]:
        table.add_row("unreadable", str(all_["unreadable"]))
    if all_["commands"]:
        for name, what in (("right", "fully right"), ("intent_right", "intent right"), ("refused", "not understood")):
            table.add_row(what, f"{all_[name]} of {all_['commands']} ({100 * all_[name] / all_['commands']:.1f} %)")
    if all_["no_commands"]:
        table.add_row("taken for a command", f"{all_['taken_for_commands']} of {all_['no_commands']}")
    if all_["median_ms"] is not None:
        table.add_row("median, greatest", f"{all_['median_ms']:.0f}, {all_['greatest_ms']:.0f} ms")
    return table
