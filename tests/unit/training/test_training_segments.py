"""From probabilities to acts, by arrays that are made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.nlu.labels import BEGIN, INSIDE, OUTSIDE
from cockpit.nlu.pieces import Pieces
from cockpit.nlu.segments import Segment, Segmenter
from cockpit.nlu.tagger import Array, Tagged, _go_on, _softmax, _spread
from cockpit.nlu.tokens import tokenise
from tests.unit.training.small_training import labels

LABELS = labels()
SEGMENTER = Segmenter(LABELS)
O, B, I = OUTSIDE, BEGIN, INSIDE  # noqa: E741 (as such tags are written)


def likely(classes: list[int], count: int, sure: float = 0.9) -> Array:
    """A row for each class, of which `sure` is the probability."""
    rows = np.full((len(classes), count), (1 - sure) / (count - 1), np.float32)
    rows[range(len(classes)), classes] = sure
    return rows


def tagged(
    act: list[int], targets: list[str] | None = None, operations: list[str] | None = None, slot: list[int] | None = None
) -> Tagged:
    """What the network might make of as many tokens."""
    size = len(act)
    wanted = [LABELS.targets.index(name) for name in targets or ["ac"] * size]
    done = [LABELS.operations.index(name) for name in operations or ["on"] * size]
    return Tagged(
        likely(act, 3),
        likely(slot or [0] * size, LABELS.piece_heads["slot"]),
        np.log(likely(wanted, len(LABELS.targets))),
        np.log(likely(done, len(LABELS.operations))),
        {},
        {},
        1.0,
        0.0,
    )


def apart(act: list[int]) -> list[str]:
    """Operations that change wherever an act begins, so that no two neighbours mean the same."""
    begun = np.cumsum([label == B for label in act])
    return [("on", "set")[number % 2] for number in begun]


def cut(act: list[int], text: str = "", **more: list[str]) -> list[tuple[int, int]]:
    tokens = tokenise(text or "字" * len(act))
    more.setdefault("operations", apart(act))
    more.setdefault("targets", ["temperature" if operation == "set" else "ac" for operation in more["operations"]])
    return [(s.start, s.end) for s in SEGMENTER.segments(tagged(act, **more), tokens)]


@pytest.mark.parametrize(
    ("act", "bounds"),
    [
        ([O, O, O], []),
        ([B, I, I], [(0, 3)]),
        ([O, B, I, O], [(1, 3)]),
        ([B, I, B, I], [(0, 2), (2, 4)]),
        ([B, B, B], [(0, 1), (1, 2), (2, 3)]),
        ([I, I, O, I], [(0, 2), (3, 4)]),
        ([O, O, B], [(2, 3)]),
    ],
)
def test_acts_go_on_until_another_begins_or_nothing_is_meant(act: list[int], bounds: list[tuple[int, int]]) -> None:
    assert cut(act) == bounds


VALUE, ZONE = (1 + 2 * LABELS.slots.index(name) for name in ("value", "zone"))


@pytest.mark.parametrize(
    ("slot", "acts"),
    [([0, 0, 0, 0], 1), ([VALUE, 0, 0, ZONE], 1), ([VALUE, 0, 0, 0], 1), ([VALUE, 0, VALUE, 0], 2)],
)
def test_neighbours_that_mean_the_same_are_one_unless_both_have_a_value(slot: list[int], acts: int) -> None:
    found = SEGMENTER.segments(tagged([B, I, B, I], slot=slot), tokenise("字字字字"))
    assert len(found) == acts
    assert (found[0].start, found[-1].end) == (0, 4)


def test_what_means_the_same_beyond_a_pause_is_another_act() -> None:
    same = ["ac"] * 5
    found = SEGMENTER.segments(tagged([B, I, O, B, I], targets=same), tokenise("字字字字字"))
    assert len(found) == 2


def test_no_act_begins_with_a_stop() -> None:
    assert cut([B, I, I, I], "开,空调") == [(0, 4)]
    assert cut([B, B, I, I], "开,空调") == [(0, 1), (2, 4)]
    assert cut([B, I], ",开") == [(1, 2)]


@given(st.lists(st.sampled_from([O, B, I]), min_size=1, max_size=12), st.lists(st.booleans(), min_size=12, max_size=12))
def test_segments_lie_in_order_and_hold_every_word_of_an_act(act: list[int], stops: list[bool]) -> None:
    text = "".join("," if stop else "字" for stop, _ in zip(stops, act, strict=False))
    tokens = tokenise(text)
    found = cut(act, text)
    covered = [place for start, end in found for place in range(start, end)]
    assert covered == sorted(set(covered))
    assert {n for n, label in enumerate(act) if label != O and not tokens[n].punctuation} <= {*covered}
    assert not {n for n, label in enumerate(act) if label == O} & {*covered}


def only(found: list[Segment]) -> Segment:
    (segment,) = found
    return segment


def test_what_an_act_means_is_decided_by_all_its_words() -> None:
    tokens = tokenise("字字字")
    mixed = tagged([B, I, I], ["ac", "temperature", "temperature"], ["set"] * 3)
    segment = only(SEGMENTER.segments(mixed, tokens))
    assert segment.meanings[0][0] == "temperature.set"
    assert [chance for _, chance in segment.meanings] == sorted((c for _, c in segment.meanings), reverse=True)
    assert sum(chance for _, chance in segment.meanings) == pytest.approx(1.0, abs=1e-3)
    assert segment.confidence == segment.meanings[0][1]
    assert segment.bounds == pytest.approx(0.95)


def test_answers_are_meant_only_when_something_was_asked() -> None:
    tokens = tokenise("字")
    answer = tagged([B], ["answer.value"], ["do"])
    assert only(SEGMENTER.segments(answer, tokens, "value")).meanings[0][0] == "answer.value"
    assert only(SEGMENTER.segments(answer, tokens)).meanings[0][0] == "trip.go"
    assert SEGMENTER.probability(answer, 0, 1, "answer.value") == 0.0


def test_probability_is_that_of_the_meaning() -> None:
    tokens = tokenise("字字")
    one = tagged([B, I])
    segment = only(SEGMENTER.segments(one, tokens))
    assert SEGMENTER.probability(one, 0, 2, "ac.on") == pytest.approx(segment.confidence)
    assert SEGMENTER.probability(one, 0, 2, "nobody.knows") == 0.0
    assert SEGMENTER.probability(one, 1, 1, "ac.on") == 0.0


@pytest.mark.parametrize(
    ("slot", "spans"),
    [
        ([0, 0, 0, 0], []),
        ([1, 2, 0, 3], [("value", 0, 2), ("zone", 3, 4)]),
        ([1, 1, 2, 0], [("value", 0, 1), ("value", 1, 3)]),
        ([2, 2, 0, 4], [("value", 0, 2), ("zone", 3, 4)]),
        ([1, 4, 4, 0], [("value", 0, 1), ("zone", 1, 3)]),
    ],
)
def test_slots_begin_and_go_on(slot: list[int], spans: list[tuple[str, int, int]]) -> None:
    segment = only(SEGMENTER.segments(tagged([B, I, I, I], slot=slot), tokenise("字字字字")))
    assert [(tag.name, tag.start, tag.end) for tag in segment.slots] == spans
    assert all(0.9 <= tag.probability <= 1.0 for tag in segment.slots)


def test_slots_end_with_their_act() -> None:
    found = SEGMENTER.segments(tagged([B, I, B, I], slot=[0, 1, 2, 2]), tokenise("字字字字"))
    assert [[(t.name, t.start, t.end) for t in s.slots] for s in found] == [[("value", 1, 2)], [("value", 2, 4)]]


def test_a_token_gets_the_mean_of_its_pieces() -> None:
    pieces = Pieces([0, 9, 8, 7, 2], [(0, 0), (0, 2), (2, 3), (2, 3), (0, 0)])
    spread, goes_on = _spread(pieces, 3, 5)
    assert spread.tolist() == [[0, 1, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 0.5, 0.5, 0]]
    assert goes_on == [1]


def test_tokens_beyond_the_networks_reach_get_nothing() -> None:
    pieces = Pieces([0, 9, 8, 2], [(0, 0), (0, 1), (1, 2), (0, 0)])
    spread, _ = _spread(pieces, 2, 2)
    assert spread.tolist() == [[0, 1], [0, 0]]


def test_a_token_within_a_piece_cannot_begin_anything() -> None:
    act = np.array([[0.1, 0.7, 0.2], [0.1, 0.7, 0.2]], np.float32)
    _go_on(act, [1], BEGIN, INSIDE)
    assert act[0].tolist() == pytest.approx([0.1, 0.7, 0.2])
    assert act[1].tolist() == pytest.approx([0.1, 0.0, 0.9])


def test_probabilities_add_up_even_of_great_logits() -> None:
    rows = _softmax(np.array([[1000.0, 999.0], [0.0, 0.0]], np.float32))
    assert rows.sum(1).tolist() == pytest.approx([1.0, 1.0])
    assert rows[0, 0] > rows[0, 1]
