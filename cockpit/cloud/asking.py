"""Asking several cloud models side by side: the first good answer, or the best of those that came in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

from cockpit.cloud.call import Call, CallReceipt
from cockpit.cloud.client import CloudModel
from cockpit.cloud.witness import Witness
from cockpit.errors import CloudError
from cockpit.types import Message

Strategy = Literal["first", "best"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer and who gave it."""

    provider: str
    model: str
    text: str


Judge = Callable[[Sequence[Message], Sequence[Answer]], Awaitable[int]]
"""The index of the best of at least two answers. One that fails or is too late leaves the first answer."""


@dataclass(frozen=True, slots=True)
class AskReceipt:
    """Who was asked, in order, and whose answer was taken (empty: nobody's). `cost` is in the table's unit."""

    strategy: Strategy
    calls: tuple[CallReceipt, ...]
    taken: str = ""
    judged: bool = False

    @property
    def cost(self) -> float:
        return sum(call.cost for call in self.calls)


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks `side_by_side` of `models` at once. When all that were asked have failed, those after them are, while
    there is time. `judge_s` is how long `best` waits for answers."""

    models: tuple[CloudModel, ...]
    strategy: Strategy = "first"
    side_by_side: int = 1
    judge: Judge | None = None
    judge_s: float = 4.0

    def price(self, messages: Sequence[Message], limit_tokens: int) -> float:
        """What asking those that are asked at once may cost."""
        return sum(model.price(messages, limit_tokens) for model in self.models[: self.side_by_side])

    def ask(
        self, messages: Sequence[Message], *, limit_tokens: int, deadline_s: float, witness: Witness | None = None
    ) -> Question:
        """Nothing is sent before the question is iterated; `deadline_s` runs from then. `witness` sees each request."""
        return Question(self, tuple(messages), limit_tokens, deadline_s, witness)


class Question:
    """One question: iterate for the answer, then read `receipt`. Raises the last `CloudError` when nobody answered."""

    def __init__(
        self,
        plan: Asking,
        messages: tuple[Message, ...],
        limit_tokens: int,
        deadline_s: float,
        witness: Witness | None = None,
    ) -> None:
        self._plan, self._witness = plan, witness
        self._messages = messages
        self._limit_tokens = limit_tokens
        self._deadline_s = deadline_s
        self._until_s = 0.0
        self._runners: list[_Runner] = []
        self._taken = ""
        self._judged = False

    @property
    def receipt(self) -> AskReceipt:
        calls = tuple(runner.call.receipt for runner in self._runners)
        return AskReceipt(self._plan.strategy, calls, self._taken, self._judged)

    async def __aiter__(self) -> AsyncGenerator[str]:
        self._until_s = _now_s() + self._deadline_s
        waiting = list(self._plan.models)
        error = CloudError("off", "there is no cloud model to ask")
        while waiting and _now_s() < self._until_s:
            now, waiting = waiting[: self._plan.side_by_side], waiting[self._plan.side_by_side :]
            runners = [self._run(model) for model in now]
            try:
                winner = await (self._best(runners) if self._plan.strategy == "best" else self._first(runners))
                if winner is not None:
                    await _stop([runner for runner in runners if runner is not winner])
                    self._taken = winner.call.receipt.provider
                    async for piece in winner.pieces():
                        yield piece
                    return
                await asyncio.gather(*(runner.task for runner in runners))
                error = runners[-1].error or error
            finally:
                await _stop(runners)
        raise error

    def _run(self, model: CloudModel) -> _Runner:
        left_s = self._until_s - _now_s()
        call = model.call(self._messages, limit_tokens=self._limit_tokens, deadline_s=left_s, witness=self._witness)
        runner = _Runner(call)
        self._runners.append(runner)
        return runner

    async def _first(self, runners: Sequence[_Runner]) -> _Runner | None:
        """The first that says something; the earlier in order where several do at once."""
        starts = {asyncio.create_task(runner.started()): runner for runner in runners}
        try:
            pending = set(starts)
            while pending:
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                good = [runner for task, runner in starts.items() if task in done and task.result()]
                if good:
                    return good[0]
            return None
        finally:
            for task in starts:
                task.cancel()

    async def _best(self, runners: Sequence[_Runner]) -> _Runner | None:
        """The best of all that have answered wholly when the judge's time has come, or else the first that does."""
        limit_s = min(self._plan.judge_s, self._until_s - _now_s())
        await asyncio.wait({runner.task for runner in runners}, timeout=limit_s)
        good = [runner for runner in runners if runner.complete]
        if not good:
            return await self._first(runners)
        if self._plan.judge is None or len(good) == 1:
            return good[0]
        answers = [runner.answer for runner in good]
        try:
            async with asyncio.timeout_at(self._until_s):
                chosen = good[await self._plan.judge(self._messages, answers)]
        except Exception:  # noqa: BLE001 (whatever a judge does, there is an answer)
            return good[0]
        self._judged = True
        return chosen


class _Runner:
    """One call under way, its answer kept as it comes (at most what a call's limit lets through)."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.error: CloudError | None = None
        self._pieces: list[str] = []
        self._ended = False
        self._news = asyncio.Condition()
        self.task = asyncio.create_task(self._read(), name="cloud-call")

    @property
    def answer(self) -> Answer:
        receipt = self.call.receipt
        return Answer(receipt.provider, receipt.model, "".join(self._pieces))

    @property
    def complete(self) -> bool:
        return self._ended and self.error is None

    async def started(self) -> bool:
        """Wait for the first words; False when it ended without any."""
        async with self._news:
            await self._news.wait_for(lambda: self._pieces or self._ended)
        return bool(self._pieces)

    async def pieces(self) -> AsyncIterator[str]:
        """The answer so far and as it goes on. Raises the call's `CloudError`."""
        given = 0
        while True:
            async with self._news:
                await self._news.wait_for(lambda: len(self._pieces) > given or self._ended)  # noqa: B023 (read at once)
            while given < len(self._pieces):
                given += 1
                yield self._pieces[given - 1]
            if self._ended and given == len(self._pieces):
                if self.error is not None:
                    raise self.error
                return

    async def _read(self) -> None:
        try:
            async with aclosing(aiter(self.call)) as answer:
                async for piece in answer:
                    await self._tell(piece)
        except CloudError as error:
            self.error = error
        finally:
            self._ended = True
            await self._tell(None)

    async def _tell(self, piece: str | None) -> None:
        async with self._news:
            if piece is not None:
                self._pieces.append(piece)
            self._news.notify_all()


async def _stop(runners: Sequence[_Runner]) -> None:
    """Cancel calls and wait until they have settled."""
    for runner in runners:
        runner.task.cancel()
    await asyncio.gather(*(runner.task for runner in runners), return_exceptions=True)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
