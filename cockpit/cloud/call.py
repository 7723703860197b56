"""One question to one cloud model, from leave to ask to the last word: deadlines, one retry, and what it cost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import openai
from openai import AsyncStream
from openai.types.chat import ChatCompletionChunk

from cockpit.cloud.budget import Reservation
from cockpit.cloud.cleaning import Cleaner
from cockpit.cloud.failures import ABNORMAL, LINK_CODES, CallFailed, failure
from cockpit.cloud.reading import Reading, estimated_request, estimated_tokens
from cockpit.errors import CloudError
from cockpit.types import LinkSample, Message

if TYPE_CHECKING:
    from cockpit.cloud.client import CloudModel
    from cockpit.cloud.witness import Witness

RETRY_S = 0.2
"""Pause before the second attempt, where the provider names none."""

USAGE_S = 0.5
"""How long the provider's count of tokens is waited for after the answer."""

UNBILLED = frozenset(f"cloud-{reason}" for reason in ("connection", "certificate", "auth", "rate", "server", "key"))
"""Failures after which a request that got no answer is taken to cost nothing."""

CANCELLED = "cloud-cancelled"
"""In a receipt: nobody wanted the answer any more."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CallReceipt:
    """What one call was. `code` is empty where it went well; `cut` says that the answer went on after its limit.

    Times are the loop's; `cost` is in the provider table's unit, `measured` whether the provider counted the tokens.
    """

    provider: str
    model: str
    begun_s: float
    first_s: float | None = None
    ended_s: float | None = None
    attempts: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    measured: bool = False
    cost: float = 0.0
    dropped: int = 0
    cut: bool = False
    code: str = ""


class Call:
    """One question to one model: iterate for the answer, read `receipt` at any time.

    Nothing is sent before the first read. Giving up the iterator (or cancelling its reader) ends the call.
    """

    def __init__(
        self,
        model: CloudModel,
        messages: tuple[Message, ...],
        limit_tokens: int,
        deadline_s: float,
        witness: Witness | None = None,
    ) -> None:
        self._model, self._witness = model, witness
        self._messages = messages
        self._limit_tokens = limit_tokens
        self._deadline_s = deadline_s
        self._asked = False
        self._begun_s = self._until_s = 0.0
        self._first_s: float | None = None
        self._ended_s: float | None = None
        self._attempts = 0
        self._answered = False
        self._cut = False
        self._cost = self._earlier_cost = 0.0
        self._code = ""
        self._reading = Reading()
        self._cleaner = Cleaner()

    @property
    def receipt(self) -> CallReceipt:
        tokens_in, tokens_out, measured = self._tokens()
        return CallReceipt(
            provider=self._model.provider.id,
            model=self._model.row.name,
            begun_s=self._begun_s,
            first_s=self._first_s,
            ended_s=self._ended_s,
            attempts=self._attempts,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            measured=measured,
            cost=self._cost,
            dropped=self._cleaner.dropped + self._reading.tool_calls,
            cut=self._cut,
            code=self._code,
        )

    def __aiter__(self) -> AsyncGenerator[str, None]:
        if self._asked:
            raise RuntimeError("a call is made once")
        self._asked = True
        return self._guarded()

    async def _guarded(self) -> AsyncGenerator[str, None]:
        """The answer, with money, breaker and switch looked after however it ends."""
        model, now = self._model, asyncio.get_running_loop().time
        self._begun_s = now()
        self._until_s = self._begun_s + self._deadline_s
        reservation: Reservation | None = None
        sent: str | None = None
        try:
            reservation = self._admit(self._begun_s)
            sent = await self._witnessed()
            async with aclosing(self._watched()) as pieces:
                async for piece in pieces:
                    yield piece
        except CloudError as error:
            self._code = error.code
            raise
        except BaseException:
            self._code = CANCELLED
            raise
        finally:
            self._ended_s = now()
            if reservation is not None:
                self._cost = self._earlier_cost + self._attempt_cost()
                model.budget.settle(reservation, self._cost)
            if self._witness is not None and sent is not None:
                await self._witness.ended(sent, len(self._reading.text.encode()), self._code or "done")

    async def _witnessed(self) -> str | None:
        """Have it written down that this is sent. Raises `CloudError` (`cloud-unrecorded`): then it is not."""
        if self._witness is None:
            return None
        model = self._model
        host = urlsplit(model.provider.base_url).hostname or ""
        try:
            return await self._witness.sending(model.provider.id, model.row.name, host, self._messages)
        except BaseException:
            model.breaker.abandoned()
            raise

    def _admit(self, now_s: float) -> Reservation:
        """Leave to ask, and the money for it. Raises `CloudError` (`cloud-off`, `-key`, `-budget`, `-open`)."""
        model = self._model
        model.switch.check()
        model.provider.key()
        reservation = model.budget.reserve(model.price(self._messages, self._limit_tokens))
        if not model.breaker.admit(now_s):
            model.budget.settle(reservation, 0.0)
            raise CloudError("open", f"{model.provider.id} failed several times and is left alone for a while")
        return reservation

    async def _watched(self) -> AsyncGenerator[str, None]:
        """The answer; breaker and link learn how it went."""
        model, now = self._model, asyncio.get_running_loop().time
        try:
            async with aclosing(self._answer()) as pieces:
                async for piece in pieces:
                    yield piece
        except CallFailed as error:
            model.breaker.failed(now(), error.keep_away_s)
            model.observe(LinkSample(now(), None, error.code not in LINK_CODES))
            raise
        except BaseException:
            model.breaker.abandoned()
            raise
        model.breaker.succeeded()
        model.observe(LinkSample(now(), None, ok=True))

    async def _answer(self) -> AsyncGenerator[str, None]:
        """Clean text of the first attempt that brings any, of at most two."""
        while True:
            self._attempts += 1
            self._cleaner, self._reading, self._answered = Cleaner(), Reading(), False
            try:
                async with aclosing(self._attempt()) as pieces:
                    async for piece in pieces:
                        yield piece
            except CallFailed as error:
                wait_s = self._wait_s(error)
                if wait_s is None:
                    raise
                self._earlier_cost += self._attempt_cost(error.code)
                await asyncio.sleep(wait_s)
            else:
                return

    def _wait_s(self, error: CallFailed) -> float | None:
        """How long to wait before the second attempt; None where there is none."""
        if self._attempts > 1 or self._first_s is not None or error.retry_s is None:
            return None
        wait_s = max(RETRY_S, error.retry_s)
        return wait_s if asyncio.get_running_loop().time() + wait_s < self._first_until_s else None

    @property
    def _first_until_s(self) -> float:
        return min(self._begun_s + self._model.settings.first_token_s, self._until_s)

    async def _attempt(self) -> AsyncGenerator[str, None]:
        who = self._model.provider.id
        stream = await self._read(self._model.open(self._messages, self._limit_tokens))
        self._answered = True
        try:
            while (chunk := await self._read(anext(stream, None))) is not None:
                self._model.switch.check()  # it may have gone off while the last piece was spoken
                text = self._cleaner.feed(self._reading.take(chunk))
                self._cut = self._reading.cut or estimated_tokens(self._reading.text) > 2 * self._limit_tokens
                ended = self._cut or self._reading.finished
                if ended and not (self._cut and (text or self._first_s)):  # of one that was cut, whole clauses only
                    text += self._cleaner.finish()
                if text.strip():
                    self._first_s = self._first_s or asyncio.get_running_loop().time()
                    yield text
                if ended:
                    break
            else:
                broken = "cut" if self._reading.text else "nonsense"
                raise CallFailed(broken, f"{who} ended in the middle of its answer", 0.0)
            if self._first_s is None:
                raise CallFailed("nonsense", f"{who} answered nothing that can be said")
            await self._count(stream)
        finally:
            await stream.close()

    async def _count(self, stream: AsyncStream[ChatCompletionChunk]) -> None:
        """Wait shortly for the provider's count of tokens, which comes behind the answer; a response that was read to
        its end also leaves a connection for the next."""
        try:
            async with asyncio.timeout(USAGE_S):
                while self._reading.finished and (chunk := await anext(stream, None)) is not None:
                    self._reading.take(chunk)
        except (*ABNORMAL, CallFailed):  # the answer is complete: the count is estimated
            return

    async def _read(self, what: Awaitable[T]) -> T:
        """`what`, within the deadline that holds now, with everything abnormal as `CallFailed`."""
        first, loop, switch = self._first_s is None, asyncio.get_running_loop(), self._model.switch
        try:
            async with asyncio.timeout_at(self._first_until_s if first else self._until_s) as timeout:
                with switch.stopping(lambda: timeout.reschedule(loop.time())):
                    return await what
        except TimeoutError as error:
            switch.check()
            who = self._model.provider.id
            if first:
                raise CallFailed("first-token", f"{who} said nothing in time") from error
            raise CallFailed("timeout", f"{who} was too slow to end its answer") from error
        except (*ABNORMAL, CloudError) as error:
            if isinstance(error, CloudError) and not isinstance(error, CallFailed):
                raise
            raise failure(error, self._model.provider.id, self._answered) from _harmless(error)

    def _attempt_cost(self, code: str = "") -> float:
        tokens_in, tokens_out, _ = self._tokens(code)
        return self._model.cost(tokens_in, tokens_out)

    def _tokens(self, code: str = "") -> tuple[int, int, bool]:
        """Tokens of the attempt's request and answer, and whether the provider counted them."""
        reading, most = self._reading, self._model.row.context
        if not self._attempts or (not self._answered and (code or self._code) in UNBILLED):
            return 0, 0, False
        if reading.tokens_in is not None and reading.tokens_out is not None:
            return min(reading.tokens_in, most), min(reading.tokens_out, most), True
        return estimated_request(self._messages), estimated_tokens(reading.text), False


def _harmless(error: BaseException) -> BaseException | None:
    """The cause to be kept with an error that may be logged: none that carries the request or the response."""
    return None if isinstance(error, openai.OpenAIError) else error
