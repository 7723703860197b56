"""The car on the road: it follows a drive cycle, and distance, place and gear follow its speed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cockpit.types import Scalar
from hil.rig.errors import RigError
from hil.vehicle.state import State
from hil.vehicle.tables import DriveCycle, Point, drive_cycles

METRES_PER_DEGREE = 111_320.0


class Driving:
    """Without a cycle the speed is whatever it was given, and is kept."""

    def __init__(self, state: State) -> None:
        self._state, self._row = state, state.tables.driving
        self._cycle: DriveCycle | None = None
        self._in_cycle_s = 0.0
        self._speed = state.number(self._row.speed)
        self._place = {
            path: state.number(path) for path in (self._row.odometer, self._row.latitude, self._row.longitude)
        }

    def follow(self, cycle: str) -> None:
        """Drive as the cycle of that name says, from its beginning. Raises `RigError` (`rig-unsupported`)."""
        if cycle not in drive_cycles():
            raise RigError("unsupported", f"no drive cycle {cycle}; there are {', '.join(drive_cycles())}")
        self._cycle, self._in_cycle_s = drive_cycles()[cycle], 0.0
        if not self._parks(self._cycle):
            self._set_all(self._row.while_driving)

    def put(self, path: str, value: Scalar) -> None:
        if path == self._row.speed:
            self._speed = float(value)
        if path in self._place:
            self._place[path] = float(value)

    def step(self, dt_s: float) -> None:
        if self._cycle is not None:
            self._follow(self._cycle, dt_s)
        if speed := self._state.number(self._row.speed):
            self._travel(speed / 3.6 * dt_s)

    def _follow(self, cycle: DriveCycle, dt_s: float) -> None:
        row, state = self._row, self._state
        self._in_cycle_s = (self._in_cycle_s + dt_s) % cycle.loop_s
        for path, points in cycle.tracks.items():
            if path != row.speed:
                state.set(path, course(points, self._in_cycle_s))
        wanted = course(cycle.tracks.get(row.speed, [(0, 0)]), self._in_cycle_s)
        faster, slower = row.accelerates * 3.6 * dt_s, row.brakes * 3.6 * dt_s
        self._speed = min(max(wanted, self._speed - slower), self._speed + faster)
        state.set(row.speed, self._speed)
        state.set(row.gear, sum(self._speed >= limit for limit in row.gears))
        if self._parks(cycle) and self._speed == 0:
            self._cycle = None
            self._set_all(row.when_parked)

    def _parks(self, cycle: DriveCycle) -> bool:
        return not any(speed for _, speed in cycle.tracks.get(self._row.speed, ()))

    def _set_all(self, values: dict[str, Scalar]) -> None:
        for path, value in values.items():
            self._state.set(path, value)

    def _travel(self, metres: float) -> None:
        row, place = self._row, self._place
        heading = math.radians(self._state.number(row.heading))
        north, east = metres * math.cos(heading), metres * math.sin(heading)
        place[row.odometer] += metres / 1000
        place[row.longitude] += east / METRES_PER_DEGREE / max(0.01, math.cos(math.radians(place[row.latitude])))
        place[row.latitude] += north / METRES_PER_DEGREE
        self._set_all(dict(place))


def course(points: Sequence[Point], at_s: float) -> float:
    """The value of a track at a time: on the straight line between its neighbours, the outermost beyond them."""
    before = points[0]
    for point in points:
        if point[0] >= at_s:
            span = point[0] - before[0]
            share = (at_s - before[0]) / span if span else 1.0
            return (
                before[1] + share * (point[1] - before[1]) if at_s > before[0] else point[1] if not span else before[1]
            )
        before = point
    return before[1]
