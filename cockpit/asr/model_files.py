"""Finding a model's files, and saying what is wrong with them."""

from __future__ import annotations

from pathlib import Path

from cockpit.errors import ModelError


def require(folder: Path, files: tuple[str, ...]) -> None:
    """Raises `ModelError` (`model-missing`) naming the first of `files` that is not in the model's `folder`."""
    for file in files:
        if not (folder / file).is_file():
            message = f"{file} of model {folder.name} is not in {folder}: run `cockpit models pull {folder.name}`"
            raise ModelError("missing", message)


def corrupt(folder: Path, reason: object) -> ModelError:
    """The error (`model-corrupt`) for files that are there and cannot be used."""
    message = f"model {folder.name} in {folder} is broken ({reason}): run `cockpit models pull {folder.name}`"
    return ModelError("corrupt", message)


def fingerprint(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Changes when a file of the model does: name, size and time of each."""
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    return tuple((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files)
