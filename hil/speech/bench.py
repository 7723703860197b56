"""`python -m hil.speech.bench`, or `make bench-speech`: everything about hearing and speaking, measured in one go.

Writes out/speech/bench.json, and of a full run the plots and the tables in docs/. A run of some sections (`--only`)
leaves the others as they were measured last; a quick one is for seeing that everything works and changes nothing but
its own files.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import psutil
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from cockpit.config import ROOT, load_settings
from hil.speech import corpus, endings, errors, others, overheard, plots, report, waterfall, weights
from hil.speech.corpus import Clip
from hil.speech.workbench import Json, Workbench

OUT = ROOT / "out" / "speech"
WIDTH = 140
"""What the tables need."""


SECTIONS: Mapping[str, Callable[[Workbench], Json]] = {
    "errors": errors.measure,
    "commands": others.commands,
    "suppression": others.suppression,
    "wake": others.wake,
    "overheard": overheard.measure,
    "endings": endings.measure,
    "replies": others.replies,
    "waterfall": waterfall.measure,
    "weights": weights.measure,
}
"""In the order in which they are measured and told."""


def machine() -> str:
    """What was measured on."""
    memory = psutil.virtual_memory().total / 1e9
    return f"{platform.machine()}, {psutil.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}"


def measured(bench: Workbench, names: Sequence[str], file: Path, console: Console) -> Json:
    """The sections called `names` anew, the others as they were in `file`, which is written after each section."""
    found: Json = json.loads(file.read_text("utf-8")) if file.is_file() else {"sections": {}}
    file.parent.mkdir(parents=True, exist_ok=True)
    bar = BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn()
    with Progress(TextColumn("{task.description}"), *bar, console=console, transient=True) as progress:
        for name in names:
            task = progress.add_task(name, total=1.0)
            begun, load = time.monotonic(), os.getloadavg()[0]
            section = SECTIONS[name](replace(bench, tell=partial(_tell, progress, task)))
            section |= {"seconds": round(time.monotonic() - begun), "load": round(load, 1)}
            sections = {**found["sections"], name: section}
            ordered = {one: sections[one] for one in SECTIONS if one in sections}
            found = {"machine": machine(), "quick": bench.quick, "sections": ordered}
            file.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
            progress.remove_task(task)
            console.print(f"{name}: {section['seconds']} s")
    return found


def _tell(progress: Progress, task: TaskID, what: str, share: float) -> None:
    progress.update(task, description=what, completed=share)


def people(folder: Path, console: Console) -> list[Clip]:
    """The recordings of people, where there are any."""
    if not (folder / corpus.TRANSCRIPTS).is_file():
        console.print(f"no recordings of people in {folder}: `python -m hil.speech.human` gets some; going on without")
        return []
    clips = corpus.human(folder)
    console.print(f"{len(clips)} recordings of people in {folder}")
    return clips


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m hil.speech.bench", description="measure hearing and speaking")
    parser.add_argument("--quick", action="store_true", help="a few minutes, to see that everything works")
    parser.add_argument("--only", default="", metavar="A,B", help=f"of: {', '.join(SECTIONS)}")
    parser.add_argument("--pages", action="store_true", help="measure nothing; pages and plots of the last report anew")
    parser.add_argument("--human", type=Path, default=OUT / "human", metavar="DIR", help="recordings of people")
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR", help="where report and voiced speech go")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", metavar="DIR", help="pages and plots of a full run")
    options = parser.parse_args(arguments)
    chosen = options.only.split(",") if options.only else [*SECTIONS]
    names = [] if options.pages else chosen
    if unknown := [name for name in names if name not in SECTIONS]:
        parser.error(f"no such section: {', '.join(unknown)}")
    console = Console(highlight=False)
    console.width = max(console.width, WIDTH)
    file = options.out / ("quick.json" if options.quick else "bench.json")
    bench = Workbench(load_settings(), options.out / "voiced", people(options.human, console), options.quick)
    found = measured(bench, names, file, console)
    for table in report.tables({**found, "sections": {name: found["sections"][name] for name in names}}, "en"):
        console.print(report.shown(table))
    plots.write(found, (options.out if options.quick else options.docs) / "plots")
    if not options.quick:
        for lang, name in report.PAGES.items():
            page = options.docs / name
            page.write_text(report.written(page.read_text("utf-8"), found, lang), "utf-8")
    console.print(str(file))


if __name__ == "__main__":
    main()
