"""All settings together: read from one TOML file, overridden by environment variables (`COCKPIT_BROKER__HOST=…`).

Secrets are never in the file: the broker's password comes from the environment or a systemd credential.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from cockpit.config.answering import CloudSettings, LanguageModelSettings, ManualSettings, PrivacySettings, TurnSettings
from cockpit.config.connections import BrokerSettings, CanSettings, HttpSettings
from cockpit.config.hearing import AsrSettings, AudioSettings, FrontSettings, WakeSettings
from cockpit.config.section import ROOT, models_dir, state_dir
from cockpit.config.speaking import SpeechSettings
from cockpit.errors import ConfigError
from cockpit.types import Lang


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
    models_dir: Path = Field(default_factory=models_dir)
    """Pulled models; outside the tree, so that they outlive a checkout."""
    state_dir: Path = Field(default_factory=state_dir)
    """What must outlast a restart: money spent this month, whether the cloud may be asked."""
    broker: BrokerSettings = BrokerSettings()
    can: CanSettings = CanSettings()
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
