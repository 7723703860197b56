"""`cockpit explain`: why an utterance is acted on or not, without a broker, a service or a car."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from rich.console import Console

from cockpit.cli.explain_page import Page
from cockpit.cli.explain_words import Words
from cockpit.cli.options import Subcommands
from cockpit.config import load_settings
from cockpit.runtime.explaining import Explainer, data
from cockpit.types import LANGS, ZONES


def add(subcommands: Subcommands) -> None:
    command = subcommands.add_parser("explain", help="tell why an utterance is acted on or not; nothing is carried out")
    command.add_argument("text")
    command.add_argument("--lang", choices=LANGS, help="language of the text (default: seen from its letters)")
    command.add_argument(
        "--in", dest="told_in", choices=LANGS, help="language of the explanation (default: the text's)"
    )
    command.add_argument("--zone", choices=ZONES, default="driver", help="who speaks")
    command.add_argument(
        "--expecting", default="", metavar="SLOT", help="what was asked for: value, contact, confirm, …"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.add_argument("--config", type=Path, metavar="FILE", help="settings in TOML")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    explainer = Explainer(load_settings(args.config))
    explained = explainer.explain(args.text, args.lang, args.zone, args.expecting)
    if args.json:
        print(json.dumps(data(explained), ensure_ascii=False, indent=1))
    else:
        words = Words(explainer.skills, explainer.profile, args.told_in or explained.lang)
        Page(words, Console(highlight=False)).show(explained)
    return 0
