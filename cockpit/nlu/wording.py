"""Which words go together in what people say in a car: counts of words and pairs, kept as `words.json.gz`."""

from __future__ import annotations

import gzip
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from pathlib import Path

from cockpit.errors import ModelError
from cockpit.types import LANGS, Lang

EDGE = ""
"""Stands before the first word and after the last."""
PAIRED, ALONE, UNHEARD = 0.8, 0.19, 0.01
"""Weights of a pair, a word by itself, and any word at all."""


@dataclass(frozen=True)
class Wording:
    """A bigram model of one language: `pairs` are word to the counts of the words after it."""

    pairs: Mapping[str, Mapping[str, int]]

    @classmethod
    def counted(cls, sentences: Iterable[Sequence[str]], least: int = 1) -> Wording:
        """Of `sentences`, with the pairs that occur `least` times."""
        pairs: dict[str, Counter[str]] = defaultdict(Counter)
        for words in sentences:
            for first, second in zip((EDGE, *words), (*words, EDGE), strict=True):
                pairs[first][second] += 1
        return cls({a: kept for a, found in pairs.items() if (kept := {b: n for b, n in found.items() if n >= least})})

    @cached_property
    def words(self) -> Mapping[str, int]:
        """How often each word occurs after another."""
        total: Counter[str] = Counter()
        for after in self.pairs.values():
            total.update(after)
        del total[EDGE]
        return total

    @cached_property
    def _size(self) -> int:
        return sum(self.words.values()) + 1

    @cached_property
    def _after(self) -> Mapping[str, int]:
        return {word: sum(counts.values()) for word, counts in self.pairs.items()}

    def cost(self, before: str, word: str) -> float:
        """How surprising `word` is after `before`, in nats."""
        counts = self.pairs.get(before)
        paired = counts.get(word, 0) / self._after[before] if counts else 0.0
        alone = self.words.get(word, 0) / self._size
        return -log(PAIRED * paired + ALONE * alone + UNHEARD / (len(self.words) + 1))


def save(wordings: Mapping[Lang, Wording], file: Path) -> None:
    text = json.dumps({lang: one.pairs for lang, one in wordings.items()}, ensure_ascii=False, sort_keys=True)
    file.write_bytes(gzip.compress(text.encode(), mtime=0))


def load(file: Path) -> dict[Lang, Wording]:
    """Raises `ModelError` (`model-missing`, `model-corrupt`)."""
    return parsed(unpacked(file))


def unpacked(file: Path) -> bytes:
    """The text of a file with its checksum tested, which takes some milliseconds; `parsed` takes far longer.

    Raises `ModelError` (`model-missing`, `model-corrupt`).
    """
    try:
        return gzip.decompress(file.read_bytes())
    except FileNotFoundError as error:
        raise ModelError("missing", f"{file} is not there") from error
    except (OSError, EOFError, zlib.error) as error:
        raise ModelError("corrupt", f"{file}: {error}") from error


def parsed(text: bytes) -> dict[Lang, Wording]:
    """Raises `ModelError` (`model-corrupt`)."""
    try:
        raw = json.loads(text)
        return {lang: Wording(_pairs(raw[lang])) for lang in LANGS}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError("corrupt", f"the counts of words: {error}") from error


def _pairs(raw: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    return {str(first): {str(second): int(n) for second, n in after.items()} for first, after in raw.items()}
