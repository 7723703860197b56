from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.config import Settings
from cockpit.errors import ConfigError, ModelError
from cockpit.lm.rungs import RUNGS
from cockpit.modelstore import Manifest, load_manifest

MINIMAL_BYTES = 250_000_000 * 1.05


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return load_manifest()


def test_there_are_three_profiles_and_each_holds_the_smaller_one(manifest: Manifest) -> None:
    minimal, default, full = (set(manifest.resolve([name])) for name in ("minimal", "default", "full"))
    assert minimal < default < full
    assert {model.id for model in manifest.models} == full


def test_minimal_is_small_and_speaks_and_hears_both_languages(manifest: Manifest) -> None:
    models = [manifest.model(model_id) for model_id in manifest.resolve(["minimal"])]
    assert sum(model.download_bytes() for model in models) <= MINIMAL_BYTES
    assert sum(model.installed_bytes for model in models) <= MINIMAL_BYTES
    for purpose in ("recognition", "voice"):
        heard = [set(model.languages) for model in models if purpose in model.purpose]
        assert {"zh", "en"} <= set().union(*heard)


def test_every_file_of_default_has_a_size_and_a_hash_and_comes_from_a_package_index(manifest: Manifest) -> None:
    for model_id in manifest.resolve(["default", "vosk-ko"]):
        model = manifest.model(model_id)
        assert model.files
        assert [file.path for file in model.files if not (file.bytes and file.sha256)] == []
        assert model.sources[0].kind in ("pypi", "npm")


def test_the_settings_name_models_that_are_there(manifest: Manifest) -> None:
    settings = Settings()
    named = {settings.asr.vosk_model, *settings.speech.piper_voices.values()}
    assert named <= {model.id for model in manifest.models}


def test_every_model_says_its_licence_and_every_address_is_https(manifest: Manifest) -> None:
    for model in manifest.models:
        assert model.licence
        for source in model.sources:
            address = str(getattr(source, "base", getattr(source, "url", "https://")))
            assert address.startswith("https://")


def test_what_can_be_done_without_is_the_native_speakers_of_kokoro_and_the_language_models(manifest: Manifest) -> None:
    optional = {model.id for model in manifest.models if model.optional}
    assert optional == {"kokoro-zh-voices", *(rung.model for rung in RUNGS)}


def test_default_has_a_language_model_for_both_languages_and_minimal_has_none(manifest: Manifest) -> None:
    rungs = {rung.model for rung in RUNGS}
    (model_id,) = rungs.intersection(manifest.resolve(["default"]))
    assert {"zh", "en"} <= set(manifest.model(model_id).languages)
    assert not rungs.intersection(manifest.resolve(["minimal"]))


def test_profiles_and_ids_mix_without_doubles(manifest: Manifest) -> None:
    ids = manifest.resolve(["vosk-ko", "minimal", "whisper-base"])
    assert ids == ["vosk-ko", "whisper-base", "kokoro-v1.0", "kokoro-zh-voices", "wake-features"]


def test_an_unknown_name_is_told_with_the_nearest(manifest: Manifest) -> None:
    with pytest.raises(ModelError, match="did you mean whisper-base") as raised:
        manifest.resolve(["whisper-bse"])
    assert raised.value.code == "model-unknown"


WELL = """
profiles: {all: [a]}
models:
  - id: a
    purpose: p
    languages: [en]
    licence: MIT
    origin: o
    files: [{path: f, bytes: 1, sha256: null}]
    sources: [{kind: url, base: "https://example.org/"}]
"""


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("[a]", "[b]", "unknown models: b"),
        ("{all:", "{a:", "both a profile and a model"),
        ("path: f", "path: ../f", "does not stay inside"),
        ("path: f", "path: /f", "does not stay inside"),
        ("bytes: 1", "bytes: -1", "greater than 0"),
        ("sha256: null", "sha256: abc", "should match pattern"),
        ("kind: url, base", "kind: ftp, base", "sources.0"),
        ("https://example.org/", "file:///etc/", "should match pattern"),
        ("files: [{path: f, bytes: 1, sha256: null}]", "files: []", "needs the files listed"),
        ("licence: MIT", "license: MIT", "licence"),
        ("licence: MIT", "licence: MIT\n    optional: true", "says what is `without` it"),
        ("licence: MIT", "licence: MIT\n    without: speech", "says what is `without` it"),
        ("kind: url,", "kind: npm, name: --registry, version: 1.0.0, bytes: 1,", "should match pattern"),
        ("kind: url,", "kind: npm, name: a, version: latest, bytes: 1,", "should match pattern"),
    ],
)
def test_a_mistake_in_the_manifest_is_named(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    file = tmp_path / "manifest.yaml"
    file.write_text(WELL)
    assert load_manifest(file).model("a").folder == "a"
    assert right in WELL
    file.write_text(WELL.replace(right, wrong))
    with pytest.raises(ConfigError, match=said) as raised:
        load_manifest(file)
    assert raised.value.code == "config-invalid"
