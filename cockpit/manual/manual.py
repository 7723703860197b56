"""Asking the manual: the section that answers, and those of its sentences that do; or that the manual does not say."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cockpit.config import Settings
from cockpit.errors import ModelError
from cockpit.manual import dense, lexical
from cockpit.manual.choice import Seen, read_weights
from cockpit.manual.encoder import Encoder, Read
from cockpit.manual.index import Index, open_index
from cockpit.manual.lexical import Lexical
from cockpit.manual.sections import Section
from cockpit.manual.speech import fitting
from cockpit.manual.terms import Terms
from cockpit.modelgraph.derived import FOLDER
from cockpit.types import LANGS, Lang

log = logging.getLogger(__name__)

NUMBER = 0.3
"""What a figure in a sentence is worth, in shares of the question, where a figure is asked for."""
NO_QUESTION = 0.5
"""What is left of the relevance of a text that asks nothing ("open the sunroof")."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the manual says to a question.

    `section` is None where it does not say; `sentences` are those that answer, in the manual's order, short enough to
    be spoken with the section's name in 12 s. `relevance` 0..1 tells how likely the text is a question that the manual
    answers, which a router can go by; `margin` is how clear the choice was (negative: declined).
    """

    section: Section | None
    sentences: tuple[str, ...]
    relevance: float
    margin: float

    @property
    def reply(self) -> str:
        """The key of the reply in `cockpit/language/<lang>/replies.yaml`."""
        return "answer.manual" if self.section else "answer.manual_silent"

    def fields(self, lang: Lang) -> dict[str, str]:
        """The fields of that reply."""
        between = "" if lang == "zh" else " "
        return {"section": self.section.title, "text": between.join(self.sentences)} if self.section else {}


class Manual:
    """One language's manual. `ask` takes about 10 ms of the calling thread and may be called from any one."""

    def __init__(self, index: Index, encoder: Encoder | None = None) -> None:
        self.index = index
        self._terms = Terms(index.lang)
        self._lexical = Lexical(index.sections, self._terms)
        self._encoder = encoder if index.dense else None
        self._weights = read_weights()[index.lang]["meanings" if self._encoder else "words"]

    def ask(self, question: str, but: frozenset[str] = frozenset()) -> Lookup:
        """What the manual says to `question`, as if it had no sections `but`."""
        read = self._read(question)
        out = [place for place, section in enumerate(self.index.sections) if section.id in but]
        margins = self._weights.margins(self._seen(question, read), out)
        best = int(margins.argmax())
        relevance = float(1 / (1 + np.exp(-np.clip(np.logaddexp.reduce(margins) - self._weights.threshold, -30, 30))))
        if not self._terms.asks(question):
            relevance *= NO_QUESTION
        margin = float(margins[best]) - self._weights.threshold
        if margin < 0:
            return Lookup(None, (), relevance, margin)
        section = self.index.sections[best]
        said = fitting(section.title, section.sentences, self._worth(question, read, best), self.index.lang)
        return Lookup(section, said, relevance, margin)

    def seen(self, question: str) -> Seen:
        """What the choice is made by."""
        return self._seen(question, self._read(question))

    def _read(self, question: str) -> Read | None:
        return self._encoder.read(question, "query") if self._encoder else None

    def _seen(self, question: str, read: Read | None) -> Seen:
        words, unknown, said = self._lexical.features(question)
        if read is None or self.index.dense is None:
            return Seen(words, unknown, said, np.zeros(0, np.float32))
        meant = self.index.dense.features(read, len(self.index.sections))
        return Seen(np.hstack([words, meant]), unknown, said, read.vector)

    def _worth(self, question: str, read: Read | None, place: int) -> NDArray[np.float32]:
        """How well each sentence of the section at `place` answers: (sentences,) float32."""
        worth = self._lexical.sentences(question, place)
        if read is not None and self.index.dense is not None:
            worth = worth + self.index.dense.sentences(read.vector, place)
        if self._terms.counts(question):
            figures = [bool(re.search(r"\d", one)) for one in self.index.sections[place].sentences]
            worth = worth + NUMBER * np.array(figures, np.float32)
        return np.asarray(worth, np.float32)


def feature_names(*, meanings: bool) -> tuple[str, ...]:
    """The names of the columns of `Seen.sections`."""
    return (*lexical.FEATURES, *dense.FEATURES) if meanings else lexical.FEATURES


def open_manuals(settings: Settings) -> dict[Lang, Manual]:
    """The manual of each language, with the index that was kept, or a new one. Blocks for seconds the first time.

    Raises `ConfigError` for a manual that is none. Without the encoder's model (`cockpit models pull e5-small`) it is
    searched by words alone, which finds less.
    """
    encoder = open_encoder(settings.models_dir) if settings.manual.meanings else None
    files: dict[Lang, list[Path]] = {"zh": settings.manual.zh, "en": settings.manual.en}
    kept = settings.models_dir / FOLDER / "manual"
    return {
        lang: Manual(open_index(files[lang], lang, encoder, kept / lang), encoder) for lang in LANGS if files[lang]
    }  # fmt: skip


def open_encoder(models_dir: Path) -> Encoder | None:
    """None, and a word in the log, where the model is not pulled or broken."""
    try:
        return Encoder(models_dir)
    except ModelError as error:
        log.info("the manual is searched by words alone: %s", error)
        return None
