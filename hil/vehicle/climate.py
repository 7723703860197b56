"""Cabin air, seat by seat: walls, sun, open windows, and a unit that blows warmer or colder air."""

from __future__ import annotations

from cockpit.types import Scalar
from hil.vehicle.state import State
from hil.vehicle.tables import ClimateZone

WIND_KM_H = 50.0
"""Speed that doubles what an open window lets in."""


class Climate:
    """First-order: each zone runs after outside air, supplied air and its neighbours. Writes the cabin's temperature,
    which is the zones' mean."""

    def __init__(self, state: State) -> None:
        self._state, self._row = state, state.tables.climate
        self.zones_c = [state.number(self._row.cabin)] * len(self._row.zones)

    def put(self, path: str, value: Scalar) -> None:
        if path == self._row.cabin:
            self.zones_c = [float(value)] * len(self._row.zones)

    def step(self, dt_s: float) -> None:
        mean = self._mean()
        self.zones_c = [
            here + dt_s * (self._flow(zone, here) + (mean - here) / self._row.mixing_s)
            for zone, here in zip(self._row.zones, self.zones_c, strict=True)
        ]
        self._state.set(self._row.cabin, self._mean())

    def _mean(self) -> float:
        return sum(self.zones_c) / len(self.zones_c)

    def _flow(self, zone: ClimateZone, here: float) -> float:
        """What a zone at `here` °C gains, in °C per second."""
        row, state = self._row, self._state
        outside = state.number(row.outside)
        wind = 1 + state.number(state.tables.driving.speed) / WIND_KM_H
        through = 1 / row.loss_s + wind * state.number(zone.window) / 100 / row.window_s
        blown = state.number(zone.fan) / 100 / row.blower_s
        return row.sun_c_per_s + through * (outside - here) + blown * (self._supply(zone, here, outside) - here)

    def _supply(self, zone: ClimateZone, here: float, outside: float) -> float:
        """Temperature of the air that is blown. Without cooling it cannot be colder than what is drawn in."""
        row, state = self._row, self._state
        wanted = state.number(zone.wanted)
        drawn = here if state.number(row.recirculation) else outside
        coldest = row.supply_c[0] if state.number(row.cooling) else drawn
        return min(max(wanted + row.gain * (wanted - here), coldest), row.supply_c[1])
