"""Settings of the voice."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cockpit.config.section import Section
from cockpit.types import Lang


class SpeechSettings(Section):
    """Voices, and where their sound goes."""

    zh: Literal["piper", "kokoro", "none"] = "kokoro"
    en: Literal["piper", "kokoro", "none"] = "piper"
    piper_voices: dict[Lang, str] = {"en": "piper-en-joe", "zh": "piper-zh-huayan"}
    """Manifest ids of the Piper voices."""
    kokoro_voice: str | None = None
    """A Kokoro speaker, or several joined by + (mixed); None takes the best there is for each language."""
    kokoro_voices: dict[Lang, str] = Field(default_factory=dict)
    """Kokoro speakers for single languages, before `kokoro_voice`."""
    rate: Annotated[float, Field(ge=0.5, le=2.0)] = 1.0
    volume_db: Annotated[float, Field(ge=-40, le=12)] = 0.0
    """Raises or lowers speech; peaks are limited."""
    speed_gain_db: Annotated[float, Field(ge=0, le=12)] = 6.0
    """How much louder speech is at 130 km/h than up to 50."""
    duck_db: Annotated[float, Field(ge=-60, le=0)] = -12.0
    """What event `duck` asks the head unit to lower the music by while speech is heard."""
    progress_s: Annotated[float, Field(ge=0, le=30)] = 1.5
    """How long after the end of a spoken request a word says that it is being worked on; 0 is never."""
    output: Literal["auto", "device", "none"] = "auto"
    """auto plays where a sound card is found; none is silent."""
    device: str | None = None
    publish: bool = False
    """Whether replies also go out as WAV chunks on `reply/audio/{turn}`."""
    speak_typed: bool = False
    """Whether typed requests are answered aloud too."""
    cache_mb: Annotated[int, Field(ge=0, le=1024)] = 32
    """Memory for spoken sentences that come again."""
    threads: Annotated[int, Field(ge=1, le=16)] = 2
