"""Wake words: small heads, one a word, on the embeddings of the last 1.3 seconds (made by `models.training.wake`)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cockpit.audio.embedding import CHUNK, Array, SpeechEmbedding, session
from cockpit.errors import ModelError
from cockpit.types import LANGS, SAMPLE_RATE_HZ, Lang, Pcm

WINDOW = 16
"""Embeddings that a head sees."""
REFRACTORY_S = 1.0
"""So long after a wake word none is found: it would be the same one still."""
EARLY_S = 0.16
"""A word is said to end so much earlier than its head judges, so that what follows it is never clipped."""


@dataclass(frozen=True, slots=True)
class Woken:
    """`score` is 0..1; `end_sample` counts from the last reset to where the word ends."""

    word: str
    lang: Lang
    score: float
    end_sample: int


@dataclass(frozen=True, slots=True)
class Head:
    """`judge` gives, for the embeddings (`WINDOW`, 96), a score and how many seconds ago the word ended."""

    word: str
    lang: Lang
    threshold: float
    judge: Callable[[Array], tuple[float, float]]


class WakeWords:
    """Finds wake words in sound that comes in order. Blocking: measured in docs/decisions/0012."""

    def __init__(self, features: Path, heads: Path, words: Sequence[str] = (), threshold: float | None = None) -> None:
        """`features` is the folder of the pulled model, `heads` that of the heads; no `words` are all there are.
        `threshold` is used instead of the heads' own."""
        self._embedding = SpeechEmbedding(features)
        self._folder, self._wanted, self._threshold = heads, tuple(words), threshold
        self._heads: tuple[Head, ...] = ()
        self.reset()

    @property
    def words(self) -> tuple[str, ...]:
        """What is listened for, known once loaded."""
        return tuple(head.word for head in self._heads)

    def load(self) -> None:
        """Read features and heads; idempotent. Raises `ModelError` (`model-missing`, also for a word that has no head,
        and `model-corrupt`)."""
        if self._heads:
            return
        self._embedding.load()
        names = self._wanted or tuple(sorted(file.stem for file in self._folder.glob("*.onnx")))
        if not names:
            raise ModelError("missing", f"no wake word is in {self._folder}")
        self._heads = tuple(read_head(self._folder / f"{name}.onnx") for name in names)
        self.reset()

    def reset(self) -> None:
        """Another sound begins."""
        self._embedding.reset()
        self._seen: deque[Array] = deque([self._embedding.silence] * WINDOW, WINDOW)
        self._chunks = 0
        self._quiet_until = 0

    def take(self, frame: Pcm) -> list[Woken]:
        """The wake words that end in `frame` or shortly before it."""
        found = []
        for embedding in self._embedding.take(frame):
            self._seen.append(embedding)
            self._chunks += 1
            woken = self._judge(np.stack(self._seen))
            found += [] if woken is None else [woken]
        return found

    def _judge(self, window: Array) -> Woken | None:
        now = self._chunks * CHUNK
        if now < self._quiet_until:
            return None
        best = None
        for head in self._heads:
            score, ago_s = head.judge(window)
            threshold = head.threshold if self._threshold is None else self._threshold
            if score >= threshold and (best is None or score > best.score):
                end = now - int((max(ago_s, 0.0) + EARLY_S) * SAMPLE_RATE_HZ)
                best = Woken(head.word, head.lang, score, max(end, 0))
        if best is not None:
            self._quiet_until = now + int(REFRACTORY_S * SAMPLE_RATE_HZ)
        return best


def read_head(file: Path) -> Head:
    """A head says in its own metadata what it listens for. Raises `ModelError` (`model-missing`, `model-corrupt`)."""
    graph = session(file)
    told: dict[str, Any] = graph.get_modelmeta().custom_metadata_map
    langs = [lang for lang in LANGS if lang == told.get("lang")]
    try:
        threshold = float(told["threshold"])
    except (KeyError, ValueError) as error:
        raise ModelError("corrupt", f"{file} says no threshold") from error
    if not langs:
        raise ModelError("corrupt", f"{file} says no language")

    def judge(window: Array) -> tuple[float, float]:
        score, ago = graph.run(None, {"embeddings": window[np.newaxis]})
        return float(score[0]), float(ago[0])

    return Head(file.stem, langs[0], threshold, judge)
