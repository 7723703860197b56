"""Drivers by the names that rig files call them. One of another package is named `package.module:Class`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from hil.rig.driver import ROLES, Driver, Resource
from hil.rig.errors import RigError

DRIVERS: dict[str, str] = {
    "own-broker": "hil.rig.drivers.broker:OwnBroker",
    "own-secure-broker": "hil.rig.drivers.secure_broker:OwnSecureBroker",
    "broker": "hil.rig.drivers.broker:GivenBroker",
    "bus-observer": "hil.rig.drivers.observer:BusObserver",
    "simulated-car": "hil.rig.drivers.virtual_car:VirtualCar",
    "mqtt-proxy": "hil.rig.drivers.network:ProxiedNetwork",
    "netem": "hil.rig.drivers.network:Netem",
    "http-relay": "hil.rig.drivers.relay:HttpRelay",
    "serial-relay": "hil.rig.drivers.relay:SerialRelay",
    "local-process": "hil.rig.drivers.local_board:LocalBoard",
    "ssh-systemd": "hil.rig.drivers.ssh_board:SshBoard",
    "mqtt-voice": "hil.rig.drivers.mqtt_voice:MqttVoice",
    "sound-card-voice": "hil.rig.drivers.sound_card:SoundCardVoice",
    "mqtt-microphones": "hil.rig.drivers.mqtt_microphones:MqttMicrophones",
    "sound-card-microphones": "hil.rig.drivers.sound_card:SoundCardMicrophones",
    "can-observer": "hil.rig.drivers.can_observer:CanObserver",
}
"""Imported when they are used: not every rig needs every library."""


def driver(name: str) -> type[Driver[Any]]:
    """The driver of that name. Raises `RigError` (`rig-invalid`)."""
    place = DRIVERS.get(name, name)
    module, colon, attribute = place.partition(":")
    if not colon:
        raise RigError("invalid", f"there is no driver {name!r}; there are {', '.join(sorted(DRIVERS))}")
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise RigError("invalid", f"driver {name!r} cannot be loaded: {error}") from error
    if not isinstance(found, type) or not issubclass(found, Driver) or getattr(found, "role", None) not in ROLES:
        raise RigError("invalid", f"{name!r} is no driver: it wants a subclass of hil.rig.driver.Driver with a role")
    if not issubclass(found.resource, Resource):
        raise RigError("invalid", f"{name!r} has a resource that is no hil.rig.driver.Resource")
    return found
