"""What the choice is made by: pieces of the question, and what saying nothing is worth."""

import numpy as np

from cockpit.manual.choice import LOWEST, QUESTION, Seen, Weights, nothing_names
from cockpit.manual.encoder import Kind, Read
from cockpit.manual.pieces import CENTRES, SPREAD, Pieces
from cockpit.manual.sections import Section

WORDS = ("horn", "loud", "wheel", "seat", "soft", "price")


def read(text: str, _kind: Kind) -> Read:
    """One direction a known word."""
    found = [word.strip(".").lower() for word in text.split() if word.strip(".").lower() in WORDS]
    pieces = np.array([np.eye(len(WORDS))[WORDS.index(word)] for word in found], np.float32).reshape(-1, len(WORDS))
    return Read(pieces.sum(0), pieces)


def section(name: str, text: str) -> Section:
    return Section(name, name, "", (), (), (text,))


def test_a_piece_that_a_section_lacks_is_told() -> None:
    held = Pieces.of([section("horn", "Loud wheel horn."), section("seat", "Soft seat.")], read)
    both, lacking = (held.features(read(text, "query").pieces) / SPREAD + CENTRES for text in ("horn", "horn price"))
    assert both[0].min() > both[1, 0]
    assert lacking[0, 2] < both[0, 2]  # the least of the pieces
    assert lacking[0, 0] > lacking[1, 0]
    assert held.features(read("", "query").pieces).shape == (2, 4)


def test_nothing_is_worth_what_is_near_without_the_sections_taken_out() -> None:
    seen = Seen(np.array([[3.0], [1.0]], np.float32), 0.5, 0.0, np.array([0.1], np.float32))
    assert seen.nothing().tolist() == [1.0, 0.5, 0.0, 3.0, QUESTION * np.float32(0.1)]
    assert seen.nothing([0])[3] == 1.0
    assert seen.nothing([0, 1])[3] == LOWEST


def test_a_section_taken_out_is_never_the_best() -> None:
    seen = Seen(np.array([[3.0], [1.0]], np.float32), 0.0, 0.0, np.zeros(0, np.float32))
    names = nothing_names(["bm25"])
    weights = Weights(section={"bm25": 1.0}, nothing=dict.fromkeys(names, 0.5), question=[], threshold=0.0)
    assert weights.margins(seen).tolist() == [1.0, -1.0]
    assert weights.margins(seen, [0]).tolist() == [-np.inf, 0.0]
