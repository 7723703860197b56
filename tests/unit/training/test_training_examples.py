"""Examples: labels stay on their words whatever is done to an utterance."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training.examples import ActSpan, Example, SlotSpan, after_edit, joined, moved


@st.composite
def examples(draw: st.DrawFn, prefix: str = "w") -> Example:
    """Utterances of words that are all different, with up to three acts and their slots."""
    words = tuple(f"{prefix}{n}" for n in range(draw(st.integers(1, 14))))
    cuts = sorted(draw(st.lists(st.integers(0, len(words)), max_size=6, unique=True)))
    acts = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        inner = sorted(draw(st.lists(st.integers(start, end), max_size=4, unique=True)))
        slots = tuple(SlotSpan(f"s{n}", a, b) for n, (a, b) in enumerate(zip(inner[::2], inner[1::2], strict=False)))
        acts.append(ActSpan(f"a{start}.on", start, end, slots))
    return Example("en", words, tuple(acts), kind="request", complexity="simple")


@st.composite
def edits(draw: st.DrawFn) -> tuple[Example, list[tuple[str, int]]]:
    """An example, and each of its words lost, kept, changed or doubled, with new words between."""
    example = draw(examples())
    kept: list[tuple[str, int]] = []
    for place, word in enumerate(example.words):
        kept += draw(st.sampled_from([[], [(word, place)], [(word.upper(), place)], [(word, place)] * 2]))
        kept += draw(st.sampled_from([[], [], [("new", -1)]]))
    return example, kept


def said(example: Example, start: int, end: int) -> list[str]:
    return [word.lower() for word in example.words[start:end]]


@given(edits())
def test_slots_and_acts_hold_what_is_left_of_their_words_and_no_others(
    edit: tuple[Example, list[tuple[str, int]]],
) -> None:
    example, kept = edit
    edited = after_edit(example, kept)
    left = {old for _, old in kept}
    assert edited.words == tuple(word for word, _ in kept)
    survivors = [act for act in example.acts if left & {*range(act.start, act.end)}]
    assert [act.intent for act in edited.acts] == [act.intent for act in survivors]
    for act, was in zip(edited.acts, survivors, strict=True):
        slots = [slot for slot in was.slots if left & {*range(slot.start, slot.end)}]
        assert [slot.name for slot in act.slots] == [slot.name for slot in slots]
        for span, old in zip((act, *act.slots), (was, *slots), strict=True):
            wanted = {word.lower() for word, place in kept if old.start <= place < old.end}
            assert {*said(edited, span.start, span.end)} - {"new"} == wanted
            assert act.start <= span.start < span.end <= act.end


@given(st.lists(examples(), min_size=1, max_size=3), st.data())
def test_joined_utterances_keep_their_acts_in_order(parts: list[Example], data: st.DataObject) -> None:
    links = [data.draw(st.sampled_from([(), (",",), ("and", "then")])) for _ in parts[1:]]
    whole = joined(parts, links)
    found = [(act.intent, said(whole, act.start, act.end)) for act in whole.acts]
    assert found == [(act.intent, said(part, act.start, act.end)) for part in parts for act in part.acts]
    values = [said(whole, slot.start, slot.end) for act in whole.acts for slot in act.slots]
    assert values == [said(part, s.start, s.end) for part in parts for act in part.acts for s in act.slots]
    assert len(whole.words) == sum(len(part.words) for part in parts) + sum(map(len, links))
    assert whole.complexity == ("several" if len(whole.acts) > 1 else "simple")


def test_what_is_joined_is_private_or_partly_known_when_a_part_is() -> None:
    plain = Example("en", ("hi",), private=False)
    assert joined([plain, replace(plain, private=True)], [()]).private
    assert not joined([plain, replace(plain, slots_known=False)], [()]).slots_known
    assert joined([plain, plain], [()]).kind == "not_addressed"


def test_moved_acts_take_their_slots_along() -> None:
    assert moved(ActSpan("a.set", 1, 4, (SlotSpan("value", 2, 3),)), 5) == ActSpan(
        "a.set", 6, 9, (SlotSpan("value", 7, 8),)
    )


@pytest.mark.parametrize("wrong", [{"kind": "shout"}, {"complexity": "hard"}])
def test_unknown_kinds_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(AssertionError):
        Example("en", ("hi",), **wrong)  # type: ignore[arg-type]
