"""The simulated vehicle on a broker that wants to know who comes."""

from __future__ import annotations

from cockpit.broker.folder import BrokerFolder
from cockpit.broker.roles import Client
from cockpit.bus.connection import tls_parameters
from cockpit.config import BrokerSettings
from hil.vehicle.simulator import SimulatedVehicle


def trust(vehicle: SimulatedVehicle, folder: BrokerFolder, broker: BrokerSettings) -> None:
    """Give the vehicle and each of its apps the certificate of its own. Raises `ConfigError`
    (`config-unknown-client`)."""
    vehicle.tls = tls_parameters(folder.connection(Client("vehicle"), broker))
    for name, app in vehicle.apps.items():
        app.tls = tls_parameters(folder.connection(Client("app", name), broker))
