"""The car's control units: they take commands, answer as the contract says, and move what takes time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from numpy.random import Generator

from cockpit.profile import Signal
from cockpit.types import Scalar
from hil.vehicle.command import Command, Result
from hil.vehicle.electrics import strength
from hil.vehicle.faults import DuplicateResult, Faults, HalfWay, Late, NeverAnswer, Obstacle, Reject, Stuck, WrongValue
from hil.vehicle.motion import Motion
from hil.vehicle.state import State, another
from hil.vehicle.tables import Actuator

PROGRESS_S = 0.5
"""How often a movement tells how far it is."""


@dataclass(slots=True)
class _Order:
    """A command that was accepted and has no end yet."""

    command: Command
    value: Scalar
    actuator: Actuator
    moved: str
    due_s: float
    motion: Motion | None = None
    end: tuple[str, str] = ("succeeded", "")
    told_s: float = 0.0


class Ecus:
    """All control units of the car. `results` is what they have to tell; whoever tells it takes it out. `pace`
    multiplies the speed of every movement."""

    def __init__(self, state: State, faults: Faults, rng: Generator, pace: float) -> None:
        self._state, self._faults, self._rng, self._pace = state, faults, rng, pace
        self._now_s = 0.0
        self._orders: list[_Order] = []
        self._places: dict[str, float] = {}
        self._above: dict[tuple[str, str], bool] = {}
        self.results: deque[Result] = deque()

    @property
    def moving(self) -> set[str]:
        """Paths of the parts that are on their way."""
        return {order.moved for order in self._orders if order.motion is not None}

    def take(self, command: Command) -> None:
        """A command has come."""
        if self._faults.at(command.path, NeverAnswer):
            return
        status, code = self._verdict(command)
        self.results.append(Result(command, status, code))
        if status != "accepted":
            return
        order = self._order(command)
        if order.actuator.speed:
            for older in [one for one in self._orders if one.moved == order.moved]:
                self._close(older, "failed", "superseded")
        self._orders.append(order)

    def put(self, path: str, value: Scalar) -> None:
        """The world outside has moved a part: whatever moves it goes on from there."""
        del value
        self._places.pop(path, None)
        for order in self._orders:
            if order.moved == path and order.motion is not None:
                order.motion.here = self._place(path)

    def step(self, dt_s: float) -> None:
        self._now_s += dt_s
        for order in list(self._orders):
            if order.motion is not None:
                self._move(order, order.motion, dt_s)
            elif order.due_s <= self._now_s:
                self._begin(order)

    def _verdict(self, command: Command) -> tuple[str, str]:
        signal = self._state.signals.get(command.path)
        if fault := self._faults.at(command.path, Reject):
            return "rejected", fault.code
        if signal is None or signal.kind != "actuator":
            return "rejected", "not-an-actuator"
        if wrong := self._wrong(signal, command.value):
            return "rejected", f"wrong-{wrong}"
        if command.expired:
            return "expired", "too-old"
        code = self._reluctance(command.path, command.value)
        return ("rejected", code) if code else ("accepted", "")

    @staticmethod
    def _wrong(signal: Signal, value: object) -> str:
        """A word of a closed list that is not in it is a wrong value, a number out of bounds a wrong range."""
        fault = signal.fault(value)
        return "value" if fault == "range" and isinstance(value, str) else fault

    def _reluctance(self, path: str, value: object) -> str:
        """Why the control unit will not do it now."""
        tables, state = self._state.tables, self._state
        actuator = tables.actuator(path)
        if state.number(tables.electrics.voltage, 12.0) < tables.ecus[actuator.ecu].needs_v:
            return "low-voltage"
        for lock in tables.interlocks:
            if lock.covers(path) and value in lock.values and state.number(lock.signal) > lock.above:
                return "refused"
        busy = actuator.in_motion == "busy" and any(order.moved == path for order in self._orders)
        return "busy" if busy else ""

    def _order(self, command: Command) -> _Order:
        path, actuator = command.path, self._state.tables.actuator(command.path)
        value = self._state.signals[path].cast(command.value)  # type: ignore[arg-type]  # checked by the verdict
        end = ("succeeded", "")
        if wrong := self._faults.at(path, WrongValue):
            value = wrong.value if wrong.value is not None else another(self._state.signals[path], value)
        if half := self._faults.at(path, HalfWay):
            end = (half.reports, half.code if half.reports == "failed" else "")
        late = self._faults.at(path, Late)
        due_s = self._now_s + float(self._rng.uniform(*self._state.tables.ecus[actuator.ecu].latency_s))
        due_s += late.s if late else 0.0
        before = (order.due_s for order in self._orders if order.command.path == path)
        return _Order(command, value, actuator, actuator.moves or path, max((due_s, *before)), end=end)

    def _begin(self, order: _Order) -> None:
        path, actuator = order.command.path, order.actuator
        if self._faults.at(path, Stuck):
            self._close(order, "succeeded")
        elif actuator.speed:
            self._start(order)
        else:
            half = self._faults.at(path, HalfWay)
            self._state.set(path, order.value if half is None else self._state.part_of(path, order.value, half.share))
            self._close(order, *order.end)

    def _start(self, order: _Order) -> None:
        """Set a part in motion; a push that leads nowhere is done with that."""
        path, actuator = order.command.path, order.actuator
        if actuator.moves:
            self._state.set(path, order.value)
        wanted = actuator.to.get(str(order.value)) if actuator.moves else _as_place(order.value)
        if wanted is None:
            self._close(order, "succeeded")
            return
        half = self._faults.at(path, HalfWay)
        here = self._place(order.moved)
        order.motion = Motion(here, here + (wanted - here) * (half.share if half else 1.0), actuator.reverses)
        order.told_s = self._now_s
        self.results.append(Result(order.command, "in_progress", progress=0.0))

    def _move(self, order: _Order, motion: Motion, dt_s: float) -> None:
        tables, state, actuator = self._state.tables, self._state, order.actuator
        if state.number(tables.electrics.voltage, 12.0) < tables.ecus[actuator.ecu].needs_v:
            self._close(order, "failed", "low-voltage")
            return
        distance = actuator.speed * self._pace * strength(state) * dt_s
        over = motion.advance(distance, *self._free(order.moved, motion.here))
        self._places[order.moved] = motion.here
        self._show(order.moved, motion.here, actuator)
        if over:
            self._close(order, *(("failed", "obstacle") if motion.blocked else order.end))
        elif self._now_s - order.told_s >= PROGRESS_S:
            order.told_s = self._now_s
            self.results.append(Result(order.command, "in_progress", progress=round(motion.progress, 2)))

    def _free(self, path: str, here: float) -> tuple[float, float]:
        """Between which places the part can move."""
        low, high = float("-inf"), float("inf")
        for name, obstacle in self._faults.all_at(path, Obstacle):
            if self._above.setdefault((name, path), here >= obstacle.at):
                low = max(low, obstacle.at)
            else:
                high = min(high, obstacle.at)
        return low, high

    def _place(self, path: str) -> float:
        return self._places.get(path, _as_place(self._state.values[path]))

    def _show(self, path: str, place: float, actuator: Actuator) -> None:
        if actuator.swings:
            self._state.set(path, place > 0 if actuator.swings == "leaving" else place >= 100)
        else:
            self._state.set(path, place)

    def _close(self, order: _Order, status: str, code: str = "") -> None:
        self._orders.remove(order)
        duplicate = self._faults.at(order.command.path, DuplicateResult)
        self.results.extend([Result(order.command, status, code)] * (duplicate.times if duplicate else 1))


def _as_place(value: Scalar) -> float:
    """Where a part stands by its signal; a swinging one is at 0 or at 100."""
    if isinstance(value, str):
        return 0.0
    return 100.0 * value if isinstance(value, bool) else float(value)
