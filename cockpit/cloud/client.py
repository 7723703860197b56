"""One cloud model behind the port `LanguageModel`: asked within deadlines, budget, breaker and kill switch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

from openai import AsyncOpenAI, AsyncStream
from openai.types.chat import ChatCompletionChunk

from cockpit.cloud.breaker import Breaker
from cockpit.cloud.budget import Budget
from cockpit.cloud.call import Call
from cockpit.cloud.link import LinkObserver
from cockpit.cloud.providers import ModelRow, Provider, Table
from cockpit.cloud.reading import estimated_request
from cockpit.cloud.switch import KillSwitch
from cockpit.cloud.transport import http_client
from cockpit.cloud.witness import Witness
from cockpit.config import CloudSettings
from cockpit.ports import LanguageModelCapabilities
from cockpit.types import Message


class CloudModel:
    """One model of one provider. `table`, `budget` and `switch` are shared by all, `breaker` by a provider's models."""

    def __init__(
        self,
        provider: Provider,
        row: ModelRow,
        *,
        table: Table,
        settings: CloudSettings,
        budget: Budget,
        breaker: Breaker,
        switch: KillSwitch,
        observe: LinkObserver | None = None,
    ) -> None:
        self.capabilities = LanguageModelCapabilities(
            name=provider.id,
            model=row.name,
            languages=("zh", "en"),
            context_tokens=row.context,
            local=False,
            constrained=False,
        )
        self.provider = provider
        self.row = row
        self.settings = settings
        self.budget = budget
        self.breaker = breaker
        self.switch = switch
        self.observe: LinkObserver = observe or (lambda _sample: None)
        self._table = table
        self._client: AsyncOpenAI | None = None
        self._preparing = asyncio.Lock()

    def stream(
        self, messages: Sequence[Message], *, limit_tokens: int, grammar: str | None = None
    ) -> AsyncIterator[str]:
        """Clean text, clause by clause; see the port. Raises `CloudError`."""
        if grammar is not None:
            raise ValueError("a cloud model cannot be held to a grammar")
        return aiter(self.call(messages, limit_tokens=limit_tokens))

    def call(
        self,
        messages: Sequence[Message],
        *,
        limit_tokens: int,
        deadline_s: float | None = None,
        witness: Witness | None = None,
    ) -> Call:
        """The same with a receipt; `deadline_s` seconds from the first read, where that is sooner than the setting."""
        limit_s = self.settings.deadline_s if deadline_s is None else min(deadline_s, self.settings.deadline_s)
        return Call(self, tuple(messages), min(limit_tokens, self.settings.reply_tokens), limit_s, witness)

    def price(self, messages: Sequence[Message], limit_tokens: int) -> float:
        """What a call may cost, before it is made."""
        return self.cost(estimated_request(messages), min(limit_tokens, self.settings.reply_tokens))

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        return self._table.cost(self.provider, self.row, tokens_in, tokens_out)

    async def open(self, messages: Sequence[Message], limit_tokens: int) -> AsyncStream[ChatCompletionChunk]:
        """Send one request. Raises what the client raises, and `CloudError` (`cloud-key`)."""
        body: dict[str, Any] = {**self.provider.extra, **self.row.extra, self.provider.limit: limit_tokens}
        if self.provider.usage:
            body["stream_options"] = {"include_usage": True}
        said = [{"role": message.role, "content": message.text} for message in messages]
        client = await self.prepare()
        return await client.chat.completions.create(
            model=self.row.name, messages=cast("Any", said), stream=True, extra_body=body
        )

    async def prepare(self) -> AsyncOpenAI:
        """Make the client, which takes a moment, on a thread; nothing is sent. Raises `CloudError` (`cloud-key`)."""
        async with self._preparing:
            if self._client is None:
                self._client = await asyncio.to_thread(self._made)
            return self._client

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _made(self) -> AsyncOpenAI:
        key = self.provider.key()
        limit = self.settings.reply_kb * 1024
        client = AsyncOpenAI(
            api_key=key.get_secret_value() if key else "none",
            base_url=self.provider.base_url,
            max_retries=0,
            http_client=http_client(limit, key is not None, self.settings.ca_file, self.observe),
        )
        _ = client.chat.completions  # is imported only when it is first asked for
        return client
