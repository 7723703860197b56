"""`cockpit hil`: scenarios on a rig, the report of what they came to, and whether their files are in order."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from datetime import UTC, datetime
from pathlib import Path

from cockpit.cli.options import Subcommands
from hil.report.writing import write_report
from hil.rig import lease
from hil.rig.rig import open_rig
from hil.rig.rigfile import RIGS, read_rig
from hil.scenario.load import Loaded, ScenarioError, load
from hil.scenario.outcome import Attempt, RunOutcome
from hil.scenario.run import Runner, write
from hil.scenario.schema import Scenario
from hil.scenario.telling import complaints

SCENARIOS = Path(__file__).parent.parent.parent / "hil" / "scenarios"


def add(subcommands: Subcommands) -> None:
    command = subcommands.add_parser("hil", help="run scenarios on a test rig")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    running = actions.add_parser("run", help="run scenarios and write what they came to")
    _selecting(running)
    running.add_argument("--rig", type=Path, default=Path("virtual"), metavar="FILE", help="the rig (default: virtual)")
    running.add_argument("--repeat", type=int, metavar="N", help="run each so often; it passes when all its runs do")
    running.add_argument("--out", type=Path, metavar="DIR", help="where run.json and sounds go (default: out/hil/TIME)")
    running.add_argument("--steal", action="store_true", help="take the rig from whoever holds it")
    _comparing(running)
    running.set_defaults(run=_run)
    reporting = actions.add_parser("report", help="write the page and the JUnit XML of a run anew")
    reporting.add_argument("folder", type=Path, metavar="DIR", help="the run's folder, with its run.json")
    _comparing(reporting)
    reporting.add_argument("--out", type=Path, metavar="FILE", help="the page (default: report.html in the folder)")
    reporting.set_defaults(run=_report)
    listing = actions.add_parser("list", help="show scenarios, and the rigs that come along")
    _selecting(listing)
    listing.set_defaults(run=_list)
    checking = actions.add_parser("check", help="look for mistakes in scenario files and a rig's file")
    _selecting(checking)
    checking.add_argument("--rig", type=Path, metavar="FILE", help="a rig's file")
    checking.set_defaults(run=_check)
    mending = actions.add_parser("mend", help="take away the mark of a rig that broke, once it was looked at")
    mending.add_argument("rig", metavar="RIG", help="the rig's name")
    mending.set_defaults(run=_mend)
    schema = actions.add_parser("schema", help="print the JSON schema of a scenario, for editors")
    schema.set_defaults(run=_schema)


def _comparing(action: argparse.ArgumentParser) -> None:
    action.add_argument("--against", type=Path, nargs="*", default=[], metavar="DIR", help="earlier runs' folders")


def _selecting(action: argparse.ArgumentParser) -> None:
    action.add_argument("paths", type=Path, nargs="*", metavar="PATH", help="files or folders (default: all of them)")
    action.add_argument("--only", metavar="REGEX", help="those whose id matches")
    action.add_argument("--tags", default="", metavar="TAG,…", help="those that have all of these")
    action.add_argument("--without", default="", metavar="TAG,…", help="those that have none of these")


def selected(args: argparse.Namespace) -> list[Loaded]:
    """The scenarios that the arguments name. Raises `ScenarioError` where there are none."""
    found = load(args.paths or [SCENARIOS])
    tags, others = _listed(args.tags), _listed(args.without)
    try:
        wanted = re.compile(args.only or "")
    except re.error as error:
        raise ScenarioError("invalid", f"--only {args.only!r} is no regular expression: {error}") from error
    chosen = [one for one in found if wanted.search(one.scenario.id) and _tagged(one.scenario, tags, others)]
    if not chosen:
        raise ScenarioError("none", f"none of {len(found)} scenarios is meant")
    return chosen


def _listed(text: str) -> set[str]:
    return {tag.strip() for tag in text.split(",") if tag.strip()}


def _tagged(scenario: Scenario, tags: set[str], others: set[str]) -> bool:
    held = set(scenario.all_tags)
    return tags <= held and not others & held


def _run(args: argparse.Namespace) -> int:
    scenarios = selected(args)
    folder = args.out or Path("out") / "hil" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    outcome = asyncio.run(_on_rig(scenarios, args, folder))
    _summary(outcome)
    write_report(folder, args.against, folder / "report.html")
    print(folder / "report.html")
    return 0 if outcome.passed else 1


async def _on_rig(scenarios: list[Loaded], args: argparse.Namespace, folder: Path) -> RunOutcome:
    async with open_rig(args.rig, folder=folder, steal=args.steal) as rig:
        runner = Runner(rig, _tell)
        try:
            return await runner.run(scenarios, args.repeat)
        finally:
            write(runner.outcome(), folder)


def _tell(loaded: Loaded, attempt: Attempt) -> None:
    print(f"{'passed' if attempt.passed else 'FAILED':<7} {attempt.took_s:6.1f} s  {loaded.scenario.id}", flush=True)
    for line in complaints(attempt):
        print(f"        {line}")


def _summary(outcome: RunOutcome) -> None:
    passed = sum(one.passed for one in outcome.scenarios)
    claims = [claim for one in outcome.scenarios for attempt in one.attempts for claim in attempt.claims]
    untrue = sum(not claim.ok for claim in claims)
    print(f"{passed} of {len(outcome.scenarios)} scenarios passed in {outcome.took_s:.0f} s on {outcome.rig}")
    print(f"{len(claims)} claims, {untrue} untrue")
    for figure in outcome.figures:
        if figure.limit is not None:
            value = "missing" if figure.value is None else f"{figure.value:g}"
            print(f"{'ok' if figure.ok else 'NOT OK':<7} {figure.name} {value} of {figure.limit:g} {figure.unit}")


def _report(args: argparse.Namespace) -> int:
    out = args.out or args.folder / "report.html"
    write_report(args.folder, args.against, out)
    print(out)
    return 0


def _list(args: argparse.Namespace) -> int:
    scenarios = selected(args)
    for one in scenarios:
        print(f"{one.scenario.id:<32} {','.join(one.scenario.all_tags):<40} {one.scenario.title}")
    print(f"{len(scenarios)} scenarios; rigs: {', '.join(sorted(file.stem for file in RIGS.glob('*.yaml')))}")
    return 0


def _check(args: argparse.Namespace) -> int:
    scenarios = selected(args)
    one = len(scenarios) == 1
    print("1 scenario is in order" if one else f"{len(scenarios)} scenarios are in order")
    if args.rig is not None:
        plan = read_rig(args.rig)
        print(f"{plan.rig.name}: {len(plan.fittings)} resources are in order")
    return 0


def _mend(args: argparse.Namespace) -> int:
    mark = lease.mend(args.rig)
    print(f"{args.rig} was not broken" if mark is None else f"{args.rig} is mended; it broke because {mark.reason}")
    return 0


def _schema(args: argparse.Namespace) -> int:
    del args
    print(json.dumps(Scenario.model_json_schema(), indent=2, ensure_ascii=False))
    return 0
