"""`cockpit route replay LOG --policy FILE`: what another policy would have done with the requests of a log."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from cockpit.cli.options import Subcommands
from cockpit.errors import ConfigError
from cockpit.router.policy import load_policy
from cockpit.router.receipt import receipts
from cockpit.router.replay import TIERS, Came, Replay, Totals, replay, totals
from hil.charts import BLUE, RED, Line, bars, drawing

SHOWN = 12
"""Kinds of changes that are listed."""
LONGEST_S = 3.0
"""Where the curve of delays ends."""


def add(subcommands: Subcommands) -> None:
    command = subcommands.add_parser("route", help="who answers: replay a log of routes under another policy")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    replaying = actions.add_parser(
        "replay", help="what another policy would have done, at what cost, delay and quality"
    )
    replaying.add_argument("log", type=Path, metavar="LOG", help="receipts as JSON Lines")
    replaying.add_argument("--policy", type=Path, required=True, metavar="FILE", help="the other policy")
    replaying.add_argument("--plots", type=Path, metavar="DIR", help="draw route-tiers.svg and route-delay.svg there")
    replaying.add_argument("--json", action="store_true", help="print JSON")
    replaying.set_defaults(run=_replay)


def _replay(args: argparse.Namespace) -> int:
    policy = load_policy(args.policy)
    try:
        with args.log.open(encoding="utf-8") as lines:
            log = [*receipts(lines)]
    except OSError as error:
        raise ConfigError("unreadable", f"cannot read {args.log}: {error.strerror}") from error
    if not log:
        raise ConfigError("invalid", f"{args.log} holds no receipts of routes")
    found = replay(log, policy)
    before, after = totals(found.logged), totals(found.replayed)
    if args.json:
        print(json.dumps({"logged": asdict(before), "replayed": asdict(after), "changes": found.changes}, indent=1))
    else:
        _show(found, before, after)
    if args.plots:
        _plot(args.plots, found, before, after)
    return 0


def _show(found: Replay, before: Totals, after: Totals) -> None:
    console = Console(highlight=False)
    table = Table("", "as logged", "with the policy", title=f"{len(found.logged)} requests")
    for name, old, new in _rows(before, after):
        table.add_row(name, old, new)
    console.print(table)
    changes = Table("before", "now", "requests")
    for (old, new), count in found.changes[:SHOWN]:
        changes.add_row(old, new, str(count))
    console.print(changes if found.changes else "Every request goes where it went.")


def _rows(before: Totals, after: Totals) -> Iterator[tuple[str, str, str]]:
    for tier in TIERS:
        yield tier, f"{before.shares[tier]:.1%}", f"{after.shares[tier]:.1%}"
    yield "cost", f"{before.cost:.4f}", f"{after.cost:.4f}"
    yield "first sound, median", _ms(before.median_ms), _ms(after.median_ms)
    yield "first sound, 95 %", _ms(before.p95_ms), _ms(after.p95_ms)
    yield "quality", _quality(before), _quality(after)


def _ms(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0f} ms"


def _quality(of: Totals) -> str:
    return "unknown" if of.quality is None else f"{of.quality:.2f} ({of.judged} judged)"


def _plot(folder: Path, found: Replay, before: Totals, after: Totals) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shares: dict[str, dict[str, float]] = {
        name: {str(tier): 100 * share for tier, share in of.shares.items()}
        for name, of in (("as logged", before), ("with the policy", after))
    }
    tiers = bars("Who answers", shares, "share of requests, %", [0, 20, 40, 60, 80, 100])
    (folder / "route-tiers.svg").write_text(tiers, "utf-8")
    steps = [n / 6 for n in range(7)]
    delay = drawing(
        "First sound",
        {
            "as logged": Line(_curve(found.logged), BLUE, dots=False),
            "with the policy": Line(_curve(found.replayed), RED, dots=False, dashes="6 4"),
        },
        "seconds from the end of the request to the first sound",
        "requests, %",
        steps,
        [n / 5 for n in range(6)],
        x_names=[f"{LONGEST_S * step:g}" for step in steps],
    )
    (folder / "route-delay.svg").write_text(delay, "utf-8")


def _curve(came: Sequence[Came]) -> list[tuple[float, float]]:
    """The share of requests (up) that were heard by a share of `LONGEST_S` (across)."""
    delays = sorted(one.first_ms / 1000 / LONGEST_S for one in came if one.first_ms is not None)
    points = [(delay, n / len(came)) for n, delay in enumerate(delays, 1) if delay <= 1]
    return [(0.0, 0.0), *points, (1.0, points[-1][1] if points else 0.0)]
