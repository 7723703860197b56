"""Every error the assistant raises on purpose. Codes read `stage-reason` and are stable.

CockpitError
 ├─ ConfigError         a setting, profile, manifest or phrase file is wrong
 ├─ ModelError          a model file is missing, corrupt or cannot be fetched
 ├─ AudioError          a microphone, WAV or stream cannot be used
 ├─ RecognitionError    an engine failed or was too late
 ├─ UnderstandingError  understanding failed (not: "did not understand", which is an answer)
 ├─ BusError            the broker is away, a payload is broken
 ├─ CanError            the CAN bus is off, a frame or its DBC cannot be used
 ├─ VehicleError        the vehicle or an app did not do what was asked
 ├─ SpeechError         a voice or the loudspeaker failed
 ├─ LanguageModelError  the language model on the board failed or is not there
 └─ CloudError          a cloud model could not be reached, refused, or answered nonsense
"""

from __future__ import annotations


class CockpitError(Exception):
    """Base of all; `code` is machine-readable, the message is for a person."""

    stage = "cockpit"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.code = f"{self.stage}-{reason}"
        self.message = message

    def __str__(self) -> str:
        return f"{self.message} [{self.code}]"


class ConfigError(CockpitError):
    stage = "config"


class ModelError(CockpitError):
    stage = "model"


class AudioError(CockpitError):
    stage = "audio"


class RecognitionError(CockpitError):
    stage = "asr"


class UnderstandingError(CockpitError):
    stage = "nlu"


class BusError(CockpitError):
    stage = "bus"


class CanError(CockpitError):
    stage = "can"


class VehicleError(CockpitError):
    stage = "vehicle"


class SpeechError(CockpitError):
    stage = "tts"


class LanguageModelError(CockpitError):
    stage = "llm"


class CloudError(CockpitError):
    stage = "cloud"


__all__ = [
    "AudioError",
    "BusError",
    "CanError",
    "CloudError",
    "CockpitError",
    "ConfigError",
    "LanguageModelError",
    "ModelError",
    "RecognitionError",
    "SpeechError",
    "UnderstandingError",
    "VehicleError",
]
