"""Settings: where they come from, which wins, and how mistakes are told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cockpit.config import Settings, load_settings
from cockpit.errors import ConfigError


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("COCKPIT_"):
            monkeypatch.delenv(name)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)


def written(folder: Path, text: str) -> Path:
    file = folder / "cockpit.toml"
    file.write_text(text, "utf-8")
    return file


def password(settings: Settings) -> str | None:
    secret = settings.broker.password
    return None if secret is None else secret.get_secret_value()


def mistake(file: Path | None, **overrides: object) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_settings(file, **overrides)
    return caught.value


def test_defaults_need_no_file() -> None:
    settings = load_settings()
    assert (settings.vid, settings.broker.host, settings.broker.port) == ("demo", "127.0.0.1", 1883)
    assert settings.profile.is_file()
    assert password(settings) is None


def test_models_live_in_the_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert load_settings().models_dir == tmp_path / "cockpit" / "models"


def test_file_is_read(tmp_path: Path) -> None:
    file = written(tmp_path, 'vid = "car7"\n[broker]\nport = 8883\n[asr.zone_language]\nrear_left = "en"\n')
    settings = load_settings(file)
    assert (settings.vid, settings.broker.port, settings.asr.zone_language) == ("car7", 8883, {"rear_left": "en"})


def test_environment_wins_over_file_and_command_line_over_both(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = written(tmp_path, 'vid = "file"\nlanguage = "en"\n[broker]\nhost = "file"\nport = 8883\n')
    monkeypatch.setenv("COCKPIT_VID", "environment")
    monkeypatch.setenv("COCKPIT_BROKER__HOST", "environment")
    settings = load_settings(file)
    assert (settings.vid, settings.language) == ("environment", "en")
    assert (settings.broker.host, settings.broker.port) == ("environment", 8883)
    settings = load_settings(file, vid="line", broker={"host": "line"})
    assert (settings.vid, settings.broker.host, settings.broker.port) == ("line", "line", 8883)


def test_two_files_do_not_mix(tmp_path: Path) -> None:
    load_settings(written(tmp_path, 'vid = "first"'))
    assert load_settings().vid == "demo"


def test_missing_file_is_named(tmp_path: Path) -> None:
    error = mistake(tmp_path / "none.toml")
    assert error.code == "config-missing"
    assert "none.toml" in error.message


def test_broken_toml_is_named_with_its_line(tmp_path: Path) -> None:
    error = mistake(written(tmp_path, 'vid = "demo"\nlanguage = \n'))
    assert error.code == "config-syntax"
    assert "cockpit.toml" in error.message
    assert "line 2" in error.message


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("colour = 1", "colour"),
        ("[broker]\nprt = 1883", "broker.prt"),
        ("[broker]\nport = 0", "broker.port"),
        ('[broker]\nprotocol = "3"', "broker.protocol"),
        ('vid = "a/b"', "vid"),
        ('vid = "a+"', "vid"),
        ('language = "fr"', "language"),
        ("[audio]\nspeech_threshold = 1.0", "audio.speech_threshold"),
        ('[asr.zone_language]\nboot = "en"', "asr.zone_language.boot"),
        ("[turn]\ndeadline_s = 0", "turn.deadline_s"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, where: str) -> None:
    error = mistake(written(tmp_path, text))
    assert error.code == "config-invalid"
    assert where in error.message


def test_all_mistakes_are_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TURN__QUEUE", "many")
    error = mistake(written(tmp_path, '[broker]\nport = 70000\nname = "x"'))
    assert all(where in error.message for where in ("turn.queue", "broker.port", "broker.name"))


def test_unknown_override_is_refused() -> None:
    assert mistake(None, bogus=1).code == "config-invalid"


def test_password_comes_from_the_credentials_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "broker-password").write_text("geheim\n", "utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    settings = load_settings()
    assert password(settings) == "geheim"
    assert "geheim" not in repr(settings)


def test_password_in_the_environment_wins_over_the_credential(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "broker-password").write_text("credential", "utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("COCKPIT_BROKER__PASSWORD", "environment")
    assert password(load_settings()) == "environment"


def test_credentials_directory_without_a_password_is_no_mistake(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert password(load_settings()) is None
