"""The public data sets, read from a folder outside the repository.

Their licences and sources stand in the model card.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cockpit.types import Lang


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of a data set; `slots` are (name, value as written in the text)."""

    source: str
    lang: Lang
    text: str
    intent: str
    slots: tuple[tuple[str, str], ...] = ()


SOURCES = {
    "massive": ("massive_en_train", "massive_zh_train"),
    "massive_validation": ("massive_zh_validation",),
    "hwu64": ("hwu64_train",),
    "clinc150": ("clinc150_train",),
    "snips": ("snips_train",),
    "ms_skills": ("ms_skills",),
}


def read(folder: Path, source: str) -> Iterator[Sentence]:
    """The sentences of a source in `SOURCES`; none where the folder has no such file."""
    for name in SOURCES[source]:
        file = folder / f"{name}.jsonl.gz"
        if not file.is_file():
            continue
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                slots = tuple((slot["slot"], slot["value"]) for slot in row.get("slots") or ())
                yield Sentence(source, row["lang"], row["text"], row["intent"], slots)
