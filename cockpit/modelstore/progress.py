"""Pull progress for a person: bars on a terminal, one line per step elsewhere (logs, CI)."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

import rich.progress as bars
from rich.console import Console

from cockpit.modelstore.pull import Progress

_WORDS = {
    "waiting": "waits for another pull",
    "downloading": "downloading",
    "checking": "checking",
    "present": "is here already",
    "pulled": "pulled",
    "failed": "failed",
}


class PullDisplay:
    """A `ProgressSink` to be used in a `with` block; may be called from several threads."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._steps: dict[str, str] = {}
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
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def __call__(self, progress: Progress) -> None:
        with self._lock:
            changed = self._steps.get(progress.model) != progress.step
            self._steps[progress.model] = progress.step
            if self._console.is_terminal:
                self._draw(progress)
            elif changed:
                self._console.print(_line(progress), markup=False, highlight=False, soft_wrap=True)

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
