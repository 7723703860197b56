"""Writes the report of a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hil.report.compare import compared
from hil.report.junit import write_junit
from hil.report.page import page
from hil.report.reading import read_run


def write_report(run_dir: Path, earlier: Sequence[Path], out: Path) -> None:
    """The page of the run in folder `run_dir`, compared with the runs in folders `earlier`, as file `out`, and its
    JUnit XML beside it. Raises `ReportError`."""
    run = read_run(run_dir)
    comparison = compared(run, [read_run(folder) for folder in earlier])
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(run, comparison, run_dir, out), "utf-8")
    write_junit(run, out.with_suffix(".xml"))
