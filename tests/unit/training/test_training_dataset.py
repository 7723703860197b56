"""Examples as numbers: every label lies on the pieces of its words."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.nlu.labels import BEGIN, COMPLEXITIES, INSIDE, KINDS, OUTSIDE
from cockpit.nlu.pieces import PieceReader
from models.training.dataset import MAX_PIECES, Encoder
from models.training.examples import ActSpan, Example, SlotSpan
from models.training.rows import UNKNOWN, Row
from tests.unit.training.small_training import SLOTS, labels, piece_reader

WORDS = ("二", "十", "度", "打", "开", "空", "调")
SET = ActSpan("temperature.set", 0, 3, (SlotSpan("value", 0, 3),))
ON = ActSpan("ac.on", 3, 7)
BOTH = Example("zh", WORDS, (SET, ON), "request", "several", private=False)
LABELS = labels()
X = UNKNOWN


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> PieceReader:
    return piece_reader(tmp_path_factory.mktemp("pieces"))


def encoded(reader: PieceReader, example: Example, split: float = 0.0) -> Row:
    return Encoder(reader, LABELS, random.Random(1), split).row(example)


def pieces(reader: PieceReader, row: Row) -> list[str]:
    return [reader.piece(number) for number in row.ids]


def test_labels_lie_on_the_pieces_of_their_words(reader: PieceReader) -> None:
    row = encoded(reader, BOTH)
    assert pieces(reader, row) == ["<s>", "▁二十", "度", "打开", "空调", "</s>"]
    assert row.pieces["act"] == [X, BEGIN, INSIDE, BEGIN, INSIDE, X]
    assert row.pieces["slot"] == [X, 1, 2, 0, 0, X]
    temperature, ac = (LABELS.targets.index(name) for name in ("temperature", "ac"))
    assert row.pieces["target"] == [X, temperature, temperature, ac, ac, X]
    setting, on = (LABELS.operations.index(name) for name in ("set", "on"))
    assert row.pieces["operation"] == [X, setting, setting, on, on, X]
    request, several = KINDS.index("request"), COMPLEXITIES.index("several")
    assert row.mean == {"complete": 1, "kind": request, "complexity": several, "private": 0}


def test_words_outside_of_acts_are_outside(reader: PieceReader) -> None:
    row = encoded(reader, Example("en", ("turn", "on", "the", "ac"), (ActSpan("ac.on", 0, 2),)))
    assert pieces(reader, row) == ["<s>", "▁turn", "▁on", "▁the", "▁ac", "</s>"]
    assert row.pieces["act"] == [X, BEGIN, INSIDE, OUTSIDE, OUTSIDE, X]
    assert row.pieces["target"][3:] == [X, X, X]


def test_speech_that_is_no_command_is_outside_throughout(reader: PieceReader) -> None:
    row = encoded(reader, Example("zh", WORDS, (), "chat", "talk"))
    assert set(row.pieces["act"][1:-1]) == {OUTSIDE}
    assert set(row.pieces["slot"][1:-1]) == {0}
    assert set(row.pieces["target"]) == {X}


def test_what_is_not_known_costs_nothing(reader: PieceReader) -> None:
    row = encoded(reader, replace(BOTH, slots_known=False, kind="", complexity="", complete=None, private=None))
    assert set(row.pieces["slot"]) == {X}
    assert row.pieces["act"][1] == BEGIN
    assert row.mean == {"complete": X}
    assert {*encoded(reader, replace(BOTH, acts_known=False)).pieces["act"]} == {X}


def test_half_a_request_is_outside_and_nothing_else_of_it_is_known(reader: PieceReader) -> None:
    row = encoded(reader, Example("zh", WORDS, (), complete=False))
    assert row.pieces["act"] == [X, OUTSIDE, OUTSIDE, OUTSIDE, OUTSIDE, X]
    assert set(row.pieces["slot"]) == {X}
    assert row.mean == {"complete": 0}


def test_a_slot_without_a_class_is_outside(reader: PieceReader) -> None:
    act = ActSpan("trip.go", 0, 7, (SlotSpan("colour", 0, 3),))
    assert set(encoded(reader, Example("zh", WORDS, (act,))).pieces["slot"][1:-1]) == {0}


def test_the_marker_of_a_question_has_no_labels(reader: PieceReader) -> None:
    answer = ActSpan("answer.value", 0, 3, (SlotSpan("value", 0, 3),))
    row = encoded(reader, Example("zh", WORDS[:3], (answer,), "answer", expecting="value"))
    assert pieces(reader, row)[:2] == ["<s>", "<expect:value>"]
    assert row.pieces["act"] == [X, X, BEGIN, INSIDE, X]
    assert pieces(reader, encoded(reader, replace(BOTH, expecting="colour"))) == pieces(reader, encoded(reader, BOTH))


def test_words_taken_apart_keep_their_labels(reader: PieceReader) -> None:
    encoder = Encoder(reader, LABELS, random.Random(1), 1.0)
    rows = [encoder.row(BOTH) for _ in range(40)]
    assert {len(row.ids) for row in rows} == {6, 7, 8, 9}
    longest = max(rows, key=lambda row: len(row.ids))
    assert pieces(reader, longest) == ["<s>", "二", "十", "度", "打", "开", "空", "调", "</s>"]
    assert longest.pieces["act"] == [X, BEGIN, INSIDE, INSIDE, BEGIN, INSIDE, INSIDE, INSIDE, X]
    assert longest.pieces["slot"] == [X, 1, 2, 2, 0, 0, 0, 0, X]


def test_long_utterances_are_cut(reader: PieceReader) -> None:
    row = encoded(reader, Example("en", ("turn",) * 200, (ActSpan("ac.on", 0, 200),)))
    assert len(row.ids) == MAX_PIECES
    assert {len(labels) for labels in row.pieces.values()} == {MAX_PIECES}


@st.composite
def utterances(draw: st.DrawFn) -> Example:
    words = tuple(draw(st.lists(st.sampled_from("打开空调二十度"), min_size=1, max_size=20)))
    cuts = sorted(draw(st.lists(st.integers(0, len(words)), max_size=6, unique=True)))
    acts = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        inner = sorted(draw(st.lists(st.integers(start, end), max_size=4, unique=True)))
        slots = [SlotSpan(draw(st.sampled_from(SLOTS)), a, b) for a, b in zip(inner[::2], inner[1::2], strict=False)]
        acts.append(ActSpan(draw(st.sampled_from(("ac.on", "trip.go"))), start, end, tuple(slots)))
    return Example("zh", words, tuple(acts))


@given(utterances())
def test_where_each_character_is_a_piece_the_labels_tell_the_spans_again(reader: PieceReader, example: Example) -> None:
    encoder = Encoder(reader, LABELS, _Always(), 1.0)
    row = encoder.row(example)
    assert len(row.ids) == len(example.words) + 2
    act, slot = row.pieces["act"][1:-1], row.pieces["slot"][1:-1]
    assert spans(act, BEGIN, INSIDE) == [(one.start, one.end) for one in example.acts]
    for n, name in enumerate(SLOTS):
        wanted = [(s.start, s.end) for one in example.acts for s in one.slots if s.name == name]
        assert spans(slot, 1 + 2 * n, 2 + 2 * n) == wanted


class _Always(random.Random):
    """Takes every piece apart."""

    calls = 0

    def random(self) -> float:
        self.calls += 1
        return 0.0 if self.calls == 1 else 0.9


def spans(classes: list[int], begin: int, inside: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for at, label in enumerate(classes):
        if label == begin:
            found.append((at, at + 1))
        elif label == inside:
            found[-1] = (found[-1][0], at + 1)
    return found
