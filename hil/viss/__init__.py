"""A VISS v3 server over MQTT, in front of a car on the bus contract."""

from hil.viss.server import VissFaults, VissServer

__all__ = ["VissFaults", "VissServer"]
