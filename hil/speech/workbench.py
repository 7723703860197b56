"""What every measurement needs: settings, engines, speech, and a word on how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32

import numpy as np

from cockpit.asr.engines import ENGINES
from cockpit.config import Settings
from cockpit.nlu.expectation import Expectations
from cockpit.ports import Recognizer, Understander
from cockpit.runtime.expecting import likely
from cockpit.runtime.understanding import understanding
from cockpit.types import Lang
from hil.speech import corpus
from hil.speech.corpus import Clip

Item = TypeVar("Item")
Json = dict[str, Any]
"""What a measurement gives: kept in the report as it is, and all that tables and plots are made from."""

Tell = Callable[[str, float], None]
"""What is being done, and which share of it is done."""


@dataclass(frozen=True)
class Workbench:
    """`quick` asks for as little as still shows that everything works. `human` are recordings of people, perhaps none;
    `cache` is a folder for speech that is voiced once."""

    settings: Settings
    cache: Path
    human: Sequence[Clip] = ()
    quick: bool = False
    tell: Tell = lambda _, __: None
    _engines: dict[str, Recognizer] = field(default_factory=dict)

    def engine(self, name: str) -> Recognizer:
        """A recogniser, loaded once. Raises `ModelError`."""
        if name not in self._engines:
            row, settings = ENGINES[name], self.settings
            engine = row.make(settings.asr, settings.models_dir / row.model(settings.asr))
            engine.load()
            self._engines[name] = engine
        return self._engines[name]

    @property
    def human_folders(self) -> list[Path]:
        """Where recordings of people lie."""
        return sorted({clip.file.parent for clip in self.human})

    @property
    def understander(self) -> Understander:
        return understanding(self.settings).understander

    @cached_property
    def expectations(self) -> Mapping[Lang, Expectations]:
        """What the service has its recognisers lean on."""
        return likely(self.settings)

    def count(self, full: int, quick: int) -> int:
        return quick if self.quick else full

    def voiced(self, texts: Sequence[str], lang: Lang) -> list[Clip]:
        """See `corpus.voiced`."""
        done = iter(range(1, len(texts) + 1))
        what = f"voicing, {lang}"
        return corpus.voiced(
            texts, lang, self.settings.models_dir, self.cache, lambda: self.tell(what, next(done) / len(texts))
        )

    def people(self, lang: Lang, count: int) -> list[Clip]:
        """`count` of the recordings of people, evenly taken."""
        return corpus.spread([clip for clip in self.human if clip.lang == lang], count)

    def each(self, items: Sequence[Item], what: str) -> Iterator[Item]:
        """`items`, told one by one."""
        for done, item in enumerate(items):
            self.tell(what, done / len(items))
            yield item
        self.tell(what, 1.0)


def seeded(clip: Clip, *of: object) -> np.random.Generator:
    """Chance that hangs on the clip and on what it is for alone, so that all that is compared meets the same."""
    return np.random.default_rng(crc32(" ".join(map(str, (clip.file.name, *of))).encode()))


def speech_of(clip: Clip) -> str:
    """The word of reports for where speech is from."""
    return "human" if clip.human else "synthesised"


def share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 0.0


def median(values: Iterable[float]) -> float | None:
    """None where nothing was measured."""
    found = [*values]
    return round(float(np.median(found)), 1) if found else None


def percentile(values: Iterable[float], percent: float) -> float | None:
    """As `median`."""
    found = [*values]
    return round(float(np.percentile(found, percent)), 1) if found else None
