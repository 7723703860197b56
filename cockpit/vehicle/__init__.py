"""The car, by whichever of its buses, and the apps of its head unit."""

from __future__ import annotations

from cockpit.bus import Bus
from cockpit.config import Settings
from cockpit.errors import ConfigError
from cockpit.profile import VehicleProfile
from cockpit.vehicle.apps import AppRequests
from cockpit.vehicle.command import Commands, Progress, SignalPort
from cockpit.vehicle.mqtt_vehicle import MqttVehicle
from cockpit.vehicle.signals import ContractSignals
from cockpit.vehicle.state import SignalStore
from cockpit.vehicle.vehicle import ConnectedVehicle
from cockpit.vehicle.viss import VissSignals

__all__ = ["ConnectedVehicle", "MqttVehicle", "connected_vehicle"]


def connected_vehicle(
    settings: Settings, bus: Bus, profile: VehicleProfile, on_progress: Progress | None = None
) -> ConnectedVehicle:
    """The vehicle behind the port that the settings name. Make it before the bus runs, then `run` it.

    Raises `ConfigError` (`config-kuksa-missing`) where that port's library is not installed.
    """
    store, commands = SignalStore(profile, bus.counters), Commands(bus.counters, on_progress)
    return ConnectedVehicle(
        _signals(settings, bus, profile, store, commands),
        AppRequests(bus, settings.vid, store, commands),
        store,
        commands,
        profile,
        settings.turn.result_timeout_s,
        settings.turn.moving_timeout_s,
    )


def _signals(
    settings: Settings, bus: Bus, profile: VehicleProfile, store: SignalStore, commands: Commands
) -> SignalPort:
    match settings.vehicle.port:
        case "viss":
            return VissSignals(bus, profile, settings.vid, settings.vehicle.viss, store, commands)
        case "kuksa":
            try:
                from cockpit.vehicle.kuksa import KuksaSignals  # noqa: PLC0415 (its library is an extra)
            except ImportError as error:
                message = f"the port kuksa needs a library: pip install 'cockpit-voice[kuksa]' ({error})"
                raise ConfigError("kuksa-missing", message) from error
            return KuksaSignals(profile, settings.vehicle.kuksa, store, bus.counters)
    return ContractSignals(bus, profile, settings.vid, store, commands)
