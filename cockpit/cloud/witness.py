"""Who writes down what is sent, before it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cockpit.types import Message


class Witness(Protocol):
    """Sees every request of one question."""

    async def sending(self, provider: str, model: str, host: str, messages: Sequence[Message]) -> str:
        """Called before anything is sent; returns what `ended` is called with. Raises `CloudError`: then nothing is."""

    async def ended(self, sent: str, answer_bytes: int, outcome: str) -> None:
        """Called when it has ended, with `done` or the code of what went wrong."""
