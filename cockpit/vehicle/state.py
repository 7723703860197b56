"""The vehicle as last heard: the latest value of every signal with its age, who serves what, which apps are up.

Only what was heard on the present connection counts: when it ends, everything is forgotten until heard again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from cockpit.bus import topics
from cockpit.bus.payloads import AppStatus, Provider, State, parse, parse_timestamp
from cockpit.errors import BusError
from cockpit.profile import VehicleProfile
from cockpit.types import Reading, Scalar, Snapshot, same_value

CLOCK_SKEW_S = 1.0
"""How far in the future a retained value may claim to be; one further ahead has a clock that tells nothing."""


class SignalStore:
    """Takes the vehicle's and the apps' messages, gives snapshots. `clock` and `wall` are settable for tests."""

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

    def on_state(self, topic: str, payload: bytes, retained: bool) -> None:
        """A signal of the vehicle. One that the profile does not have is counted as `vehicle-unknown-signal`.

        Raises `BusError` (`bus-bad-payload`; `bus-bad-value` for a value that the signal cannot have).
        """
        path = topics.STATE.parse(topic)["path"]
        signal = self._profile.signals.get(path)
        if signal is None:
            self._counters["vehicle-unknown-signal"] += 1
            return
        state = parse(State, payload)
        if fault := signal.fault(state.value):
            raise BusError("bad-value", f"{path} cannot be {state.value!r}: wrong {fault}")
        value = signal.cast(state.value)
        self._readings[path] = Reading(value, self._clock() - (self._age(state.ts) if retained else 0.0))
        for wanted, reached in self._waiting.get(path, ()):
            if same_value(value, wanted):
                reached.set()

    def on_provider(self, topic: str, payload: bytes, retained: bool) -> None:
        """A provider of signals came or went. Raises `BusError` (`bus-bad-payload`)."""
        del retained
        name = topics.PROVIDER.parse(topic)["name"]
        provider = parse(Provider, payload)
        self._providers[name] = tuple(provider.paths) if provider.status == "online" else ()

    def on_app_status(self, topic: str, payload: bytes, retained: bool) -> None:
        """An app came or went. Raises `BusError` (`bus-bad-payload`)."""
        del retained
        app = topics.APP_STATUS.parse(topic)["app"]
        online = parse(AppStatus, payload).status == "online"
        (self._apps.add if online else self._apps.discard)(app)

    def forget(self) -> None:
        """The connection ended: nothing is known until heard again."""
        self._readings.clear()
        self._providers.clear()
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

    def _age(self, ts: str) -> float:
        """Seconds since `ts` by the wall clock; infinite when it cannot be told."""
        at = parse_timestamp(ts)
        if at is None:
            return float("inf")
        age = (self._wall() - at).total_seconds()
        return max(age, 0.0) if age >= -CLOCK_SKEW_S else float("inf")
