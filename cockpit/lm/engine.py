"""llama.cpp with a model, through xllamacpp. It is an HTTP server too, whether one wants that or not."""

from __future__ import annotations

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
LIFETIME = threading.Lock()
"""Held while an engine is made or freed: llama.cpp has been seen to hang when the one ran into the other."""


def open_engine(folder: Path, threads: int, context_tokens: int, *, serving: bool = False) -> Any:
    """The engine with the model of `folder`. Where it is not `serving`, nobody else on the board shall use its HTTP
    interface: it is on a socket without a name, with a key. `listening_address` is where it serves.

    Raises `ModelError` (`model-missing`, `model-corrupt`), `LanguageModelError` (`llm-no-engine`).
    """
    try:
        engine: Any = import_module("xllamacpp")
    except ImportError as error:
        raise LanguageModelError("no-engine", "xllamacpp is not installed: pip install xllamacpp") from error
    file = gguf(folder)
    if file is None:
        raise ModelError("missing", f"no GGUF file in {folder}: run `cockpit models pull {folder.name}`")
    parameters = engine.CommonParams()
    parameters.model.path = str(file)
    parameters.n_ctx, parameters.n_parallel, parameters.verbosity = context_tokens, 1, -1
    parameters.n_batch = parameters.n_ubatch = BATCH
    parameters.cache_ram_mib, parameters.ui = KEPT_PROMPTS_MB, False
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
    try:
        with LIFETIME, TemporaryDirectory(prefix="cockpit-lm-") as private:
            if not serving:
                parameters.hostnames = [str(Path(private, "engine.sock"))]
                parameters.api_keys = [secrets.token_urlsafe(24)]
            return engine.Server(parameters)
    except Exception as error:
        raise ModelError("corrupt", f"{file} cannot be used ({error}): pull {folder.name} again") from error
