"""The vehicle as last heard: the latest value of every signal with its age, who serves what, which apps are up.

Only what was heard on the present connection counts: when it ends, everything that came over it is forgotten until
heard again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from cockpit.errors import BusError
from cockpit.profile import VehicleProfile
from cockpit.types import Reading, Scalar, Snapshot, same_value

CLOCK_SKEW_S = 1.0
"""How far in the future a value may claim to be; one further ahead has a clock that tells nothing."""


class SignalStore:
    """Takes what the ports hear, gives snapshots. `clock` and `wall` are settable for tests."""

    def __init__(
        self,
        profile: VehicleProfile,
        counters: Counter[str],
        clock: Callable[[], float] = lambda: asyncio.get_running_loop().time(),
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._profile = profile
        self._counters = counters
        self._clock = clock
        self._wall = wall
        self._readings: dict[str, Reading] = {}
        self._providers: dict[str, tuple[str, ...]] = {}
        self._apps: set[str] = set()
        self._waiting: dict[str, list[tuple[Scalar, asyncio.Event]]] = {}

    def snapshot(self) -> Snapshot:
        provided = tuple(pattern for patterns in self._providers.values() for pattern in patterns)
        return Snapshot(dict(self._readings), provided, frozenset(self._apps))

    def heard(self, path: str, value: object, age_s: float = 0.0) -> None:
        """A value of a signal, true `age_s` ago. One that the profile does not have is counted as
        `vehicle-unknown-signal`.

        Raises `BusError` (`bus-bad-value`) for a value that the signal cannot have; the last one stays.
        """
        signal = self._profile.signals.get(path)
        if signal is None:
            self._counters["vehicle-unknown-signal"] += 1
            return
        fault = signal.fault(value)
        if fault or not isinstance(value, bool | int | float | str):
            raise BusError("bad-value", f"{path} cannot be {value!r}: wrong {fault}")
        typed = signal.cast(value)
        self._readings[path] = Reading(typed, self._clock() - age_s)
        for wanted, reached in self._waiting.get(path, ()):
            if same_value(typed, wanted):
                reached.set()

    def unknown(self, path: str) -> None:
        """The car says that it does not know the value of a signal."""
        self._readings.pop(path, None)

    def age_s(self, at: datetime | None) -> float:
        """Seconds since `at` by the wall clock; infinite when it cannot be told."""
        if at is None:
            return float("inf")
        age = (self._wall() - at).total_seconds()
        return max(age, 0.0) if age >= -CLOCK_SKEW_S else float("inf")

    def provider(self, name: str, paths: Sequence[str]) -> None:
        """Who serves which signals now; none when it went."""
        self._providers[name] = tuple(paths)

    def app(self, name: str, online: bool) -> None:
        (self._apps.add if online else self._apps.discard)(name)

    def forget_signals(self) -> None:
        """The connection to the car ended: nothing is known of it until heard again."""
        self._readings.clear()
        self._providers.clear()

    def forget_apps(self) -> None:
        self._apps.clear()

    async def reached(self, path: str, wanted: Scalar) -> None:
        """Return as soon as the current value of `path` is `wanted`; waits for ever, so give it a deadline."""
        reading = self._readings.get(path)
        if reading is not None and same_value(reading.value, wanted):
            return
        with self._waiter(path, wanted) as reached:
            await reached.wait()

    @contextmanager
    def _waiter(self, path: str, wanted: Scalar) -> Iterator[asyncio.Event]:
        entry = (wanted, asyncio.Event())
        self._waiting.setdefault(path, []).append(entry)
        try:
            yield entry[1]
        finally:
            self._waiting[path].remove(entry)
