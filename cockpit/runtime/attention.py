"""Stub until merged."""

from __future__ import annotations

from cockpit.types import Zone


class Attention:
    free_commands = False

    def woken(self, zone: Zone, now_s: float) -> None: ...
    def pressed(self, zone: Zone, now_s: float) -> None: ...
    def released(self, zone: Zone, now_s: float) -> None: ...
    def replied(self, zone: Zone, now_s: float, asked: bool) -> None: ...
    def begun(self, zone: Zone, now_s: float) -> str | None:
        return "open"

    def free(self, intent: str) -> bool:
        return False
