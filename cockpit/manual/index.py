"""A manual made ready to be asked: its sections, and their vectors where the encoder is there; kept on disk.

DIR/sections.json   the language, the sections in order, and what the index was made of
DIR/vectors.npz     unit vectors (float16) and the sections they belong to, and those of the sections' pieces
                    (about 4 MB for a hundred sections); missing without the encoder
"""

from __future__ import annotations

import json
import logging
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from cockpit.errors import ConfigError
from cockpit.manual import dense, pieces, sections
from cockpit.manual.dense import Dense
from cockpit.manual.encoder import Encoder
from cockpit.manual.pieces import Pieces
from cockpit.manual.sections import Section, read_sections
from cockpit.types import Lang

log = logging.getLogger(__name__)

SECTIONS, VECTORS = "sections.json", "vectors.npz"


@dataclass(frozen=True, slots=True)
class Index:
    """`dense` is None where no encoder was there; `made_of` tells one state of the files from another."""

    lang: Lang
    sections: tuple[Section, ...]
    dense: Dense | None
    made_of: str = ""


def build(files: Sequence[Path], lang: Lang, encoder: Encoder | None) -> Index:
    """Some seconds for a hundred sections with the encoder, nothing to speak of without. Raises as `read_sections`."""
    found = tuple(read_sections(files))
    return Index(lang, found, Dense.of(found, encoder) if encoder else None, made_of(files, encoder is not None))


def open_index(files: Sequence[Path], lang: Lang, encoder: Encoder | None, folder: Path) -> Index:
    """The index kept in `folder` when it was made of `files` as they are now, else a new one, kept where possible."""
    try:
        kept = load(folder)
    except ConfigError:
        kept = None
    if kept is not None and kept.made_of == made_of(files, encoder is not None):
        return kept
    made = build(files, lang, encoder)
    try:
        save(made, folder)
    except OSError as error:
        log.info("the manual's index is not kept: %s", error)
    return made


def made_of(files: Sequence[Path], with_vectors: bool) -> str:
    """A digest of the files, and of the code that takes them apart. Raises `ConfigError` (`manual-unreadable`)."""
    key = blake2b(str(with_vectors).encode(), digest_size=12)
    for file in (*files, *(Path(str(code.__file__)) for code in (sections, dense, pieces))):
        try:
            key.update(file.read_bytes())
        except OSError as error:
            raise ConfigError("manual-unreadable", f"cannot read {file}: {error.strerror}") from error
    return key.hexdigest()


def save(index: Index, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SECTIONS).unlink(missing_ok=True)  # an index is whole once it has its sections
    (folder / VECTORS).unlink(missing_ok=True)
    if index.dense:
        arrays: dict[str, Any] = {f"vectors_{name}": one for name, one in index.dense.vectors.items()}
        arrays |= {f"owners_{name}": one for name, one in index.dense.owners.items()}
        arrays |= {f"pieces_{one.name}": getattr(index.dense.pieces, one.name) for one in fields(Pieces)}
        np.savez(folder / VECTORS, **arrays)
    head = {"lang": index.lang, "made_of": index.made_of, "sections": [asdict(one) for one in index.sections]}
    part = folder / f"{SECTIONS}.part"
    part.write_text(json.dumps(head, ensure_ascii=False, indent=1), "utf-8")
    part.replace(folder / SECTIONS)


def load(folder: Path) -> Index:
    """Raises `ConfigError`: `manual-index` where there is none, or a broken one."""
    try:
        head = json.loads((folder / SECTIONS).read_text("utf-8"))
        found = TypeAdapter(tuple[Section, ...]).validate_python(head["sections"])
        return Index(head["lang"], found, _vectors(folder / VECTORS), head["made_of"])
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise ConfigError("manual-index", f"{folder} holds no manual's index: {error}") from error


def _vectors(file: Path) -> Dense | None:
    if not file.is_file():
        return None
    with np.load(file) as arrays:
        vectors, owners = ({one: arrays[f"{part}_{one}"] for one in dense.KINDS} for part in ("vectors", "owners"))
        return Dense(vectors, owners, Pieces(*(arrays[f"pieces_{one.name}"] for one in fields(Pieces))))
