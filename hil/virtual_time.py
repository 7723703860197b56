"""An event loop whose clock jumps to the next timer: scripted conversations take no time and never depend on any.

Work handed to a thread is done at once, on the loop, so that no timer can overtake it; what it raises is raised there.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Given = TypeVarTuple("Given")


class _Selector(selectors.DefaultSelector):
    """Instead of waiting for a timer, tells the loop how much time has passed."""

    def __init__(self, passed: Callable[[float], None]) -> None:
        super().__init__()
        self._passed = passed

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise RuntimeError("the conversation waits for something that will never come")
        self._passed(max(timeout, 0.0))
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Starts at time 1000 s, to tell it from a real clock that was just reset."""

    def __init__(self) -> None:
        self._now = 1000.0
        super().__init__(_Selector(self._pass))

    def _pass(self, seconds: float) -> None:
        self._now += seconds

    def time(self) -> float:
        return self._now

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Given], T], *args: *Given
    ) -> asyncio.Future[T]:
        del executor
        future: asyncio.Future[T] = self.create_future()
        future.set_result(func(*args))
        return future


def virtually(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end on virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
