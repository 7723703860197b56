"""Sections held against a question piece by piece: is there something in the section that means what this word means?

A section may lie close to a question as a whole and still lack the one thing asked for ("can mirrors be *replaced*").
So each piece of the question takes its nearest piece of the section (late interaction: Khattab and Zaharia, ColBERT,
2020), and the features tell how near those are on the whole and at the worst. The pieces' vectors lie in a narrow cone,
hence their mean is taken off first, and `DIMENSIONS` of them are enough.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cockpit.manual.encoder import Kind, Read, Vectors
from cockpit.manual.sections import Section

Reader = Callable[[str, Kind], Read]
"""`Encoder.read`, or what remembers its results."""

DIMENSIONS = 128
FEATURES = ("pieces", "pieces_telling", "pieces_least", "pieces_behind")
"""Cosine of the question's pieces to the section's nearest ones: their mean, the same weighted by how much a piece
tells sections apart, the least, and the least against the best section's; centred and spread by the numbers below."""
CENTRES = (0.55, 0.55, 0.35, -0.2)
SPREAD = 10.0


@dataclass(frozen=True, slots=True)
class Pieces:
    """`vectors` (pieces, DIMENSIONS) float16, section by section; `starts` the place of each section's first piece;
    `mean` (hidden) of what is asked, and `basis` (hidden, DIMENSIONS) in which `vectors` are told, float32."""

    vectors: NDArray[np.float16]
    starts: NDArray[np.int64]
    mean: Vectors
    basis: Vectors

    @staticmethod
    def of(sections: Sequence[Section], read: Reader) -> Pieces:
        """Reads everything: some milliseconds a text."""
        searched = [_pieces(read, (f"{one.title}. {' '.join(one.sentences)}",), "passage") for one in sections]
        asked = [_pieces(read, (one.title, *one.terms, *one.asked), "query") for one in sections]
        mean = np.concatenate(asked).mean(0)
        other = np.concatenate(searched).mean(0)
        held = [
            np.concatenate([_unit(one - other), _unit(two - mean)]) for one, two in zip(searched, asked, strict=True)
        ]
        every = np.concatenate(held)
        basis = np.linalg.eigh(every.T @ every)[1][:, : -DIMENSIONS - 1 : -1].astype(np.float32)
        starts = np.cumsum([0, *(len(one) for one in held[:-1])])
        return Pieces((every @ basis).astype(np.float16), starts, mean.astype(np.float32), basis)

    def features(self, question: Vectors) -> NDArray[np.float32]:
        """(sections, FEATURES) float32, for the vectors of a question's pieces (pieces, hidden)."""
        if not len(question):
            return np.full((len(self.starts), len(FEATURES)), -5.0, np.float32)
        near = _unit(question - self.mean) @ self.basis @ self.vectors.astype(np.float32).T
        best = np.maximum.reduceat(near, self.starts, axis=1)
        highest = best.max(1, keepdims=True)
        telling = np.maximum(highest - best.mean(1, keepdims=True), 1e-3)
        columns = (best.mean(0), (best * telling).sum(0) / telling.sum(), best.min(0), (best - highest).min(0))
        return np.asarray((np.column_stack(columns) - CENTRES) * SPREAD, np.float32)


def _pieces(read: Reader, texts: Sequence[str], kind: Kind) -> Vectors:
    return np.concatenate([read(text, kind).pieces for text in texts])


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6), np.float32)
