"""A simulated vehicle with its apps, on the bus contract and with no code of the assistant's own vehicle side."""

from hil.vehicle.simulator import SimulatedVehicle

__all__ = ["SimulatedVehicle"]
