from __future__ import annotations

import io
import re

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


def test_a_log_gets_one_line_per_step_and_the_sum() -> None:
    text = shown(Console(file=io.StringIO(), width=40), *STEPS)
    steps, _, summary = text.rstrip().rpartition("\n")
    assert steps == "m downloading 2.0 MB\nm failed: cannot fetch [it]"
    assert re.fullmatch(r"1 model: 1 failed; 1\.0 MB downloaded in \d+\.\d s", summary)


def test_a_terminal_gets_bars_and_what_went_wrong() -> None:
    text = shown(Console(file=io.StringIO(), width=100, force_terminal=True), *STEPS)
    assert "1.0/2.0 MB" in text
    assert "m failed: cannot fetch [it]" in text


def test_the_sum_counts_every_outcome() -> None:
    ends = (Progress("a", "present"), Progress("b", "downloading", 3_000_000), Progress("b", "pulled"))
    text = shown(Console(file=io.StringIO()), *STEPS, *ends, Progress("c", "skipped", note="no need"))
    assert "c optional, not reached: no need\n" in text
    assert "4 models: 1 present, 1 pulled, 1 skipped, 1 failed; 4.0 MB downloaded in " in text


def test_an_interrupted_pull_has_no_sum() -> None:
    console = Console(file=io.StringIO())
    display = PullDisplay(console).__enter__()
    display(STEPS[0])
    display.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == "m downloading 2.0 MB\n"
