"""Whether the scenarios would notice: `python -m hil.mutants [--only REGEX] [--rig FILE]`.

Each row of `mutants.yaml` breaks one thing on purpose in a copy of the source, and the scenarios it names are run on
that copy. A mutant that all of them pass has survived: they do not test what they say they do. Before the mutants
the same scenarios run on an unchanged copy, for a test that fails by itself catches nothing. Exit status 1 when one
survived or the unchanged copy failed, 2 when a run could not be brought to its end.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from rich.console import Console
from rich.table import Table

from cockpit.config import ROOT
from cockpit.yamlfile import read_yaml
from hil.scenario.outcome import RunOutcome

FILE = Path(__file__).with_name("mutants.yaml")
RIG = ROOT / "hil" / "rigs" / "virtual-typed.yaml"
COPIED = ("cockpit", "hil", "skills")
LINKED = ("models",)
TIMEOUT_S = 600
TAIL = 25
"""Lines of a run's output that are shown when it could not be brought to its end."""

Verdict = Literal["caught", "survived", "broken"]


class Mutant(BaseModel):
    """One row. `find` must be in `file` exactly once, and `replace` is put in its place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    breaks: Literal["gate", "expiry", "freshness", "confirmation", "results", "truth", "dialog", "presence"]
    why: str
    """What a driver would meet."""
    file: str
    find: str
    replace: str
    caught_by: list[str] = Field(min_length=1)
    """Ids of scenarios, without their language, each of which must fail."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One copy, tried: the scenarios that failed on it, and those that did not though they should have."""

    verdict: Verdict
    failed: tuple[str, ...] = ()
    blind: tuple[str, ...] = ()
    output: str = ""


def read_mutants(file: Path = FILE) -> list[Mutant]:
    return [Mutant.model_validate(row) for row in read_yaml(file)]


def copied(source: Path, folder: Path) -> None:
    """The source in `folder`, ready to be broken."""
    for name in COPIED:
        shutil.copytree(source / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)


def mutate(folder: Path, mutant: Mutant) -> None:
    """Raises `ValueError` when what is to be replaced is not there, or more than once."""
    file = folder / mutant.file
    text = file.read_text("utf-8")
    if text.count(mutant.find) != 1:
        raise ValueError(f"{mutant.id}: {mutant.file} holds the text to be replaced {text.count(mutant.find)} times")
    file.write_text(text.replace(mutant.find, mutant.replace), "utf-8")


def tried(folder: Path, rig: Path, scenarios: list[str]) -> Trial:
    """The scenarios run on the copy in `folder`; they are to fail, each in every language it has."""
    out = folder / "out"
    only = "|".join(rf"{re.escape(one)}(\..*)?$" for one in scenarios)
    command = [sys.executable, "-m", "cockpit", "hil", "run", "hil/scenarios", "--rig", str(rig)]
    env = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [*command, "--only", f"^({only})", "--out", str(out)],
        cwd=folder, env=env, timeout=TIMEOUT_S, capture_output=True, text=True, check=False,
    )  # fmt: skip
    reports = sorted(out.rglob("run.json"))
    if not reports:
        return Trial("broken", output="\n".join((done.stdout + done.stderr).splitlines()[-TAIL:]))
    run = RunOutcome.model_validate(json.loads(reports[-1].read_text("utf-8")))
    failed = tuple(one.id for one in run.scenarios if not one.passed)
    blind = tuple(one.id for one in run.scenarios if one.passed)
    return Trial("survived" if blind else "caught", failed, blind)


def trial(source: Path, mutant: Mutant | None, rig: Path, scenarios: list[str]) -> Trial:
    """Try one mutant, or the unchanged `source` where there is none."""
    with tempfile.TemporaryDirectory(prefix="cockpit-mutant-") as name:
        folder = Path(name)
        copied(source, folder)
        if mutant is not None:
            mutate(folder, mutant)
        return tried(folder, rig, scenarios)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m hil.mutants", description="break things, and see whether it shows")
    parser.add_argument("--only", default="", help="regular expression on the ids of mutants")
    parser.add_argument("--rig", type=Path, default=RIG)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cockpit-source-") as name:
        copied(ROOT, Path(name))  # so that who edits meanwhile changes nothing
        return _all(Path(name), args.only, args.rig, Console())


def _all(source: Path, only: str, rig: Path, console: Console) -> int:
    mutants = [mutant for mutant in read_mutants() if re.search(only, mutant.id)]
    sound = trial(source, None, rig, sorted({one for mutant in mutants for one in mutant.caught_by}))
    if sound.verdict == "broken" or sound.failed:
        console.print(f"the unchanged source does not pass: {', '.join(sound.failed)}\n{sound.output}")
        return 2 if sound.verdict == "broken" else 1
    table = Table("mutant", "breaks", "verdict", "scenarios", title="broken on purpose")
    verdicts = set()
    for mutant in mutants:
        found = trial(source, mutant, rig, mutant.caught_by)
        verdicts.add(found.verdict)
        console.print(f"{mutant.id}: {found.verdict}{' by all but ' * bool(found.blind)}{', '.join(found.blind)}")
        if found.output:
            console.print(found.output, markup=False)
        counted = f"{len(found.failed)} of {len(found.failed) + len(found.blind)} noticed"
        table.add_row(mutant.id, mutant.breaks, found.verdict, counted)
    console.print(table)
    return 2 if "broken" in verdicts else 1 if "survived" in verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
