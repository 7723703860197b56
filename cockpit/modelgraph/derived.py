"""Models made from pulled ones, kept so that the making is done once.

    <models_dir>/.derived/<model id>/<name>-<key>.onnx

Of one source several models can be made, each under a name of its own.

The key covers the source's size and time, this package's code and onnxruntime's version; files of other keys are
removed when a new one is made. Where nothing can be written, a model is made anew at every load.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

import onnxruntime as ort

log = logging.getLogger(__name__)

FOLDER = ".derived"

T = TypeVar("T")


def load_derived(source: Path, make: Callable[[Path], bytes], load: Callable[[str | bytes], T], name: str = "") -> T:
    """`load` of what `make` makes of `source` (`<models_dir>/<model id>/<file>`), kept on disk where possible
    under `name`, which is the source's where none is given.

    `load` is given a path or the model's bytes, and is to raise for what is no model: what is on disk is then made
    anew. Raises what `make` and `load` raise, and `OSError` when `source` cannot be read.
    """
    kept = _kept(source, name or source.stem)
    if kept.is_file():
        try:
            return load(str(kept))
        except Exception as error:  # noqa: BLE001 - engines raise anything for a broken file
            log.warning("%s is made anew: %s", kept, error)
    model = make(source)
    try:
        _write(kept, model, f"{name or source.stem}-*")
    except OSError as error:
        log.info("what is made of %s is not kept: %s", source, error)
        return load(model)
    del model
    return load(str(kept))


def _kept(source: Path, name: str) -> Path:
    status = source.stat()
    key = blake2b(f"{status.st_size} {status.st_mtime_ns} {ort.__version__}".encode(), digest_size=8)
    for code in sorted(Path(__file__).parent.glob("*.py")):
        key.update(code.read_bytes())
    return source.parent.parent / FOLDER / source.parent.name / f"{name}-{key.hexdigest()}.onnx"


def _write(file: Path, model: bytes, others: str) -> None:
    """Write at once or not at all, and remove `others`: older keys, and what a writer that was killed has left."""
    file.parent.mkdir(parents=True, exist_ok=True)
    for old in file.parent.glob(others):
        old.unlink(missing_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{file.stem}.", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as part:
            part.write(model)
            part.flush()
            os.fsync(part.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink(missing_ok=True)
        raise
