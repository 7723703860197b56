from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cockpit.config import Settings
from cockpit.modelgraph import derived
from cockpit.modelgraph.derived import FOLDER, load_derived
from cockpit.modelstore import ModelStore


class Maker:
    """Makes the source's text in capitals, counts how often, and loads only what is in capitals."""

    def __init__(self) -> None:
        self.made = 0

    def make(self, source: Path) -> bytes:
        self.made += 1
        return source.read_bytes().upper()

    def load(self, model: str | bytes) -> str:
        data = model if isinstance(model, bytes) else Path(model).read_bytes()
        if not data.isupper():
            raise ValueError("broken")
        return data.decode()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "some-model" / "encoder.ort"
    file.parent.mkdir()
    file.write_text("abc")
    return file


def kept(source: Path) -> list[Path]:
    return sorted((source.parent.parent / FOLDER / "some-model").glob("*"))


def test_it_is_made_once(source: Path) -> None:
    maker = Maker()
    assert [load_derived(source, maker.make, maker.load) for _ in range(2)] == ["ABC", "ABC"]
    assert maker.made == 1
    (file,) = kept(source)
    assert file.name.startswith("encoder-")
    assert file.stat().st_mode & 0o777 == 0o644


def test_another_source_or_engine_makes_it_anew_and_the_old_goes(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    maker = Maker()
    load_derived(source, maker.make, maker.load)
    first = kept(source)
    other = first[0].with_name("encoder_two-0.onnx")
    other.write_text("OTHER")
    os.utime(source, (1, 1))
    load_derived(source, maker.make, maker.load)
    second = kept(source)
    monkeypatch.setattr(derived.ort, "__version__", "0.0")
    load_derived(source, maker.make, maker.load)
    assert maker.made == 3
    assert len({first[0], *second, *kept(source)}) == 4
    assert len(kept(source)) == 2
    assert other in kept(source)


def test_a_broken_file_is_made_anew(source: Path) -> None:
    maker = Maker()
    load_derived(source, maker.make, maker.load)
    kept(source)[0].write_bytes(b"")
    assert load_derived(source, maker.make, maker.load) == "ABC"
    assert kept(source)[0].read_bytes() == b"ABC"
    assert maker.made == 2


def test_a_folder_that_cannot_be_written_means_no_file(source: Path) -> None:
    (source.parent.parent / FOLDER).symlink_to("/proc/self")  # read-only for root too
    maker = Maker()
    assert [load_derived(source, maker.make, maker.load) for _ in range(2)] == ["ABC", "ABC"]
    assert maker.made == 2


@contextmanager
def room_for_little() -> Iterator[None]:
    """Files end after 2 bytes, as on a disk that is full. Only around the call: pytest writes files too."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_means_no_file_and_nothing_half_written(source: Path) -> None:
    maker = Maker()
    with room_for_little():
        loaded = load_derived(source, maker.make, maker.load)
    assert loaded == "ABC"
    assert kept(source) == []


def test_what_a_killed_writer_left_is_removed(source: Path) -> None:
    maker = Maker()
    folder = source.parent.parent / FOLDER / "some-model"
    folder.mkdir(parents=True)
    (folder / "encoder-0123.x_y").write_text("AB")
    load_derived(source, maker.make, maker.load)
    assert [file.suffix for file in kept(source)] == [".onnx"]


def test_a_source_that_is_no_model_is_an_error_and_leaves_nothing_that_loads(source: Path) -> None:
    source.write_text("123")
    maker = Maker()
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            load_derived(source, maker.make, maker.load)
    assert maker.made == 2


@pytest.mark.models
def test_the_model_store_does_not_mind(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    model_id = "moonshine-base-en"
    folder = Settings().models_dir / model_id
    (tmp_path / model_id).mkdir()
    for file in folder.iterdir():
        (tmp_path / model_id / file.name).symlink_to(file)
    maker = Maker()
    load_derived(tmp_path / model_id / "encoder_model.ort", maker.make, lambda model: model)
    assert store.verify([model_id])[0].state == "present"
    assert store.state(model_id) == "present"
    assert (tmp_path / FOLDER / model_id).is_dir()
