"""What is known of one status message: its last values, and whether its frames still come as they should."""

from __future__ import annotations

from collections import Counter

from cockpit.can.database import Frame
from cockpit.can.protection import GOOD, Check
from cockpit.errors import CanError
from cockpit.types import Scalar


class Reception:
    """Pure: time is handed to it. After `timeout_s` without a valid frame its signals are stale.

    Frames whose protection is wrong are dropped and count as not received: `can-crc`, `can-repeated` (a frozen
    counter), `can-sequence`. `can-lost` counts gaps that were accepted, `can-bad-value` values that the signal cannot
    have.
    """

    def __init__(self, frame: Frame, timeout_s: float, counters: Counter[str]) -> None:
        self.frame = frame
        self._timeout_s = timeout_s
        self._counters = counters
        self._check = Check(frame.id)
        self._last = b""
        self.values: dict[str, Scalar] = {}
        self.heard_s = float("-inf")
        """Monotonic time of the last valid frame."""
        self.alive = False
        self._stale_s = float("inf")

    def take(self, data: bytes, now_s: float) -> dict[str, Scalar]:
        """A frame has come: the values that changed with it."""
        verdict = self._check.judge(data)
        if verdict not in GOOD and verdict != "initial":
            self._counters[f"can-{verdict}"] += 1
            return {}
        if verdict == "lost":
            self._counters["can-lost"] += 1
        self.heard_s, self.alive = now_s, True
        self._stale_s = now_s + self._timeout_s
        content = bytes((data[1] & 0xF0,)) + data[2:]
        if content == self._last:
            return {}
        self._last = content
        return self._read(data)

    def _read(self, data: bytes) -> dict[str, Scalar]:
        try:
            physical = self.frame.decode(data)
        except CanError as error:
            self._counters[error.code] += 1
            return {}
        changed: dict[str, Scalar] = {}
        for path, codec in self.frame.codecs.items():
            value = codec.value(physical[codec.name])
            if value is None:
                self._counters["can-bad-value"] += 1
            elif self.values.get(path) != value:
                changed[path] = value
        self.values |= changed
        return changed

    def expire(self, now_s: float) -> bool:
        """Whether its time is just over. Its values are stale from then on, and the next frame begins anew."""
        if not self.alive or now_s <= self._stale_s:
            return False
        self.lose()
        return True

    def excuse(self, deaf_s: float) -> None:
        """Nobody listened for so long: that was no silence."""
        self._stale_s += deaf_s

    def lose(self) -> None:
        """Nothing is known any more, e.g. because the bus is off."""
        self.alive = False
        self.values.clear()
        self._last = b""
        self._check.forget()
