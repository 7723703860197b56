"""The simulated car on a rig's bus: faults of the layers `device` and `physics`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from cockpit.broker.folder import BrokerFolder
from cockpit.errors import ConfigError
from cockpit.profile import load_profile
from cockpit.types import Scalar
from hil.rig.driver import Driver, Resource, Site
from hil.rig.drivers.simulated_car import PERCENT_PER_S, SimulatedCar
from hil.rig.errors import RigError
from hil.trace import Seen, Source, Trace
from hil.vehicle.credentials import trust
from hil.vehicle.simulator import SimulatedVehicle


class VirtualCarResource(Resource):
    percent_per_s: Annotated[float, Field(gt=0)] = PERCENT_PER_S
    """Speed of windows, with which all movements are scaled; 25 is a real car's."""
    noise: Annotated[float, Field(ge=0)] = 0.0
    """The share of the sensors' noise."""
    seed: int = 1


class _SiteTrace(Trace):
    """Takes entries for the attempt that is under way, whichever that is."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self._site = site

    def add(self, source: Source, name: str, data: dict[str, Any] | None = None) -> Seen:
        return self._site.trace.add(source, name, data)


class VirtualCar(Driver[VirtualCarResource]):
    """Protocol `Car`."""

    role = "car"
    resource = VirtualCarResource

    async def open(self) -> None:
        site, where = self.site, self.where
        self.vehicle = SimulatedVehicle(
            load_profile(site.settings.profile),
            site.broker.host,
            site.broker.port,
            site.vid,
            where.percent_per_s,
            seed=where.seed,
            noise=where.noise,
        )
        if site.credentials is not None:
            self._trust(site.credentials)
        self._car = await self.held.enter_async_context(SimulatedCar(_SiteTrace(site), self.vehicle))

    def _trust(self, credentials: BrokerFolder) -> None:
        try:
            trust(self.vehicle, credentials, self.site.broker)
        except ConfigError as error:
            raise RigError("unsupported", error.message) from error

    async def prepare(self, values: Mapping[str, Scalar]) -> None:
        await self._car.prepare(values)

    async def put(self, path: str, value: Scalar) -> None:
        await self._car.put(path, value)

    async def drive(self, cycle: str) -> None:
        await self._car.drive(cycle)

    def value(self, path: str) -> Scalar:
        return self._car.value(path)

    async def begin(self, kind: str, args: Mapping[str, Any]) -> str:
        return await self._car.begin(kind, args)

    async def end(self, name: str) -> None:
        await self._car.end(name)
