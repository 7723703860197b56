"""MQTT: topics and payloads of the bus contract, and the connection to the broker."""

from cockpit.bus.client import Bus
from cockpit.bus.connection import LastWill

__all__ = ["Bus", "LastWill"]
