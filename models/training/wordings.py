"""Counts which words go together in what the network learns from: `words.json.gz` beside it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from cockpit.nlu.wording import Wording
from cockpit.types import LANGS, Lang
from models.training.dataset import Examples

SENTENCES, LEAST = 60_000, 2
"""Made for each language, and the count from which what follows is kept."""
KINDS = ("single", "single", "single", "explained", "several", "negative")


def wordings(examples: Examples) -> dict[Lang, Wording]:
    """Of sentences as they are meant, not as they are misheard, and of the public sets."""
    return {
        lang: Wording.counted([*islice(_made(examples, lang), SENTENCES), *_public(examples, lang)], LEAST)
        for lang in LANGS
    }


def _made(examples: Examples, lang: Lang) -> Iterator[tuple[str, ...]]:
    while True:
        for kind in KINDS:
            example = getattr(examples.mixers[lang], kind)()
            if not examples.held_out(example):
                yield example.words


def _public(examples: Examples, lang: Lang) -> Iterator[tuple[str, ...]]:
    return (example.words for example in examples.public if example.lang == lang)
