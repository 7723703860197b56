"""The engines by the names that the configuration file uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from cockpit.config import AsrSettings
from cockpit.ports import Recognizer


@dataclass(frozen=True, slots=True)
class EngineRow:
    """An engine that can be chosen: the manifest id of its model, and how it is made from that model's folder.

    `make` imports the engine's libraries, which takes up to a second: call it off the event loop.
    """

    model: Callable[[AsrSettings], str]
    make: Callable[[AsrSettings, Path], Recognizer]


def _moonshine(settings: AsrSettings, folder: Path) -> Recognizer:
    module = import_module("cockpit.asr.moonshine")
    return cast("Recognizer", module.MoonshineRecognizer(folder, settings.threads, settings.leaning))


def _whisper(settings: AsrSettings, folder: Path) -> Recognizer:
    module = import_module("cockpit.asr.whisper")
    return cast("Recognizer", module.WhisperRecognizer(folder, settings.threads, settings.leaning))


def _vosk(settings: AsrSettings, folder: Path) -> Recognizer:
    languages = tuple(lang for lang, name in (("zh", settings.zh), ("en", settings.en)) if name == "vosk")
    module = import_module("cockpit.asr.vosk")
    return cast("Recognizer", module.VoskRecognizer(folder, languages))


ENGINES: Mapping[str, EngineRow] = {
    "moonshine": EngineRow(lambda _: "moonshine-base-en", _moonshine),
    "vosk": EngineRow(lambda settings: settings.vosk_model, _vosk),
    "whisper": EngineRow(lambda _: "whisper-base", _whisper),
}
"""`AsrSettings` chooses among these rows."""
