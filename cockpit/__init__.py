"""An offline-first cockpit voice assistant for Chinese and English, on MQTT."""

__version__ = "0.1.0"
