"""Settings: one TOML file, overridden by environment variables (`COCKPIT_BROKER__HOST=…`).

Secrets are never in the file: the broker's password comes from the environment or a systemd credential.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from cockpit.errors import ConfigError
from cockpit.types import Lang, Zone

ROOT = Path(__file__).resolve().parent.parent
"""Where `skills/` and `models/` lie: the checkout, or site-packages when installed as a wheel."""


def _models_dir() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "cockpit" / "models"


def _state_dir() -> Path:
    state = os.environ.get("STATE_DIRECTORY")  # systemd's StateDirectory=
    if state:
        return Path(state.split(":")[0])
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "cockpit"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BrokerSettings(_Section):
    """How to reach the MQTT broker."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 1883
    protocol: Literal["auto", "5", "3.1.1"] = "auto"
    """auto tries MQTT 5 and falls back to 3.1.1 when the broker refuses it."""
    username: str | None = None
    password: SecretStr | None = None
    """Environment `COCKPIT_BROKER__PASSWORD`, or the systemd credential `broker-password`."""
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    keepalive_s: Annotated[int, Field(ge=5, le=600)] = 15


class AudioSettings(_Section):
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


class WakeSettings(_Section):
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


class ManualSettings(_Section):
    """The owner's manual, from which questions about how the car works are answered."""

    zh: list[Path] = [ROOT / "cockpit" / "profiles" / "reference.manual.zh.md"]
    """Its Markdown files in Chinese, in order; none leaves such questions unanswered."""
    en: list[Path] = [ROOT / "cockpit" / "profiles" / "reference.manual.en.md"]
    """The same in English."""
    meanings: bool = True
    """Whether it is searched by meaning too, where `cockpit models pull e5-small` was done; by words alone else."""


class HttpSettings(_Section):
    """A small HTTP interface: push-to-talk and status."""

    port: Annotated[int, Field(ge=0, le=65535)] | None = None
    """None is off; 0 takes any free one."""
    host: str = "127.0.0.1"
    token: SecretStr | None = None
    """Environment `COCKPIT_HTTP__TOKEN`, or the systemd credential `http-token`; where there is one, requests must bear
    it. Needed for a `host` that other machines reach."""


class FrontSettings(_Section):
    """What is done to a microphone's sound before it is listened to (docs/decisions/0013)."""

    echo: bool = True
    """Take out of it what the loudspeaker plays."""
    gain: bool = False
    """Even out its level."""
    suppression: Literal["off", "webrtc", "deepfilter", "auto"] = "auto"
    """Noise suppression; auto is what was measured to help, which is none. deepfilter needs the extra `denoise`."""
    delay_ms: Annotated[int, Field(ge=0, le=500)] = 60
    """From a block's being handed to the loudspeaker until its echo is read: where the canceller first looks for it."""


class AsrSettings(_Section):
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


class SpeechSettings(_Section):
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


class TurnSettings(_Section):
    """Deadlines of one turn."""

    deadline_s: Annotated[float, Field(gt=0, le=60)] = 12.0
    """From the end of speech (or the arrival of a text) to the reply, whatever happens."""
    command_ttl_ms: Annotated[int, Field(ge=100, le=60_000)] = 3000
    result_timeout_s: Annotated[float, Field(gt=0, le=60)] = 6.0
    """How long a moving actuator or a busy app is waited for."""
    context_s: Annotated[float, Field(gt=0, le=3600)] = 60.0
    queue: Annotated[int, Field(ge=1, le=100)] = 4
    """Utterances of one zone that may wait; one more is refused with an error."""


class LanguageModelSettings(_Section):
    """The language model on the board, which talks."""

    model: str = "auto"
    """auto is the best one that was pulled and fits into free memory; the id of one in the manifest; none."""
    threads: Annotated[int, Field(ge=1, le=16)] = 1
    """Two write half as fast again on two free cores, and half as fast while something else runs, as a voice does."""
    context_tokens: Annotated[int, Field(ge=512, le=32_768)] = 2048
    propose: bool = False
    """Whether it may propose acts for what nothing else understood (always asked about first). Off: of requests that
    only hint at what is wanted, qwen2.5-coder-0.5b gets a fifth right and most wrong, and it hears a wish in every
    remark (`python -m hil.routing.proposing`)."""


class CloudSettings(_Section):
    """Cloud models: off unless turned on. Keys are never settings (`cockpit/cloud/providers.yaml` names where each is
    looked for)."""

    enabled: bool = False
    providers: list[str] = ["qwen"]
    """Whom to ask, by name in the provider table, best first; `name/model` for another than its first model."""
    providers_file: Path | None = None
    """A provider table of one's own, over the one that comes along."""
    strategy: Literal["first", "best"] = "first"
    """first asks the providers side by side and takes the first good answer; best has several judged."""
    side_by_side: Annotated[int, Field(ge=1, le=4)] = 1
    """How many of `providers` are asked at once; each call costs. The others are for when one of them is away."""
    first_token_s: Annotated[float, Field(gt=0, le=30)] = 2.0
    """From the request to the first words of an answer."""
    deadline_s: Annotated[float, Field(gt=0, le=60)] = 8.0
    """From the request to the end of the answer."""
    judge_s: Annotated[float, Field(gt=0, le=30)] = 4.0
    """How long `best` waits for answers."""
    reply_tokens: Annotated[int, Field(ge=16, le=4096)] = 256
    """An answer that goes on after this many is cut."""
    reply_kb: Annotated[int, Field(ge=4, le=4096)] = 256
    """Bytes read of one response, whatever is in it."""
    budget_month: Annotated[float, Field(ge=0)] = 20.0
    """What all calls of a calendar month may cost, in the provider table's unit (yuan)."""
    breaker_failures: Annotated[int, Field(ge=1, le=20)] = 3
    """Failures in a row after which a provider is left alone for a while."""
    breaker_s: Annotated[float, Field(gt=0, le=3600)] = 30.0
    """For how long at first; doubled each time that it fails again, up to ten times as long."""
    ca_file: Path | None = None
    """Certificates (PEM) to trust besides the system's, for a server of one's own."""
    probe_s: Annotated[float, Field(gt=0, le=3600)] = 15.0
    """How often the link is probed when nothing else tells about it."""
    probe_metered_s: Annotated[float, Field(gt=0, le=3600)] = 120.0
    """The same where traffic is paid by volume."""
    probe_deadline_s: Annotated[float, Field(gt=0, le=30)] = 2.0


class PrivacySettings(_Section):
    """The local record of what was sent to the cloud (`cockpit privacy log`)."""

    record: Path = Field(default_factory=lambda: _state_dir() / "sent.jsonl")
    contacts: Path | None = None
    """Names of people that must not leave the board: a vCard file (`.vcf`), or a name a line."""
    keep_text: bool = False
    """Whether the record holds the redacted text itself; else its SHA-256 and length only."""
    record_mb: Annotated[float, Field(gt=0, le=1024)] = 4.0
    """The record's size at most, its older half included; the oldest sends go."""
    fsync: bool = True
    """Whether each line is on the disk before anything is sent."""


class Settings(BaseSettings):
    """Everything that can be set. Defaults run the demo on a laptop."""

    model_config = SettingsConfigDict(env_prefix="COCKPIT_", env_nested_delimiter="__", extra="forbid", frozen=True)

    vid: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")] = "demo"
    """Vehicle id in the topics; not the VIN."""
    understanding: Literal["joint", "templates"] = "joint"
    """What makes acts of text: the trained network with the skills' sentences as its witness, or these alone."""
    intent_dir: Path = ROOT / "models" / "intent"
    """Folder of the trained network; one trained with skills of one's own lies elsewhere (`cockpit skills train`)."""
    language: Lang = "zh"
    """Spoken when nothing tells otherwise."""
    skills_dir: Path = ROOT / "skills"
    profile: Path = ROOT / "cockpit" / "profiles" / "reference.yaml"
    models_dir: Path = Field(default_factory=_models_dir)
    """Pulled models; outside the tree, so that they outlive a checkout."""
    state_dir: Path = Field(default_factory=_state_dir)
    """What must outlast a restart: money spent this month, whether the cloud may be asked."""
    broker: BrokerSettings = BrokerSettings()
    audio: AudioSettings = AudioSettings()
    wake: WakeSettings = WakeSettings()
    http: HttpSettings = HttpSettings()
    front: FrontSettings = FrontSettings()
    asr: AsrSettings = AsrSettings()
    speech: SpeechSettings = SpeechSettings()
    turn: TurnSettings = TurnSettings()
    lm: LanguageModelSettings = LanguageModelSettings()
    cloud: CloudSettings = CloudSettings()
    manual: ManualSettings = ManualSettings()
    privacy: PrivacySettings = Field(default_factory=PrivacySettings)
    routing: Path = ROOT / "cockpit" / "router" / "policy.yaml"
    """The policy by which requests are shared between the board and the cloud."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line, then environment, then the TOML file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(file: Path | None = None, **overrides: object) -> Settings:
    """Read and validate the settings; `overrides` (from the command line) win.

    Raises `ConfigError` (`config-missing`, `config-syntax`, `config-invalid`) with every mistake in words.
    """
    if file is not None and not file.is_file():
        raise ConfigError("missing", f"no such config file: {file}")

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=file)

    try:
        settings: Settings = FromFile(**overrides)  # type: ignore[arg-type]
    except tomllib.TOMLDecodeError as error:
        raise ConfigError("syntax", f"{file} is not valid TOML: {error}") from error
    except ValidationError as error:
        lines = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigError("invalid", f"{file or 'settings'}: " + "; ".join(lines)) from error
    return _with_credentials(settings)


def _with_credentials(settings: Settings) -> Settings:
    """Fill in the secrets that systemd's credential directory has and the settings have not."""
    broker = settings.broker.model_copy(update=_credential("broker-password", "password", settings.broker.password))
    http = settings.http.model_copy(update=_credential("http-token", "token", settings.http.token))
    return settings.model_copy(update={"broker": broker, "http": http})


def _credential(name: str, field: str, given: SecretStr | None) -> dict[str, SecretStr]:
    secret = None if given is not None else credential(name)
    return {} if secret is None else {field: secret}


def credential(name: str) -> SecretStr | None:
    """What systemd's credential directory holds under `name`, if there is such a directory and file."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    secret = Path(folder, name) if folder else None
    if secret is None or not secret.is_file():
        return None
    return SecretStr(secret.read_text("utf-8").strip())
