"""What a streamed response says, piece by piece. Trusts nothing: any field may be missing or of another type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openai.types.chat import ChatCompletionChunk

from cockpit.cloud.failures import CallFailed
from cockpit.types import Message


@dataclass
class Reading:
    """What was read of one response. Tokens are None until the provider tells them."""

    text: str = ""
    finished: bool = False
    cut: bool = False
    """The provider ended the answer at its limit."""
    tool_calls: int = 0
    tokens_in: int | None = None
    tokens_out: int | None = None

    def take(self, chunk: ChatCompletionChunk) -> str:
        """The text in `chunk`. Raises `CallFailed` (`cloud-nonsense`) when it is no chunk at all."""
        try:
            return self._take(chunk)
        except (AttributeError, TypeError, KeyError, IndexError) as error:
            raise CallFailed("nonsense", f"a piece of the response is none ({type(error).__name__})") from error

    def _take(self, chunk: ChatCompletionChunk) -> str:
        if chunk.usage is not None:
            self.tokens_in = _count(chunk.usage.prompt_tokens)
            self.tokens_out = _count(chunk.usage.completion_tokens)
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        self.finished = self.finished or choice.finish_reason is not None
        self.cut = self.cut or choice.finish_reason == "length"
        delta = choice.delta
        self.tool_calls += len(delta.tool_calls or ()) + (delta.function_call is not None)
        text = delta.content
        if text is None:
            return ""
        if not isinstance(text, str):
            raise TypeError("content")
        self.text += text
        return text


def _count(tokens: object) -> int | None:
    return tokens if isinstance(tokens, int) and not isinstance(tokens, bool) and tokens >= 0 else None


def estimated_tokens(text: str) -> int:
    """Tokens of `text`, rather too many than too few: one for each character outside Latin script, one for each three
    letters within it (providers name 0.6 and 0.3)."""
    wide = sum(char > "\u02ff" for char in text)
    return wide + -(-(len(text) - wide) // 3)


def estimated_request(messages: Sequence[Message]) -> int:
    """Tokens of a request, with what the format adds to each message."""
    return 8 + sum(estimated_tokens(message.text) + 8 for message in messages)
