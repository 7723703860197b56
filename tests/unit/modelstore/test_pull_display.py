from __future__ import annotations

import io

from rich.console import Console

from cockpit.modelstore import Progress, PullDisplay


def shown(console: Console, *steps: Progress) -> str:
    with PullDisplay(console) as display:
        for step in steps:
            display(step)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


STEPS = (
    Progress("m", "downloading", 0, 2_000_000),
    Progress("m", "downloading", 1_000_000, 2_000_000),
    Progress("m", "failed", note="cannot fetch [it]"),
)


def test_a_log_gets_one_line_per_step() -> None:
    text = shown(Console(file=io.StringIO(), width=40), *STEPS)
    assert text == "m downloading 2.0 MB\nm failed: cannot fetch [it]\n"


def test_a_terminal_gets_bars() -> None:
    text = shown(Console(file=io.StringIO(), width=100, force_terminal=True), *STEPS)
    assert "1.0/2.0 MB" in text
    assert "failed" in text
