"""Run the contract's cases against a service of one's own: `python -m hil.cases`.

The contract lies outside the repository. Where it is not, that is said, and nothing has failed. Exit status: 0 when
every language reached its floor and every turn had its reply, 1 when not, 2 when the cases could not be run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cockpit.config import ROOT
from cockpit.yamlfile import read_yaml
from hil.broker import RunningBroker, running_broker, stop

FLOOR = Path(__file__).with_name("cases_floor.yaml")
CONTRACT = ROOT.parent / "shared" / "contract"


@dataclass(frozen=True, slots=True)
class Score:
    """What one language's cases came to; `unanswered` are the ids of cases in which a turn had no reply."""

    lang: str
    passed: int
    total: int
    unanswered: tuple[str, ...]

    @property
    def percent(self) -> float:
        return 100 * self.passed / max(1, self.total)


def read_score(lang: str, report: Path) -> Score:
    """The score from the runner's report: a list of `{id, passed, turns: [{kind, …}]}`."""
    rows = json.loads(report.read_text("utf-8"))
    unanswered = tuple(row["id"] for row in rows if any(turn["kind"] is None for turn in row["turns"]))
    return Score(lang, sum(row["passed"] for row in rows), len(rows), unanswered)


def complaints(scores: Sequence[Score], floors: Mapping[str, float]) -> list[str]:
    """What is not good enough."""
    found = []
    for score in scores:
        floor = floors[score.lang]
        if score.percent < floor:
            found.append(f"{score.lang}: {score.percent:.1f} % passed, the floor is {floor:.1f} %")
        if score.unanswered:
            found.append(f"{score.lang}: without a reply: {', '.join(score.unanswered)}")
    return found


@asynccontextmanager
async def service(broker: RunningBroker, vid: str, log: Path) -> AsyncIterator[None]:
    """`cockpit run` as a process of its own."""
    address = f"{broker.host}:{broker.port}"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cockpit", "run", "--broker", address, "--vid", vid,
            stdout=out, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        try:
            yield
        finally:
            await stop(process)


Stage = Callable[[str, Path], AbstractAsyncContextManager[RunningBroker]]
"""Sets everything up for a vehicle id, with the service's log in a file; gives the broker on which the runner plays
the car."""


@asynccontextmanager
async def directly(vid: str, log: Path) -> AsyncIterator[RunningBroker]:
    """One broker for the service and the car."""
    async with running_broker() as broker, service(broker, vid, log):
        yield broker


async def run(files: Sequence[Path], only: str, folder: Path, stage: Stage = directly) -> list[Score] | None:
    """The scores of all files, one a language; None when the service did not come online."""
    vid, scores = "cases", []
    async with stage(vid, folder / "service.log") as broker:
        for file in files:
            lang = file.name.split(".")[-2]
            report = folder / f"{lang}.json"
            runner = await asyncio.create_subprocess_exec(
                sys.executable, file.with_name("run_cases.py"), file, "--host", broker.host, "--port", str(broker.port),
                "--vid", vid, "--only", only, "--report", report,
            )  # fmt: skip
            await runner.wait()
            if not report.exists():
                return None
            scores.append(read_score(lang, report))
    return scores


def main(stage: Stage = directly, prog: str = "python -m hil.cases") -> int:
    parser = argparse.ArgumentParser(prog=prog, description="run the contract's cases")
    default = Path(os.environ.get("COCKPIT_CONTRACT_DIR", CONTRACT))
    parser.add_argument("--contract", type=Path, default=default, help="where run_cases.py and the cases are")
    parser.add_argument("--floor", type=Path, default=FLOOR, help="YAML: language to per cent")
    parser.add_argument("--only", default="", help="regular expression on case ids; floors then do not count")
    parser.add_argument("--report", type=Path, help="folder that keeps the reports and the service's log")
    args = parser.parse_args()
    if not (args.contract / "run_cases.py").is_file():
        sys.stdout.write(f"The contract's cases are not at {args.contract}: 0 passed, 0 failed\n")
        return 0
    floors = read_yaml(args.floor)
    with tempfile.TemporaryDirectory(prefix="cockpit-cases-") as temporary:
        folder = args.report or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        files = sorted(args.contract.resolve().glob("cases.dev.*.jsonl"))
        scores = asyncio.run(run(files, args.only, folder, stage))
        if scores is None:
            tail = (folder / "service.log").read_text("utf-8", "replace").splitlines()[-20:]
            sys.stdout.write("\n".join(["The cases could not be run. The service's last words:", *tail, ""]))
            return 2
    for score in scores:
        sys.stdout.write(f"{score.lang}: {score.passed} of {score.total} passed ({score.percent:.1f} %)\n")
    found = complaints(scores, dict.fromkeys(floors, 0.0) if args.only else floors)
    sys.stdout.writelines(f"FAIL {complaint}\n" for complaint in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
