"""The bench's figures as a table, a page and a plot."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from hil.charts import bars

COLUMNS = ("language", "link", "requests", "on the board", "first sound, median", "95 of 100", "over 1.5 s", "answered",
           "cloud calls", "cost, yuan", "always the cloud, yuan")  # fmt: skip
HEAD = """\
# Who answers

Written by `make bench-route`: {requests} requests (hil/routing/mix.*.yaml) at each link, typed into the whole service.
The cloud is the small model itself behind real HTTP and the weak-network proxy, so its answers are no better than the
board's; what is measured is who is asked, when, and what a provider's prices ({priced}) make of it. "Answered" goes by
the rules of `hil/routing/judging.py`, which do not know whether an answer is true. First sound is when the first words
were there, and what it took to voice them with nothing voiced before.

"""


def written(report: dict[str, Any], folder: Path) -> None:
    """The table on the screen; page and plot into `folder`."""
    rows = [_cells(row) for row in report["summary"]]
    table = Table(*COLUMNS)
    for row in rows:
        table.add_row(*row)
    Console(highlight=False).print(table)
    lines = ["| " + " | ".join(cells) + " |" for cells in (COLUMNS, ["---"] * len(COLUMNS), *rows)]
    requests = sum(row["requests"] for row in report["summary"] if row["link"] == "good")
    wire: dict[str, Any] = next((row for row in report["rows"] if row["kind"] == "wire"), {})
    page = HEAD.format(requests=requests, priced="qwen's") + "\n".join(lines) + "\n"
    page += f"\nOver the wire came {wire.get('requests')} requests; private ones of the mix: {wire.get('private')}.\n"
    page += "\n![Who answered](plots/route.svg)\n\n## Why\n\n" + "\n".join(_reasons(report)) + "\n"
    (folder / "plots").mkdir(parents=True, exist_ok=True)
    (folder / "routing.md").write_text(page, "utf-8")
    (folder / "plots" / "route.svg").write_text(_plot(report), "utf-8")


def _cells(row: dict[str, Any]) -> list[str]:
    return [
        row["lang"], row["link"], str(row["requests"]), f"{row['on_board']:.1%}", f"{row['sound_ms']:.0f} ms",
        f"{row['sound_p95_ms']:.0f} ms", str(row["late"]), f"{row['good']:.1%}", str(row["calls"]),
        f"{row['cost']:.4f}", f"{row['always']:.4f}",
    ]  # fmt: skip


def _reasons(report: dict[str, Any]) -> list[str]:
    counts = Counter(
        (row["link"], "/".join(row["answered"]), ", ".join(row["reasons"]))
        for row in report["rows"]
        if row["kind"] != "wire"
    )
    found = ["| link | answered by | reason | requests |", "|---|---|---|---|"]
    return found + [f"| {link} | {by} | {why} | {count} |" for (link, by, why), count in sorted(counts.items())]


def _plot(report: dict[str, Any]) -> str:
    rows: dict[str, dict[str, float]] = {}
    for link in ("good", "weak", "none"):
        for lang in ("zh", "en"):
            of = [row for row in report["rows"] if row.get("link") == link and row["lang"] == lang]
            counts = Counter("cloud" if "cloud" in row["answered"] else row["answered"][0] for row in of)
            rows[f"{lang}, {link} link"] = {name: 100 * n / max(1, len(of)) for name, n in sorted(counts.items())}
    return bars("Who answered", rows, "requests (%)", [0, 25, 50, 75, 100])
