"""Hears one utterance of a phrase pack: sound to intent and slots, without training. Blocking, like its engines."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, cast

from cockpit.asr.engines import ENGINES
from cockpit.audio.endpointing import trim
from cockpit.audio.vad import SileroVad
from cockpit.config import Settings
from cockpit.errors import ModelError, RecognitionError
from cockpit.nlu.tokens import clean, tokenise
from cockpit.pack.alignment import Aligner, Alignment
from cockpit.pack.packfile import Pack
from cockpit.phrasegraph import PhraseGraph
from cockpit.skillset import load_grammar
from cockpit.types import Lang, Pcm, SlotValue, Transcript

ENGINES_OF: Mapping[Lang, tuple[str, ...]] = {"en": ("moonshine", "whisper"), "zh": ("whisper",)}
"""Who listens, and who listens too where the first one's best text costs more than `DOUBT`."""
DOUBT = 0.3
"""Chosen on synthesised orders, as the prices of `alignment` (docs/decisions/0010-lean-then-lay-along.md)."""
LEAST_FIT = 0.7
"""What fits its sentence less is no utterance of the pack."""
WORSE = 0.3
"""What each place costs by which a text stands behind the recogniser's likeliest."""


class LeaningRecognizer(Protocol):
    """A recogniser that can lean on what may be said."""

    def load(self) -> None: ...

    def alternatives(self, pcm: Pcm, lang: Lang | None, graph: PhraseGraph) -> list[Transcript]: ...


@dataclass(frozen=True, slots=True)
class Result:
    """`intent` is empty where nothing of the pack was said; `text` is what was heard all the same. `confidence` is how
    well it fits the sentence, 0 to 1."""

    intent: str
    slots: dict[str, SlotValue]
    text: str
    confidence: float
    milliseconds: float


class PackHearing:
    """Hears what `pack` can mean. Raises `ModelError` where the language's recogniser has no model."""

    def __init__(self, pack: Pack, settings: Settings) -> None:
        self._pack, self._settings = pack, settings
        self._engines: dict[str, LeaningRecognizer] = {}
        self._loaded(ENGINES_OF[pack.lang][0])
        fillers = (word for phrase in load_grammar(pack.lang).fillers for word in phrase.split())
        self._aligner = Aligner(pack.graph, pack.lang, pack.fillers | frozenset(fillers))
        self._vad = SileroVad()

    def hear(self, pcm: Pcm) -> Result:
        """Mono sound at 16 kHz, one utterance. Raises `RecognitionError`."""
        begun = time.monotonic()
        speech = trim(pcm, self._vad, self._settings.audio)
        text, best = ("", None) if speech is None else self._best(speech)
        milliseconds = 1000 * (time.monotonic() - begun)
        if best is None or best.fit < LEAST_FIT:
            return Result("", {}, text, best.fit if best else 0.0, milliseconds)
        return Result(best.intent, best.slots, text, best.fit, milliseconds)

    def _best(self, speech: Pcm) -> tuple[str, Alignment | None]:
        """The text whose words fit best, sound considered."""
        best: tuple[float, str, Alignment | None] = (math.inf, "", None)
        for name in ENGINES_OF[self._pack.lang]:
            if best[0] <= DOUBT:
                break
            heard = self._heard(name, speech)
            for text, price in _different(heard):
                aligned = self._aligner.align(text)
                if aligned is not None and aligned.cost + price < best[0]:
                    best = aligned.cost + price, text, aligned
                elif not best[1]:
                    best = math.inf, text, None
        return best[1], best[2]

    def _heard(self, name: str, speech: Pcm) -> list[Transcript]:
        """What an engine hears; nothing where it is only the second one and cannot be used or fails."""
        try:
            return self._loaded(name).alternatives(speech, self._pack.lang, self._pack.graph)
        except (ModelError, RecognitionError):
            if name == ENGINES_OF[self._pack.lang][0]:
                raise
            return []

    def _loaded(self, name: str) -> LeaningRecognizer:
        if name not in self._engines:
            row = ENGINES[name]
            engine = row.make(self._settings.asr, self._settings.models_dir / row.model(self._settings.asr))
            engine.load()
            self._engines[name] = cast("LeaningRecognizer", engine)
        return self._engines[name]


def _different(heard: list[Transcript]) -> Iterator[tuple[str, float]]:
    """The texts that differ in more than punctuation, and what each costs for being less likely than the first."""
    seen: set[tuple[str, ...]] = set()
    for place, one in enumerate(heard):
        words = tuple(token.text for token in tokenise(clean(one.text)) if not token.punctuation)
        if words not in seen:
            seen.add(words)
            yield one.text, WORSE * place
