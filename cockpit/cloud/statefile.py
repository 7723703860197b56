"""Small files that outlast a restart, never half written."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

State = Mapping[str, object]


def read_state(file: Path) -> State | None:
    """What was written last; None where nothing was. Raises `ValueError` when it is no such file, and `OSError`."""
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        return None
    state = json.loads(text)
    if not isinstance(state, dict):
        raise ValueError(f"{file} holds no state")  # noqa: TRY004 (as for JSON that is none)
    return state


def write_state(file: Path, state: State) -> None:
    """Put `state` in the place of what was there, wholly or (on `OSError`) not at all. Blocks until it is on disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    new = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(dict(state), stream)
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)
