"""Sections held against a question by what they mean: cosines of vectors made when the index was built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cockpit.manual import pieces
from cockpit.manual.encoder import Encoder, Kind, Read, Vectors
from cockpit.manual.pieces import Pieces
from cockpit.manual.sections import Section

KINDS = ("means_sentence", "means_section", "means_term", "means_asked")
"""Cosine to the section's best sentence, to the whole, to its best heading or index term, to its best sample question;
this model's cosines lie between 0.75 and 0.95, hence `CENTRE` and `SPREAD`."""
FEATURES = (*KINDS, *pieces.FEATURES)
CENTRE, SPREAD = 0.87, 20.0


@dataclass(frozen=True, slots=True)
class Dense:
    """Unit vectors, (texts, hidden) float16, of each kind of a section's texts, and the sections they belong to; the
    same texts' pieces."""

    vectors: dict[str, NDArray[np.float16]]
    owners: dict[str, NDArray[np.int32]]
    pieces: Pieces

    @staticmethod
    def of(sections: Sequence[Section], encoder: Encoder) -> Dense:
        """Encodes everything: some milliseconds a text."""
        read = cache(encoder.read)
        vectors, owners = {}, {}
        for name in KINDS:
            texts = [(place, text) for place, section in enumerate(sections) for text in _texts(name, section)]
            kind: Kind = "query" if name in ("means_term", "means_asked") else "passage"
            vectors[name] = np.array([read(text, kind).vector for _, text in texts], np.float16)
            owners[name] = np.array([place for place, _ in texts], np.int32)
        return Dense(vectors, owners, Pieces.of(sections, read))

    def features(self, question: Read, count: int) -> NDArray[np.float32]:
        """(sections, FEATURES) float32, for a question as read; a section without texts of a kind counts low."""
        columns = np.full((count, len(KINDS)), -2.0, np.float32)
        for column, name in enumerate(KINDS):
            if len(self.owners[name]):
                near = (self.vectors[name].astype(np.float32) @ question.vector - CENTRE) * SPREAD
                np.maximum.at(columns[:, column], self.owners[name], near)
        return np.hstack([columns, self.pieces.features(question.pieces)])

    def sentences(self, question: Vectors, place: int) -> NDArray[np.float32]:
        """Cosine to each sentence of the section at `place`, centred: (sentences,) float32."""
        name = "means_sentence"
        near = self.vectors[name][self.owners[name] == place].astype(np.float32) @ question
        return np.asarray((near - CENTRE) * SPREAD, np.float32)


def _texts(name: str, section: Section) -> Sequence[str]:
    if name == "means_sentence":
        return section.sentences
    if name == "means_section":
        return (f"{section.title}. {' '.join(section.sentences)}",)
    return (section.title, *section.terms) if name == "means_term" else section.asked
