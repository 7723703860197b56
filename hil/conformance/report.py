"""Verdicts as a table to read and as JUnit XML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from rich.console import Console
from rich.table import Table

from hil.conformance.case import Status, Verdict

COLOURS: dict[Status, str] = {"passed": "green", "failed": "bold red", "skipped": "yellow"}


def show(side: str, verdicts: Sequence[Verdict], console: Console) -> None:
    table = Table(title=f"conformance of the {side} side", title_justify="left")
    for column in ("case", "verdict", "what the contract says"):
        table.add_column(column, overflow="fold")
    for one in verdicts:
        clause = f"{one.clause}\n[dim]{one.message}[/]" if one.message else one.clause
        table.add_row(one.id, f"[{COLOURS[one.status]}]{one.status}[/]", clause)
    console.print(table)
    counts = Counter(one.status for one in verdicts)
    console.print(", ".join(f"{counts[status]} {status}" for status in COLOURS))


def write_junit(side: str, verdicts: Sequence[Verdict], file: Path) -> None:
    counts = Counter(one.status for one in verdicts)
    suite = ET.Element(
        "testsuite",
        name=f"conformance.{side}",
        tests=str(len(verdicts)),
        failures=str(counts["failed"]),
        skipped=str(counts["skipped"]),
        time=f"{sum(one.took_s for one in verdicts):.3f}",
    )
    for one in verdicts:
        case = ET.SubElement(suite, "testcase", classname=f"conformance.{side}", name=one.id, time=f"{one.took_s:.3f}")
        if one.status == "failed":
            ET.SubElement(case, "failure", message=one.message).text = one.clause
        elif one.status == "skipped":
            ET.SubElement(case, "skipped", message=one.message)
    ET.ElementTree(suite).write(file, "utf-8", xml_declaration=True)
