"""The kill switch: whether the cloud may be asked at all. What was said last holds, also after a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cockpit.cloud.statefile import read_state, write_state
from cockpit.errors import CloudError


class KillSwitch:
    """Allowed until somebody forbids it; a file that cannot be read forbids too, for nobody knows what it said.

    Whatever happens to the file, the switch itself takes effect at once; `write_errors` counts what did not last.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._writing = asyncio.Lock()
        self._running: set[Callable[[], None]] = set()
        self.write_errors = 0
        try:
            state = read_state(file)
            self._allowed = state is None or state.get("allowed") is True
        except (OSError, ValueError):
            self._allowed = False

    @property
    def allowed(self) -> bool:
        return self._allowed

    def check(self) -> None:
        """Raises `CloudError` (`cloud-off`)."""
        if not self._allowed:
            raise CloudError("off", "the cloud is switched off")

    @contextmanager
    def stopping(self, stop: Callable[[], None]) -> Iterator[None]:
        """Within this block `stop` is called when the switch goes off."""
        self._running.add(stop)
        try:
            yield
        finally:
            self._running.discard(stop)

    async def set(self, allowed: bool) -> bool:
        """Take effect at once; returns whether it will outlast a restart."""
        self._allowed = allowed
        for stop in () if allowed else tuple(self._running):
            stop()
        async with self._writing:
            try:
                await asyncio.to_thread(write_state, self._file, {"allowed": self._allowed})
            except OSError:
                self.write_errors += 1
                return False
        return True
