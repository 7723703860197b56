"""Pull progress for a person: bars on a terminal, one line per step elsewhere (logs, CI)."""

from __future__ import annotations

import threading
import time
from collections import Counter
from types import TracebackType
from typing import Self

import rich.progress as bars
from rich.console import Console

from cockpit.modelstore.pull import Progress

_OUTCOMES = ("present", "pulled", "skipped", "failed")
_WORDS = {
    "waiting": "waits for another pull",
    "downloading": "downloading",
    "checking": "checking",
    "present": "is here already",
    "pulled": "pulled",
    "skipped": "optional, not reached",
    "failed": "failed",
}


class PullDisplay:
    """A `ProgressSink` to be used in a `with` block; may be called from several threads.

    Leaving the block says how many models there were, what was downloaded, parts of an earlier try included, and the
    seconds it took.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._steps: dict[str, str] = {}
        self._bytes: Counter[str] = Counter()
        self._begun = time.monotonic()
        self._tasks: dict[str, bars.TaskID] = {}
        self._lock = threading.Lock()
        self._bars = bars.Progress(
            bars.TextColumn("{task.description:<18}"),
            bars.BarColumn(bar_width=30),
            bars.DownloadColumn(),
            bars.TransferSpeedColumn(),
            bars.TimeRemainingColumn(compact=True),
            bars.TextColumn("{task.fields[step]}"),
            console=self._console,
            disable=not self._console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._begun = time.monotonic()
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()
        if kind is None and self._steps:
            self._say(self._summary())

    def __call__(self, progress: Progress) -> None:
        with self._lock:
            changed = self._steps.get(progress.model) != progress.step
            self._steps[progress.model] = progress.step
            if progress.step == "downloading":
                self._bytes[progress.model] = progress.done
            if self._console.is_terminal:
                self._draw(progress)
            if changed and (progress.note or not self._console.is_terminal):
                self._say(_line(progress))

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _summary(self) -> str:
        ends = Counter(self._steps.values())
        counts = ", ".join(f"{ends[step]} {step}" for step in _OUTCOMES if ends[step])
        seconds = time.monotonic() - self._begun
        size = self._bytes.total() / 1e6
        models = "1 model" if len(self._steps) == 1 else f"{len(self._steps)} models"
        return f"{models}: {counts}; {size:.1f} MB downloaded in {seconds:.1f} s"

    def _draw(self, progress: Progress) -> None:
        words = _WORDS[progress.step]
        if progress.model not in self._tasks:
            self._tasks[progress.model] = self._bars.add_task(progress.model, total=None, step=words)
        task = self._tasks[progress.model]
        self._bars.update(task, step=words)
        if progress.step == "downloading":
            self._bars.update(task, completed=progress.done, total=progress.total or None)


def _line(progress: Progress) -> str:
    size = f" {progress.total / 1e6:.1f} MB" if progress.total else ""
    note = f": {progress.note}" if progress.note else ""
    return f"{progress.model} {_WORDS[progress.step]}{size}{note}"
