"""The car over MQTT."""

from cockpit.vehicle.mqtt_vehicle import MqttVehicle

__all__ = ["MqttVehicle"]
