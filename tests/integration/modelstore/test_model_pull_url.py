"""Upstream files and archives over real HTTP on loopback."""

from __future__ import annotations

import hashlib
import io
import shutil
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from cockpit.modelstore import Manifest, ModelStore, Progress, PullResult
from tests.integration.modelstore.model_sources import Upstream, model, noise, spec

BODY = noise(900_000)


def make_store(folder: Path, *models: dict[str, object]) -> ModelStore:
    return ModelStore(folder, Manifest.model_validate({"profiles": {}, "models": models}))


def failure(result: PullResult) -> tuple[str, str]:
    assert result.outcome == "failed"
    assert result.error is not None
    return result.error.code, result.error.message


def leftovers(folder: Path) -> list[str]:
    """Everything but records and locks."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != ".records"
    )


@pytest.fixture
def one(tmp_path: Path, web: Upstream) -> ModelStore:
    """A store that knows one model of two files."""
    web.files = {"big.bin": BODY, "sub/small.json": b"{}"}
    files = [spec("big.bin", BODY), spec("sub/small.json", b"{}")]
    return make_store(tmp_path / "models", model("one", files, {"kind": "url", "base": web.base}))


def test_a_pull_puts_every_file_in_place_and_a_second_asks_for_nothing(one: ModelStore, web: Upstream) -> None:
    steps: list[Progress] = []
    assert one.state("one") == "missing"

    (result,) = one.pull(["one"], steps.append)

    assert (result.outcome, result.bytes) == ("pulled", len(BODY) + 2)
    assert (one.models_dir / "one" / "big.bin").read_bytes() == BODY
    assert leftovers(one.models_dir) == ["one/big.bin", "one/sub/small.json"]
    assert not (one.models_dir / ".staging").exists()
    assert one.state("one") == "present"
    loading = [step.done for step in steps if step.step == "downloading"]
    assert loading == sorted(loading)
    assert loading[-1] == len(BODY) + 2
    assert [step.step for step in steps][-2:] == ["checking", "pulled"]

    asked = len(web.requests)
    assert one.pull(["one"])[0].outcome == "present"
    assert len(web.requests) == asked


def test_a_cut_connection_is_resumed_where_it_broke(one: ModelStore, web: Upstream) -> None:
    web.cuts["big.bin"] = [300_000, 200_000]
    assert one.pull(["one"])[0].outcome == "pulled"
    assert [asked for path, asked in web.requests if path == "big.bin"] == [
        "", "bytes=300000-", "bytes=500000-",
    ]  # fmt: skip
    assert one.verify(["one"])[0].state == "present"


def test_the_next_pull_goes_on_with_what_the_last_one_got(one: ModelStore, web: Upstream) -> None:
    web.cuts["big.bin"] = [300_000] + [0] * 10
    assert failure(one.pull(["one"])[0])[0] == "model-unreachable"
    assert not (one.models_dir / "one").exists()

    web.cuts.clear()
    web.requests.clear()
    assert one.pull(["one"])[0].outcome == "pulled"
    assert web.requests[0] == ("big.bin", "bytes=300000-")
    assert one.state("one") == "present"


@pytest.mark.parametrize("change", ["no ranges", "another version"])
def test_a_part_that_cannot_be_completed_is_begun_anew(one: ModelStore, web: Upstream, change: str) -> None:
    web.cuts["big.bin"] = [300_000] + [0] * 10
    if change == "another version":
        web.files["big.bin"] = noise(900_000, seed=2)
    one.pull(["one"])
    web.cuts.clear()
    web.files["big.bin"] = BODY
    web.ranges = change != "no ranges"
    assert one.pull(["one"])[0].outcome == "pulled"
    assert (one.models_dir / "one" / "big.bin").read_bytes() == BODY


def test_a_part_longer_than_the_file_is_thrown_away(one: ModelStore, web: Upstream) -> None:
    part = one.models_dir / ".staging" / "one" / "url" / "ready" / "big.bin.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(BODY + b"more")
    assert one.pull(["one"])[0].outcome == "pulled"
    assert one.state("one") == "present"


def test_a_wrong_hash_names_both_and_leaves_the_old_file(one: ModelStore, web: Upstream) -> None:
    old = one.models_dir / "one" / "big.bin"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"as it was")
    web.files["big.bin"] = noise(900_000, seed=3)

    code, message = failure(one.pull(["one"])[0])

    assert code == "model-wrong-hash"
    assert hashlib.sha256(BODY).hexdigest() in message
    assert hashlib.sha256(web.files["big.bin"]).hexdigest() in message
    assert leftovers(one.models_dir) == ["one/big.bin"]
    assert old.read_bytes() == b"as it was"


def test_a_file_of_another_size_is_not_even_fetched(one: ModelStore, web: Upstream) -> None:
    web.files["big.bin"] = BODY + b"x"
    code, message = failure(one.pull(["one"])[0])
    assert code == "model-wrong-hash"
    assert "900001" in message
    assert leftovers(one.models_dir) == []


def test_a_file_that_is_not_there_is_asked_for_once(one: ModelStore, web: Upstream) -> None:
    del web.files["big.bin"]
    code, message = failure(one.pull(["one"])[0])
    assert code == "model-unreachable"
    assert "404" in message
    assert len(web.requests) == 1
    assert leftovers(one.models_dir) == []


def test_too_little_room_is_told_before_anything_is_fetched(
    one: ModelStore, web: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=500_000))
    code, message = failure(one.pull(["one"])[0])
    assert code == "model-disk-full"
    assert "needs 1 MB" in message
    assert web.requests == []
    assert leftovers(one.models_dir) == []


def test_a_disk_that_fills_up_on_the_way_is_named_and_nothing_stays(one: ModelStore, web: Upstream) -> None:
    part = one.models_dir / ".staging" / "one" / "url" / "ready" / "big.bin.part"
    part.parent.mkdir(parents=True)
    part.symlink_to("/dev/full")  # every write to it ends in ENOSPC
    code, message = failure(one.pull(["one"])[0])
    assert code == "model-disk-full"
    assert "needs 1 MB" in message
    assert leftovers(one.models_dir) == []
    assert not (one.models_dir / ".staging").exists()
    assert one.pull(["one"])[0].outcome == "pulled"


def test_a_folder_that_cannot_be_made_is_named(one: ModelStore) -> None:
    one.models_dir.write_text("a file where the folder should be")
    code, message = failure(one.pull(["one"])[0])
    assert code == "model-unwritable"
    assert str(one.models_dir) in message


def test_the_second_source_helps_where_the_first_fails(tmp_path: Path, web: Upstream) -> None:
    web.files = {"good/a": BODY}
    sources = [{"kind": "url", "base": f"{web.base}{place}/"} for place in ("gone", "good")]
    store = make_store(tmp_path, model("one", [spec("a", BODY)], *sources))
    assert store.pull(["one"])[0].outcome == "pulled"
    assert [path for path, _ in web.requests] == ["gone/a", "good/a"]


def test_one_model_that_fails_does_not_stop_the_others(tmp_path: Path, web: Upstream) -> None:
    web.files = {"a": BODY, "c": BODY}
    source = {"kind": "url", "base": web.base}
    store = make_store(tmp_path, *(model(one, [spec(one, BODY)], source) for one in "abc"))
    results = store.pull(["a", "b", "c"])
    assert [(result.id, result.outcome) for result in results] == [
        ("a", "pulled"), ("b", "failed"), ("c", "pulled"),
    ]  # fmt: skip
    assert [store.state(one) for one in "abc"] == ["present", "missing", "present"]


def test_an_open_hash_is_pinned_at_the_first_pull(tmp_path: Path, web: Upstream) -> None:
    web.files = {"a": BODY}
    open_file: dict[str, object] = {"path": "a", "bytes": None, "sha256": None}
    store = make_store(tmp_path, model("one", [open_file], {"kind": "url", "base": web.base}))
    assert store.pull(["one"])[0].outcome == "pulled"
    assert store.state("one") == "present"

    (tmp_path / "one" / "a").unlink()
    web.files["a"] = noise(900_000, seed=4)
    code, message = failure(store.pull(["one"])[0])
    assert code == "model-wrong-hash"
    assert hashlib.sha256(BODY).hexdigest() in message


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, body in members.items():
            archive.writestr(path, body)
    return buffer.getvalue()


def zip_store(tmp_path: Path, web: Upstream, body: bytes, sha256: str | None = None) -> ModelStore:
    web.files = {"m.zip": body}
    source = {"kind": "zip", "url": web.base + "m.zip", "strip": "m-1.0/", "sha256": sha256}
    return make_store(tmp_path / "models", model("one", [], source))


def test_an_archive_is_unpacked_without_its_leading_folder(tmp_path: Path, web: Upstream) -> None:
    body = zipped({"m-1.0/am/final.mdl": BODY, "m-1.0/README": b"hello"})
    store = zip_store(tmp_path, web, body, hashlib.sha256(body).hexdigest())
    assert store.state("one") == "missing"
    assert store.pull(["one"])[0].outcome == "pulled"
    assert leftovers(store.models_dir) == ["one/README", "one/am/final.mdl"]
    assert store.state("one") == "present"

    (store.models_dir / "one" / "README").write_bytes(b"hellO")
    assert store.verify(["one"])[0].state == "corrupt"
    assert store.pull(["one"])[0].outcome == "pulled"
    assert store.state("one") == "present"


def test_an_archive_with_a_wrong_hash_is_not_unpacked(tmp_path: Path, web: Upstream) -> None:
    store = zip_store(tmp_path, web, zipped({"m-1.0/a": BODY}), "0" * 64)
    assert failure(store.pull(["one"])[0])[0] == "model-wrong-hash"
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("body", [zipped({"m-1.0/../../../evil": b"x"}), zipped({"/evil": b"x"}), b"no zip at all"])
def test_an_archive_that_is_broken_or_reaches_outside_is_refused(tmp_path: Path, web: Upstream, body: bytes) -> None:
    store = zip_store(tmp_path, web, body)
    assert failure(store.pull(["one"])[0])[0] == "model-corrupt"
    assert leftovers(tmp_path) == []


def test_two_pulls_of_one_model_fetch_it_once(one: ModelStore, web: Upstream) -> None:
    web.hold.clear()
    waiting = threading.Event()
    results: list[PullResult] = []
    other = ModelStore(one.models_dir, one.manifest)

    def note(progress: Progress) -> None:
        if progress.step == "waiting":
            waiting.set()

    pulls = [threading.Thread(target=lambda s=s: results.extend(s.pull(["one"], note))) for s in (one, other)]
    for pull in pulls:
        pull.start()
    assert waiting.wait(20)
    web.hold.set()
    for pull in pulls:
        pull.join(20)
    assert sorted(result.outcome for result in results) == ["present", "pulled"]
    assert len(web.requests) == 2


def test_an_interrupted_pull_stops_all_and_is_resumed(one: ModelStore, web: Upstream) -> None:
    def interrupt(progress: Progress) -> None:
        if progress.done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        one.pull(["one"], interrupt)
    assert not (one.models_dir / "one").exists()
    web.requests.clear()
    assert one.pull(["one"])[0].outcome == "pulled"
    assert web.requests[0][1].startswith("bytes=")
