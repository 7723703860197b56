"""llama.cpp with a model, through xllamacpp. It is an HTTP server too, whether one wants that or not."""

from __future__ import annotations

import ctypes
import secrets
import threading
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cockpit.errors import LanguageModelError, ModelError
from cockpit.lm.rungs import gguf

BATCH = 32
"""Tokens of a prompt that are read in one go: a stop is noticed after each."""
KEPT_PROMPTS_MB = 64
"""Memory for what was read of other prompts."""

_making = threading.Lock()
_engines: dict[tuple[object, ...], Any] = {}


def open_engine(folder: Path, threads: int, context_tokens: int, *, serving: bool = False) -> Any:
    """The engine with the model of `folder`, the same one for the same files and arguments. It is never freed: freeing
    has been seen to hang, and a service needs one until it ends.

    Where it is not `serving`, nobody else on the board shall use its HTTP interface: it is on a socket without a name,
    with a key. `listening_address` is where it serves.

    Raises `ModelError` (`model-missing`, `model-corrupt`), `LanguageModelError` (`llm-no-engine`).
    """
    try:
        engine: Any = import_module("xllamacpp")
    except ImportError as error:
        raise LanguageModelError("no-engine", "xllamacpp is not installed: pip install xllamacpp") from error
    file = gguf(folder)
    if file is None:
        raise ModelError("missing", f"no GGUF file in {folder}: run `cockpit models pull {folder.name}`")
    stat = file.stat()
    key = file.resolve(), stat.st_size, stat.st_mtime_ns, threads, context_tokens, serving
    with _making:
        if key not in _engines:
            try:
                _engines[key] = _made(engine, file, threads, context_tokens, serving=serving)
            except Exception as error:
                raise ModelError("corrupt", f"{file} cannot be used ({error}): pull {folder.name} again") from error
        return _engines[key]


def _made(engine: Any, file: Path, threads: int, context_tokens: int, *, serving: bool) -> Any:
    parameters = engine.CommonParams()
    parameters.model.path = str(file)
    parameters.n_ctx, parameters.n_parallel, parameters.verbosity = context_tokens, 1, -1
    parameters.n_batch = parameters.n_ubatch = BATCH
    parameters.cache_ram_mib, parameters.ui = KEPT_PROMPTS_MB, False
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
    with TemporaryDirectory(prefix="cockpit-lm-") as private:
        if not serving:
            parameters.hostnames = [str(Path(private, "engine.sock"))]
            parameters.api_keys = [secrets.token_urlsafe(24)]
        server = engine.Server(parameters)
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(server))  # not even when the interpreter ends
    return server
