"""Counts which words go together in what the network learns from: `words.json.gz` beside it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from cockpit.nlu.wording import Wording
from cockpit.types import LANGS, Lang
from models.training.dataset import Examples
from models.training.mixing import Mixer

SENTENCES, LEAST = 25_000, 2
"""Made for each language, and the count from which a pair is kept."""
KINDS = ("single", "single", "single", "explained", "several", "negative")


def wordings(examples: Examples) -> dict[Lang, Wording]:
    """Of sentences as they are meant, not as they are misheard, and of the public sets."""
    return {
        lang: Wording.counted([*islice(_made(examples.mixers[lang]), SENTENCES), *_public(examples, lang)], LEAST)
        for lang in LANGS
    }


def _made(mixer: Mixer) -> Iterator[tuple[str, ...]]:
    while True:
        for kind in KINDS:
            yield getattr(mixer, kind)().words


def _public(examples: Examples, lang: Lang) -> Iterator[tuple[str, ...]]:
    return (example.words for example in examples.public if example.lang == lang)
