"""What is known of a pulled model: the hashes seen on disk, and those pinned at the first pull.

One JSON file per model in `<models_dir>/.records/`. A file whose size and time are still those of the record
need not be hashed again.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cockpit.modelstore.manifest import FileSpec, Model


class Seen(BaseModel):
    """A file as it was when it was last hashed."""

    model_config = ConfigDict(frozen=True)

    bytes: int
    mtime_ns: int
    sha256: str


class Record(BaseModel):
    """`pins` holds what the manifest leaves open; `seen` what lies on disk. Keys are paths in the model's folder."""

    model_config = ConfigDict(frozen=True)

    source: str = ""
    pins: dict[str, FileSpec] = Field(default_factory=dict)
    seen: dict[str, Seen] = Field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> Record:
        """The record in `file`; an empty one when there is none or it cannot be read."""
        try:
            return cls.model_validate_json(file.read_bytes())
        except (OSError, ValidationError):
            return cls()

    def write(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(".new")
        fresh.write_text(self.model_dump_json(indent=1), "utf-8")
        fresh.replace(file)

    def expected(self, model: Model) -> dict[str, FileSpec]:
        """The files `model` must have, the manifest's gaps filled from the pins."""
        files = {file.path: file for file in model.files} or self.pins
        return {path: file if file.sha256 else self.pins.get(path, file) for path, file in files.items()}


def look(file: Path) -> Seen:
    """Hash a file. Raises `OSError`."""
    with file.open("rb") as opened:
        status = file.stat()
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return Seen(bytes=status.st_size, mtime_ns=status.st_mtime_ns, sha256=digest)
