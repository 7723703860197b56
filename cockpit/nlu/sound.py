"""How alike words sound, to forgive a recogniser that heard the right sound and wrote the wrong word.

Chinese is compared syllable by syllable in pinyin without tones; English by a rough key of its consonants.
Costs are per character (zh) or per literal (en): 0 the same, higher is less alike, None not alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from cockpit.types import Lang

MAX_REMEMBERED = 4096
LEAST_LETTERS, LEAST_LETTERS_NEAR = 0.6, 0.75
"""Share of letters that must agree where the sound is the same, and where it is only near."""
LEAST_LIKENESS = 0.8
HOMOPHONE = 0.15
NEAR = 0.4
_NEAR_INITIALS = [set(pair.split("-")) for pair in "z-zh c-ch s-sh n-l f-h r-l d-t b-p g-k j-q j-zh q-ch x-sh".split()]
_NEAR_FINALS = [
    set(pair.split("-"))
    for pair in "an-ang en-eng in-ing ian-iang uan-uang un-ong en-in eng-ing ou-u e-ei uo-o".split()
]
_SPLIT = re.compile(r"^([zcs]h|[bpmfdtnlgkhjqxrzcsyw]?)(.*)$")


def sounds_zh(words: Sequence[str], said: Sequence[str]) -> float | None:
    """Cost of hearing the characters `said` for `words`, which are as many; None when too far apart.

    A single character must be a homophone, of more at least half must be.
    """
    costs = [_character(a, b) for a, b in zip(words, said, strict=True)]
    if any(cost is None for cost in costs):
        return None
    known = [cost for cost in costs if cost is not None]
    clear = sum(cost <= HOMOPHONE for cost in known)
    if clear * 2 < len(known) or (len(known) == 1 and known[0] > HOMOPHONE):
        return None
    return sum(known)


@lru_cache(maxsize=65_536)
def _character(wanted: str, said: str) -> float | None:
    if wanted == said:
        return 0.0
    ours, theirs = syllables(wanted), syllables(said)
    if ours & theirs:
        return HOMOPHONE
    return NEAR if any(near(a, b) for a in ours for b in theirs) else None


@lru_cache(maxsize=16_384)
def syllables(character: str) -> frozenset[str]:
    if len(character) != 1 or character < "\u3400":
        return frozenset()
    from pypinyin import Style, pinyin  # noqa: PLC0415 (loads for 0.4 s, which a start should not wait for)

    return frozenset(pinyin(character, style=Style.NORMAL, heteronym=True)[0])


def near(a: str, b: str) -> bool:
    (initial_a, final_a), (initial_b, final_b) = parted(a), parted(b)
    if final_a == final_b:
        return near_initials(initial_a, initial_b)
    return initial_a == initial_b and near_finals(final_a, final_b)


def near_initials(a: str, b: str) -> bool:
    return {a, b} in _NEAR_INITIALS


def near_finals(a: str, b: str) -> bool:
    return {a, b} in _NEAR_FINALS


def parted(syllable: str) -> tuple[str, str]:
    """Initial and final of a syllable in pinyin; "-" for one that it has not."""
    parts = _SPLIT.match(syllable)
    return (parts[1] or "-", parts[2] or "-") if parts else ("-", syllable)


def sounds_en(words: Sequence[str], said: Sequence[str]) -> float | None:
    """Cost of hearing `said` for `words`, however the words are cut; None when too far apart.

    Most letters must agree as well as the sound: vowels are folded together, so "and" sounds like "undo".
    """
    letters = Levenshtein.normalized_similarity("".join(words), "".join(said))
    if letters < LEAST_LETTERS:
        return None
    wanted, heard = sound_key(" ".join(words)), sound_key(" ".join(said))
    if wanted == heard:
        return HOMOPHONE
    if letters < LEAST_LETTERS_NEAR or min(len(wanted), len(heard)) < 5 or wanted[0] != heard[0]:
        return None
    likeness = Levenshtein.normalized_similarity(wanted, heard)
    return 0.2 + 2 * (1 - likeness) if likeness >= LEAST_LIKENESS else None


_RULES = [
    (re.compile(pattern), new)
    for pattern, new in (
        (r"(?<=\w\w\w)(?:ed|s)\b", ""),
        (r"ph", "f"),
        (r"wh", "w"),
        (r"\bkn", "n"),
        (r"\bwr", "r"),
        (r"gh(?=t)", ""),
        (r"ck", "k"),
        (r"x", "ks"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"q", "k"),
        (r"\s+", ""),
        (r"(.)\1+", r"\1"),
        (r"[aeiouy]+", "a"),
        (r"(?<=.)a$", ""),
    )
]
"""Spellings of one sound made one, then vowels made one: what is left is roughly the consonants."""


@lru_cache(maxsize=16_384)
def sound_key(text: str) -> str:
    """How English words sound, roughly: their consonants, and one letter for any vowels between them."""
    for pattern, new in _RULES:
        text = pattern.sub(new, text)
    return text


class Vocabulary:
    """Every word that the templates of a language hold, to be found by sound."""

    def __init__(self, words: frozenset[str], lang: Lang) -> None:
        self._words, self._lang = sorted(words), lang
        self._known: dict[tuple[str, ...], frozenset[str]] = {}

    def alike(self, said: tuple[str, ...]) -> frozenset[str]:
        """The words that sound like the beginning of `said`, which is one or two tokens."""
        if said not in self._known:
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            self._known[said] = frozenset(self._alike_zh(said[0]) if self._lang == "zh" else self._alike_en(said))
        return self._known[said]

    def _alike_zh(self, said: str) -> Iterator[str]:
        return (word for word in self._words if (len(word) == 1 and _character(word, said) is not None) or word == said)

    def _alike_en(self, said: tuple[str, ...]) -> Iterator[str]:
        for heard in {said[:1], said[:2]}:
            spelt = process.extract(
                "".join(heard),
                self._words,
                scorer=Levenshtein.normalized_similarity,
                score_cutoff=LEAST_LETTERS,
                limit=None,
            )
            yield from (word for word, _, _ in spelt if sounds_en((word,), heard) is not None)
