"""A simulated vehicle with its apps, on the bus contract and with no code of the assistant's own vehicle side."""

from hil.vehicle.simulator import Faults, SimulatedVehicle

__all__ = ["Faults", "SimulatedVehicle"]
