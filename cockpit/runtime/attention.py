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
        self._pressed: set[Zone] = set()

    def woken(self, zone: Zone, now_s: float) -> None:
        """A wake word fell at `zone`."""
        self._until[zone] = now_s + self._settings.listen_s, "wake"

    def pressed(self, zone: Zone) -> None:
        """The push-to-talk key of `zone` is down."""
        self._pressed.add(zone)

    def released(self, zone: Zone) -> None:
        self._pressed.discard(zone)

    def replied(self, zone: Zone, now_s: float, *, asked: bool) -> None:
        """A reply to `zone` is over; `asked` where it was a question."""
        seconds = self._settings.answer_s if asked else self._settings.follow_up_s
        if seconds:
            self._until[zone] = now_s + seconds, "follow_up"

    def begun(self, zone: Zone, now_s: float) -> Why | None:
        """Why speech that begins now at `zone` is listened to; None where nothing asks for it.

        Speech that is listened to keeps the seat's conversation open as a reply does.
        """
        why = self._why(zone, now_s)
        if why is not None:
            self.replied(zone, now_s, asked=False)
        return why

    def _why(self, zone: Zone, now_s: float) -> Why | None:
        if zone in self._pressed:
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
