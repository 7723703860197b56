"""What a text is about, as terms that two texts can share: stems of English words, one and two characters of Chinese.

Synonyms, fillers and concepts come from `cockpit/language/<lang>/manual.yaml`. Synonyms are put in the manual's words
first, so that a question and a section are read alike; fillers ("how do I", "怎么") say nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from cockpit.errors import ConfigError
from cockpit.types import Lang
from cockpit.yamlfile import read_yaml

LANGUAGE = Path(__file__).resolve().parent.parent / "language"

ALONE = 0.3
"""What a Chinese character accounts for whose neighbours are not beside it in the section."""

_PART = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:\.\d+)?|[\u3400-\u9fff]+")
_HAN = "\u3400"
_SUFFIXES = (
    ("iest", "i"), ("ies", "i"), ("ied", "i"), ("ing", ""), ("edly", ""), ("ed", ""), ("es", ""), ("ly", ""),
    ("s", ""), ("er", ""), ("e", ""), ("y", "i"),
)  # fmt: skip


class Vocabulary(BaseModel):
    """`cockpit/language/<lang>/manual.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    filler: str
    synonyms: dict[str, list[str]]
    concepts: list[str] | str
    asking: str
    """Words of a question."""
    counting: str
    """Those that ask for a figure."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A word, or a Chinese character with the pairs it forms with its neighbours, and how much it says."""

    term: str
    weight: float
    pairs: tuple[str, ...] = ()

    def share(self, held: frozenset[str]) -> float:
        """How much of the unit the terms `held` account for, 0..1."""
        if any(pair in held for pair in self.pairs):
            return 1.0
        return (ALONE if self.pairs else 1.0) if self.term in held else 0.0


class Terms:
    """Reads texts of one language. Raises `ConfigError` when the language's file is missing or wrong."""

    def __init__(self, lang: Lang) -> None:
        file = LANGUAGE / lang / "manual.yaml"
        try:
            words = Vocabulary.model_validate(read_yaml(file))
        except ValidationError as error:
            raise ConfigError("manual-words", f"{file}: {error}") from error
        self._spaced = lang == "en"
        self._manual_word = {folded(said): folded(word) for word, many in words.synonyms.items() for said in many}
        self._synonym = self._any_of(self._manual_word)
        filler = {folded(word) for word in words.filler.split()}
        self._stopped, self._filler = {stem(word) for word in filler}, self._any_of(filler)
        concepts = words.concepts.split() if isinstance(words.concepts, str) else words.concepts
        self._concept = self._any_of({folded(word) for word in concepts})
        self._asking, self._counting = (self._any_of(part.strip() for part in text.split(",")) for text in (
            words.asking, words.counting))  # fmt: skip

    def of(self, text: str) -> list[str]:
        """The terms of `text` in order; one may be there several times."""
        found: list[str] = []
        for part in self._parts(text):
            found += [*part, *_pairs(part)] if part[0] >= _HAN else [part]
        return found

    def units(self, text: str) -> list[Unit]:
        """What `text` says, one after the other."""
        found = []
        for part in self._parts(text):
            if part[0] < _HAN:
                found.append(Unit(part, 1.0))
                continue
            pairs = ["", *_pairs(part), ""]
            for place, character in enumerate(part):
                around = tuple(filter(None, pairs[place : place + 2]))
                found.append(Unit(character, 0.5, around))
        return found

    def asks(self, text: str) -> bool:
        """Whether `text` has a word of a question, or is written as one."""
        return bool(self._asking.search(folded(text))) or text.rstrip().endswith(("?", "？"))

    def counts(self, text: str) -> bool:
        """Whether a figure is asked for."""
        return bool(self._counting.search(folded(text)))

    def concepts(self, text: str) -> set[str]:
        """The concepts that `text` names."""
        return {found.replace("-", " ") for found in self._concept.findall(self._put(text))}

    def names(self, text: str) -> str:
        """`text` as a concept is looked for in it (`named`)."""
        return self._put(text).replace("-", " ")

    def named(self, concept: str) -> str:
        """The pattern that finds `concept`, in English at the beginning of a word."""
        return (r"\b" if self._spaced else "") + re.escape(concept)

    def _parts(self, text: str) -> Iterable[str]:
        plain = self._put(text)
        if not self._spaced:
            plain = self._filler.sub(" ", plain)
        for part in _PART.findall(plain):
            if part[0] >= _HAN:
                yield part
                continue
            for word in map(stem, part.split("'")):
                if word and not (self._spaced and word in self._stopped):
                    yield word

    def _put(self, text: str) -> str:
        return self._synonym.sub(lambda match: self._manual_word[match[0]], folded(text))

    def _any_of(self, phrases: Iterable[str]) -> re.Pattern[str]:
        """Any of `phrases`, the longest where several begin at one place; in English whole words only."""
        joined = "|".join(map(re.escape, sorted(phrases, key=len, reverse=True)))
        return re.compile(rf"\b(?:{joined})\b" if self._spaced else joined)


def folded(text: str) -> str:
    """Lower case, one width, plain quotes."""
    return unicodedata.normalize("NFKC", text).lower().replace("’", "'")


def stem(word: str) -> str:
    """An English word without its commonest ending; only the equality of stems means anything."""
    for suffix, put in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not (suffix == "s" and word[-2] in "su"):
            word = word[: len(word) - len(suffix)] + put
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiousl":
        word = word[:-1]
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)]
