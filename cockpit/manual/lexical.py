"""Sections held against a question by the words they share."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from cockpit.manual.sections import Section
from cockpit.manual.terms import Terms, Unit

Scores = NDArray[np.float32]

K1, B = 1.2, 0.5
"""Saturation and length normalisation of BM25; sections are of like length, so less of it than the usual 0.75."""
TITLE, INDEX = 3.0, 2.0
"""How often a term counts that is in the heading, or in the index comment."""
SINGLE = 0.4
"""What a Chinese character by itself counts, against a pair of them."""
MISSED = 2
"""More concepts that a section lacks than this change nothing."""

FEATURES = ("bm25", "relative", "covered", "title", "sentence", "asked", "concepts")
"""BM25 (tenths), the same against the best section's; share of the question that the section accounts for, its heading
and index terms, its best sentence, its best sample question; minus the number of concepts that it lacks."""


class Lexical:
    """An index of `sections`' words."""

    def __init__(self, sections: Sequence[Section], terms: Terms) -> None:
        self._terms, self._count = terms, len(sections)
        self._postings = _postings([_counts(section, terms) for section in sections])
        self._whole = [_set(terms, _all_of(section)) for section in sections]
        self._heads = [_set(terms, (section.title, *section.terms)) for section in sections]
        self._sentences = [[_set(terms, (section.title, one)) for one in section.sentences] for section in sections]
        self._asked = [[_set(terms, (one,)) for one in section.asked] for section in sections]
        self._names = [terms.names(" . ".join(_all_of(section))) for section in sections]
        self._known = frozenset[str]().union(*self._whole)

    def features(self, question: str) -> tuple[Scores, float, float]:
        """(sections, FEATURES) float32; the share 0..1 of the question that the whole manual has no word for; and how
        much the question says, in the weight of its terms."""
        units = self._terms.units(question)
        score = self._bm25(question)
        columns = [score / 10, score / (score.max(initial=0) + 3)]
        columns.append(np.array([covered(units, one) for one in self._whole], np.float32))
        columns.append(np.array([covered(units, one) for one in self._heads], np.float32))
        for texts in (self._sentences, self._asked):
            best = [max((covered(units, one) for one in each), default=0.0) for each in texts]
            columns.append(np.array(best, np.float32))
        columns.append(-self._missed(question))
        said = sum(unit.weight for unit in units)
        return np.column_stack(columns).astype(np.float32), 1 - covered(units, self._known), said

    def sentences(self, question: str, place: int) -> Scores:
        """How much of the question each sentence of the section at `place` accounts for: (sentences,) float32."""
        units = self._terms.units(question)
        return np.array([covered(units, one) for one in self._sentences[place]], np.float32)

    def _bm25(self, question: str) -> Scores:
        score = np.zeros(self._count, np.float32)
        for term in set(self._terms.of(question)):
            held = self._postings.get(term, {})
            rare = math.log(1 + (self._count - len(held) + 0.5) / (len(held) + 0.5))
            rare *= SINGLE if len(term) == 1 and term >= "\u3400" else 1.0
            for place, saturated in held.items():
                score[place] += rare * saturated
        return score

    def _missed(self, question: str) -> Scores:
        patterns = [self._terms.named(one) for one in self._terms.concepts(question)]
        lacking = [sum(not re.search(one, names) for one in patterns) for names in self._names]
        return np.minimum(np.array(lacking, np.float32), MISSED)


def covered(units: Sequence[Unit], held: frozenset[str]) -> float:
    """Share 0..1 of the weight of `units` that is in the terms `held`; 0 for a question that says nothing."""
    total = sum(unit.weight for unit in units)
    return sum(unit.weight * unit.share(held) for unit in units) / total if total else 0.0


def _postings(counts: Sequence[Counter[str]]) -> dict[str, dict[int, float]]:
    """Term to section to saturated count."""
    lengths = [each.total() for each in counts]
    mean = sum(lengths) / max(1, len(lengths))
    found: defaultdict[str, dict[int, float]] = defaultdict(dict)
    for place, each in enumerate(counts):
        base = K1 * (1 - B + B * lengths[place] / mean)
        for term, count in each.items():
            found[term][place] = count * (K1 + 1) / (count + base)
    return dict(found)


def _counts(section: Section, terms: Terms) -> Counter[str]:
    counts: Counter[str] = Counter()
    weighted = ((TITLE, (section.title,)), (INDEX, section.terms), (1.0, section.sentences))
    for weight, texts in weighted:
        for text in texts:
            for term in terms.of(text):
                counts[term] += weight  # type: ignore[assignment] # a Counter adds floats as well
    return counts


def _all_of(section: Section) -> tuple[str, ...]:
    return (section.title, *section.terms, *section.sentences, *section.asked)


def _set(terms: Terms, texts: Iterable[str]) -> frozenset[str]:
    return frozenset(term for text in texts for term in terms.of(text))
