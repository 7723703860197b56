"""Whether live speech is meant for the assistant: a state machine without clock or I/O."""

from __future__ import annotations

from typing import Literal

from cockpit.config import WakeSettings
from cockpit.types import Zone

Why = Literal["open", "push", "wake", "follow_up"]
"""Why speech is listened to: always, the key is down, a wake word fell, the conversation goes on."""


class Attention:
    """Of every seat. Times are seconds of one clock that never goes back."""

    def __init__(self, settings: WakeSettings) -> None:
        self._settings = settings
        self._until: dict[Zone, tuple[float, Why]] = {}
        self._pressed: dict[Zone, float] = {}

    def woken(self, zone: Zone, now_s: float) -> None:
        """A wake word fell at `zone`."""
        self._open(zone, now_s + self._settings.listen_s, "wake")

    def pressed(self, zone: Zone, now_s: float) -> None:
        """The push-to-talk key of `zone` is down."""
        self._pressed[zone] = now_s

    def released(self, zone: Zone) -> None:
        self._pressed.pop(zone, None)

    def replied(self, zone: Zone, now_s: float, *, asked: bool) -> None:
        """A reply to `zone` is over; `asked` where it was a question."""
        seconds = self._settings.answer_s if asked else self._settings.follow_up_s
        if seconds:
            self._open(zone, now_s + seconds, "follow_up")

    def close(self, zone: Zone) -> None:
        """What opened `zone` was meant for another seat."""
        self._until.pop(zone, None)

    def _open(self, zone: Zone, until_s: float, why: Why) -> None:
        """Nothing closes a seat earlier than what opened it before would have."""
        before_s, _ = self._until.get(zone, (until_s, why))
        self._until[zone] = max(before_s, until_s), why

    def begun(self, zone: Zone, now_s: float) -> Why | None:
        """Why speech that begins now at `zone` is listened to; None where nothing asks for it."""
        if now_s - self._pressed.get(zone, float("-inf")) <= self._settings.push_s:
            return "push"
        if not self._settings.required:
            return "open"
        until_s, why = self._until.get(zone, (float("-inf"), "wake"))
        return why if now_s <= until_s else None

    @property
    def free_commands(self) -> bool:
        """Whether some commands need none of this."""
        return self._settings.free

    def free(self, intent: str) -> bool:
        return self._settings.free and intent in self._settings.free_intents
