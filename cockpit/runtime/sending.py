"""Every request to the cloud in the local record, before it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.record import SentRecord
from cockpit.types import Message


@dataclass(frozen=True, slots=True)
class Recorded:
    """Satisfies `cockpit.cloud.witness.Witness`: why the requests of one question are sent goes on record with them."""

    record: SentRecord
    turn: str
    reason: str
    privacy: str
    redactions: int

    async def sending(self, provider: str, model: str, host: str, messages: Sequence[Message]) -> str:
        """Raises `CloudError` (`cloud-unrecorded`)."""
        text = "\n".join(f"{message.role}: {message.text}" for message in messages)
        return await asyncio.to_thread(
            self.record.sending,
            text,
            turn=self.turn,
            provider=provider,
            model=model,
            host=host,
            reason=self.reason,
            bytes_up=len(text.encode()),
            privacy=self.privacy,
            redactions=self.redactions,
        )

    async def ended(self, sent: str, answer_bytes: int, outcome: str) -> None:
        await asyncio.to_thread(self.record.ended, sent, bytes_down=answer_bytes, outcome=outcome)
