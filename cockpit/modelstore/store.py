"""The pulled models of this machine: what is there, whether it is whole, and how the rest is fetched.

Blocking, for the command line; the service only calls `status` and `state`, which look at sizes and times.

    <models_dir>/<folder>/…        the files, each put in place by an atomic rename after its hash was checked
    <models_dir>/.records/ID.json  hashes seen and pinned; ID.lock keeps two pulls of one model apart
    <models_dir>/.staging/ID/      what is being fetched; kept for a later resume only when the line broke
"""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cockpit.errors import ModelError
from cockpit.modelstore.manifest import Manifest, Model, load_manifest
from cockpit.modelstore.pull import Progress, ProgressSink, Pull, silent
from cockpit.modelstore.record import Record, look

ModelState = Literal["present", "missing", "corrupt", "unverified"]

AT_ONCE = 2
"""Models pulled side by side."""
LOCK_WAIT_S = 3600.0
"""How long another process's pull of the same model is waited for."""


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """`detail` says what is wrong, naming the file; empty when the model is present."""

    id: str
    state: ModelState
    detail: str = ""
    optional: bool = False

    @property
    def acceptable(self) -> bool:
        """Present, or not there and not needed."""
        return self.state == "present" or (self.optional and self.state == "missing")


@dataclass(frozen=True, slots=True)
class PullResult:
    """`bytes` were fetched (0 when it was there already); `skipped`: optional, and no source was reached.

    `error` says why it was skipped or failed.
    """

    id: str
    outcome: Literal["present", "pulled", "skipped", "failed"]
    bytes: int = 0
    seconds: float = 0.0
    error: ModelError | None = None


class ModelStore:
    """The models under `models_dir`, as the manifest describes them."""

    def __init__(self, models_dir: Path, manifest: Manifest | None = None) -> None:
        self.models_dir = models_dir
        self.manifest = manifest or load_manifest()

    def state(self, model_id: str) -> ModelState:
        """Raises `ModelError` (`model-unknown`)."""
        return self.status(model_id).state

    def status(self, model_id: str) -> ModelStatus:
        """Quick check by size, time and the record of the last full check. Raises `ModelError` (`model-unknown`)."""
        model = self.manifest.model(model_id)
        return self._judge(model, self._record(model))

    def _judge(self, model: Model, record: Record) -> ModelStatus:
        folder = self.models_dir / model.folder
        expected = record.expected(model)
        if not expected:
            found = folder.is_dir() and any(folder.iterdir())
            return ModelStatus(model.id, "unverified" if found else "missing", "never pulled")
        doubt = ""
        for path, file in expected.items():
            try:
                status = (folder / path).stat()
            except OSError as error:
                detail = "; ".join(filter(None, (f"{path}: {error.strerror}", model.without)))
                return ModelStatus(model.id, "missing", detail, model.optional)
            if file.bytes not in (None, status.st_size):
                return ModelStatus(model.id, "corrupt", f"{path} has {status.st_size} bytes, not {file.bytes}")
            seen = record.seen.get(path)
            if file.sha256 is None or seen is None or seen.mtime_ns != status.st_mtime_ns:
                doubt = doubt or f"{path} is not checked yet"
            elif seen.sha256 != file.sha256:
                wrong = f"{path} has SHA-256 {seen.sha256}, expected {file.sha256}"
                return ModelStatus(model.id, "corrupt", wrong)
        return ModelStatus(model.id, "unverified" if doubt else "present", doubt)

    def verify(self, ids: Sequence[str]) -> list[ModelStatus]:
        """Hash every file of the models and remember the result. Raises `ModelError` (`model-unknown`)."""
        return [self._verify(model) for model in [self.manifest.model(model_id) for model_id in ids]]

    def _verify(self, model: Model) -> ModelStatus:
        record = self._record(model)
        folder = self.models_dir / model.folder
        try:
            here = [path for path in record.expected(model) if (folder / path).exists()]
            seen = {path: look(folder / path) for path in here}
        except OSError as error:
            return ModelStatus(model.id, "corrupt", f"{error.filename} cannot be read: {error.strerror}")
        checked = record.model_copy(update={"seen": seen})
        if seen:
            with suppress(OSError):  # a folder that only others may write to can be verified all the same
                checked.write(self._record_file(model))
        return self._judge(model, checked)

    def pull(self, ids: Sequence[str], progress: ProgressSink = silent) -> list[PullResult]:
        """Fetch what is not there, two models at a time; one that fails does not stop the others.

        `progress` is called from worker threads. Results are in the order of `ids`. Raises `ModelError`
        (`model-unknown`) before anything is fetched.
        """
        models = [self.manifest.model(model_id) for model_id in ids]
        stop = threading.Event()
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pull") as workers:
            futures = [workers.submit(self._pull, model, progress, stop) for model in models]
            try:
                return [future.result() for future in futures]
            except BaseException:
                stop.set()
                workers.shutdown(wait=True, cancel_futures=True)
                raise

    def _pull(self, model: Model, progress: ProgressSink, stop: threading.Event) -> PullResult:
        begun = time.monotonic()
        try:
            with self._alone(model, progress, stop):
                if self._is_whole(model):
                    result = PullResult(model.id, "present")
                else:
                    pull = Pull(model, self.models_dir, self._record(model), progress, stop)
                    pull.run().write(self._record_file(model))
                    result = PullResult(model.id, "pulled", pull.fetched, time.monotonic() - begun)
        except ModelError as error:
            skipped = model.optional and error.code == "model-unreachable"
            result = PullResult(model.id, "skipped" if skipped else "failed", error=error)
        except OSError as error:
            reason = f"cannot write to {self.models_dir}: {error.strerror or error}"
            result = PullResult(model.id, "failed", error=ModelError("unwritable", reason))
        reason = str(result.error or "")
        note = f"{model.without} ({reason})" if result.outcome == "skipped" else reason
        progress(Progress(model.id, result.outcome, note=note))
        return result

    def _is_whole(self, model: Model) -> bool:
        """Whether nothing needs to be fetched; files that were put there by hand are hashed first."""
        state = self.state(model.id)
        return state == "present" or (state == "unverified" and self._verify(model).state == "present")

    @contextmanager
    def _alone(self, model: Model, progress: ProgressSink, stop: threading.Event) -> Iterator[None]:
        """Hold the model's lock. Raises `ModelError` (`model-busy`) when another pull keeps it too long."""
        lock = self._record_file(model).with_suffix(".lock")
        lock.parent.mkdir(parents=True, exist_ok=True)
        patience = time.monotonic() + LOCK_WAIT_S
        with lock.open("w") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    progress(Progress(model.id, "waiting"))
                if time.monotonic() > patience:
                    raise ModelError("busy", f"another process has been pulling {model.id} for too long")
                if stop.wait(0.2):
                    raise ModelError("interrupted", f"the pull of {model.id} was interrupted")
            yield

    def _record(self, model: Model) -> Record:
        return Record.read(self._record_file(model))

    def _record_file(self, model: Model) -> Path:
        return self.models_dir / ".records" / f"{model.id}.json"
