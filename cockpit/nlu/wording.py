"""Which words go together in what people say in a car: counts of what follows what, kept as `words.json.gz`."""

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
UNHEARD = 0.001
"""Share that words never heard have among all."""


@dataclass(frozen=True)
class Wording:
    """A trigram model of one language. `after` are the words before, one or two with a space between them, to the
    counts of the words that follow."""

    after: Mapping[str, Mapping[str, int]]

    @classmethod
    def counted(cls, sentences: Iterable[Sequence[str]], least: int = 1) -> Wording:
        """Of `sentences`, with what occurs `least` times."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for words in sentences:
            line = (EDGE, EDGE, *words, EDGE)
            for first, second, third in zip(line, line[1:], line[2:], strict=False):
                counts[second][third] += 1
                counts[f"{first} {second}"][third] += 1
        kept = {before: {word: n for word, n in found.items() if n >= least} for before, found in counts.items()}
        return cls({before: found for before, found in kept.items() if found})

    @cached_property
    def words(self) -> Mapping[str, int]:
        """How often each word occurs."""
        total: Counter[str] = Counter()
        for before, found in self.after.items():
            if " " not in before:
                total.update(found)
        del total[EDGE]
        return total

    @cached_property
    def _totals(self) -> Mapping[str, int]:
        return {before: sum(found.values()) for before, found in self.after.items()}

    @cached_property
    def _size(self) -> int:
        return sum(self.words.values()) + 1

    def cost(self, first: str, second: str, word: str) -> float:
        """How surprising `word` is after `first` and `second`, in nats. A longer context counts the more, the fewer
        different words were heard after it (Witten and Bell 1991)."""
        chance = (1 - UNHEARD) * self.words.get(word, 0) / self._size + UNHEARD / (len(self.words) + 1)
        for before in (second, f"{first} {second}"):
            found = self.after.get(before)
            if found is None:
                break
            total = self._totals[before]
            chance = (found.get(word, 0) + len(found) * chance) / (total + len(found))
        return -log(chance)


def save(wordings: Mapping[Lang, Wording], file: Path) -> None:
    text = json.dumps({lang: one.after for lang, one in wordings.items()}, ensure_ascii=False, sort_keys=True)
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
        return {lang: Wording(_counts(raw[lang])) for lang in LANGS}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError("corrupt", f"the counts of words: {error}") from error


def _counts(raw: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    return {str(before): {str(word): int(n) for word, n in found.items()} for before, found in raw.items()}
