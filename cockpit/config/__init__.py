"""Settings: documented where they are declared, by what they are for, and validated when they are read."""

from cockpit.config.answering import CloudSettings, LanguageModelSettings, ManualSettings, PrivacySettings, TurnSettings
from cockpit.config.connections import BrokerSettings, CanSettings, HttpSettings
from cockpit.config.hearing import AsrSettings, AudioSettings, FrontSettings, WakeSettings
from cockpit.config.section import ROOT
from cockpit.config.settings import Settings, credential, load_settings
from cockpit.config.speaking import SpeechSettings

__all__ = [
    "ROOT",
    "AsrSettings",
    "AudioSettings",
    "BrokerSettings",
    "CanSettings",
    "CloudSettings",
    "FrontSettings",
    "HttpSettings",
    "LanguageModelSettings",
    "ManualSettings",
    "PrivacySettings",
    "Settings",
    "SpeechSettings",
    "TurnSettings",
    "WakeSettings",
    "credential",
    "load_settings",
]
