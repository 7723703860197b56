"""Settings of how speech comes in and becomes text."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cockpit.config.section import Section
from cockpit.types import Lang, Zone


class AudioSettings(Section):
    """Where speech comes from and how its end is found."""

    source: Literal["mqtt", "microphone", "none"] = "mqtt"
    """What is listened to live. Whole utterances over MQTT (`request/audio`) are always taken."""
    device: str | None = None
    """sounddevice's name or number; None is the system's default."""
    zone: Zone = "driver"
    """Whose seat the microphone is at (an MQTT stream names its own zone)."""
    channels: dict[Zone, Annotated[int, Field(ge=1, le=64)]] = Field(default_factory=dict)
    """Channels of a device with a microphone a seat, counted from 1; empty where it is one microphone, at `zone`."""
    speech_threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5
    min_speech_ms: Annotated[int, Field(ge=32, le=1000)] = 96
    end_silence_ms: Annotated[int, Field(ge=100, le=3000)] = 640
    """Silence after which an utterance is over, where nothing tells whether its sentence is complete."""
    end_silence_complete_ms: Annotated[int, Field(ge=100, le=3000)] = 224
    """The same after a sentence that is complete and understood."""
    end_silence_incomplete_ms: Annotated[int, Field(ge=100, le=5000)] = 1600
    """The same after one that breaks off ("把空调调到…")."""
    pause_ms: Annotated[int, Field(ge=64, le=1000)] = 128
    """Silence after which what was said so far is recognised, in case it is all."""
    partial_ms: Annotated[int, Field(ge=200, le=10_000)] = 800
    """How often what was said so far is recognised while somebody speaks without a pause."""
    pre_roll_ms: Annotated[int, Field(ge=0, le=2000)] = 320
    """Sound kept from before speech was noticed."""
    max_utterance_s: Annotated[float, Field(ge=1, le=60)] = 15.0


class WakeSettings(Section):
    """What makes live speech meant for the assistant."""

    required: bool = False
    """Whether live speech is answered only after a wake word, with the push-to-talk key, or as a follow-up."""
    words: list[str] = ["nihao_xiaochi", "okay_cockpit"]
    """The wake words listened for where `required` is on, as they are called in `models/wake`; others that lie there
    are missed more often (models/wake/README.md)."""
    threshold: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Certainty from which a wake word is believed; None takes the one chosen in training."""
    listen_s: Annotated[float, Field(gt=0, le=60)] = 6.0
    """How long after a wake word speech may begin."""
    push_s: Annotated[float, Field(gt=0, le=600)] = 30.0
    """A push-to-talk key that is down for longer is taken for one whose release was lost."""
    follow_up_s: Annotated[float, Field(ge=0, le=60)] = 8.0
    """How long after a reply speech needs no wake word."""
    answer_s: Annotated[float, Field(ge=0, le=60)] = 15.0
    """The same after a question."""
    free: bool = False
    """Whether `free_intents` need no wake word at all. All that is said is recognised then, on the board."""
    free_intents: list[str] = [
        "playback.pause",
        "playback.play",
        "playback.next",
        "playback.previous",
        "volume.up",
        "volume.down",
        "volume.mute",
        "phone.answer",
        "phone.reject",
        "phone.hang_up",
    ]


class FrontSettings(Section):
    """What is done to a microphone's sound before it is listened to (docs/decisions/0013)."""

    echo: bool = True
    """Take out of it what the loudspeaker plays."""
    gain: bool = False
    """Even out its level."""
    suppression: Literal["off", "webrtc", "deepfilter", "auto"] = "auto"
    """Noise suppression; auto is what was measured to help, which is none. deepfilter needs the extra `denoise`."""
    delay_ms: Annotated[int, Field(ge=0, le=500)] = 60
    """From a block's being handed to the loudspeaker until its echo is read: where the canceller first looks for it."""


class AsrSettings(Section):
    """Which engine hears which language: `whisper`, `moonshine` or `vosk`."""

    zh: Literal["whisper", "vosk"] = "whisper"
    en: Literal["moonshine", "whisper", "vosk"] = "moonshine"
    zone_language: dict[Zone, Lang] = Field(default_factory=dict)
    """Zones whose language is fixed; the others' is detected per utterance."""
    vosk_model: str = "vosk-small-cn"
    """Manifest id of the Vosk model used where `vosk` is chosen."""
    leaning: Annotated[float, Field(ge=0, le=4)] = 1.0
    """How much what may be said counts beside what is heard: 1 as in docs/decisions/0011, 0 not at all."""
    threads: Annotated[int, Field(ge=1, le=16)] = 2
    deadline_s: Annotated[float, Field(gt=0, le=60)] = 10.0
    """A transcript later than this is dropped and the person is told."""
