from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from cockpit.errors import ModelError
from cockpit.modelstore import Manifest, ModelStore

BODY = b"the model"


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    """A store whose only model lies there, put by hand."""
    file = {"path": "sub/m.bin", "bytes": len(BODY), "sha256": hashlib.sha256(BODY).hexdigest()}
    model = {
        "id": "m", "purpose": "p", "languages": ["en"], "licence": "MIT", "origin": "o", "files": [file],
        "sources": [{"kind": "url", "base": "https://example.org/"}],
    }  # fmt: skip
    place = tmp_path / "m" / "sub" / "m.bin"
    place.parent.mkdir(parents=True)
    place.write_bytes(BODY)
    return ModelStore(tmp_path, Manifest.model_validate({"profiles": {}, "models": [model]}))


def test_files_put_there_by_hand_are_present_once_they_are_verified(store: ModelStore) -> None:
    assert store.state("m") == "unverified"
    assert store.verify(["m"])[0].state == "present"
    assert store.state("m") == "present"
    assert store.pull(["m"])[0].outcome == "present"


def test_a_pull_takes_good_files_as_they_are(store: ModelStore) -> None:
    assert store.pull(["m"])[0].outcome == "present"
    assert store.state("m") == "present"


def test_a_missing_file_is_named(store: ModelStore) -> None:
    (store.models_dir / "m" / "sub" / "m.bin").unlink()
    status = store.status("m")
    assert status.state == "missing"
    assert "sub/m.bin" in status.detail


def test_another_size_is_corrupt_at_a_glance(store: ModelStore) -> None:
    (store.models_dir / "m" / "sub" / "m.bin").write_bytes(BODY[:-1])
    assert store.status("m").state == "corrupt"
    assert f"has {len(BODY) - 1} bytes, not {len(BODY)}" in store.status("m").detail


def test_other_bytes_of_the_same_size_are_found_by_verify_and_stay_known(store: ModelStore) -> None:
    store.verify(["m"])
    file = store.models_dir / "m" / "sub" / "m.bin"
    file.write_bytes(BODY.upper())
    os.utime(file, ns=(1, 1))
    assert store.state("m") == "unverified"
    (status,) = store.verify(["m"])
    assert status.state == "corrupt"
    assert hashlib.sha256(BODY.upper()).hexdigest() in status.detail
    assert store.state("m") == "corrupt"


def test_a_broken_record_is_as_good_as_none(store: ModelStore) -> None:
    store.verify(["m"])
    (store.models_dir / ".records" / "m.json").write_text("{")
    assert store.state("m") == "unverified"


def test_an_unknown_id_is_refused_everywhere(store: ModelStore) -> None:
    for ask in (store.state, lambda model_id: store.verify([model_id]), lambda model_id: store.pull([model_id])):
        with pytest.raises(ModelError) as raised:
            ask("n")
        assert raised.value.code == "model-unknown"
