"""The car and its apps, both on the bus contract."""

from __future__ import annotations

from cockpit.bus import Bus
from cockpit.profile import VehicleProfile
from cockpit.vehicle.apps import AppRequests
from cockpit.vehicle.command import Commands, Progress
from cockpit.vehicle.signals import ContractSignals
from cockpit.vehicle.state import SignalStore
from cockpit.vehicle.vehicle import ConnectedVehicle


class MqttVehicle(ConnectedVehicle):
    """Make it before the bus runs; it registers its subscriptions. It need not `run`."""

    def __init__(
        self, bus: Bus, profile: VehicleProfile, vid: str, result_timeout_s: float, on_progress: Progress | None = None
    ) -> None:
        store, commands = SignalStore(profile, bus.counters), Commands(bus.counters, on_progress)
        signals = ContractSignals(bus, profile, vid, store, commands)
        super().__init__(signals, AppRequests(bus, vid, store, commands), store, commands, profile, result_timeout_s)
