"""Whole utterances: several acts, shared verbs, broken-off requests, fillers, and speech that is no command."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from cockpit.nlu.templates import SAME_VERB
from cockpit.types import LANGS, Lang
from models.training.examples import ActSpan, Example, SlotSpan
from models.training.mixing import LEADS, TAILS, Mixer, words_of
from tests.unit.training.small_training import mixer

ROUNDS = 200
TO_THE_END = ("text", "title", "query")


@pytest.fixture(params=LANGS)
def mixed(request: pytest.FixtureRequest, tmp_path: Path) -> Mixer:
    lang: Lang = request.param
    return mixer(lang, tmp_path)


def test_several_acts_lie_in_order_and_apart(mixed: Mixer) -> None:
    for _ in range(ROUNDS):
        example = mixed.several()
        assert example.acts
        assert all(first.end <= second.start for first, second in pairwise(example.acts)), example
        assert example.complexity == ("several" if len(example.acts) > 1 else "simple")
        assert example.kind == "request"
        for act in example.acts[:-1]:
            assert not any(slot.name in TO_THE_END for slot in act.slots), example


def test_a_shared_verb_makes_both_acts_the_same_operation(mixed: Mixer) -> None:
    for _ in range(ROUNDS):
        first, second = (act.intent.rpartition(".")[2] for act in mixed._verb_shared().acts)
        assert first == second or SAME_VERB[first] == second
        assert "mention" not in (first, second)


def test_a_reason_is_no_act_of_its_own(mixed: Mixer) -> None:
    found = [mixed.explained() for _ in range(ROUNDS)]
    assert all(len(example.acts) == 1 for example in found if example.kind != "chat")
    assert any(example.acts[0].start > 1 for example in found if example.acts)
    assert all(
        0 <= act.start <= slot.start < slot.end <= act.end <= len(example.words)
        for example in found
        for act in example.acts
        for slot in act.slots
    )


def test_half_a_request_has_no_acts_and_is_not_complete(mixed: Mixer) -> None:
    halves = [half for _ in range(ROUNDS) if (half := mixed.half(lambda _: False))]
    assert halves
    for half in halves:
        assert half.acts == ()
        assert half.complete is False
        assert len(half.words) >= 2


def test_what_is_understood_is_no_half_request(mixed: Mixer) -> None:
    asked: list[str] = []
    assert not any(mixed.half(lambda text: not asked.append(text)) for _ in range(ROUNDS))
    assert asked


def test_a_command_that_is_only_talked_about_is_none(mixed: Mixer) -> None:
    framed = [example for _ in range(ROUNDS) if (example := mixed.negative()).source == "negatives/framed"]
    head = ("他", "说") if mixed.lang == "zh" else ("he", "said")
    assert framed
    assert all(example.words[:2] == head and len(example.words) > 2 and not example.acts for example in framed)


def test_negatives_have_no_acts(mixed: Mixer) -> None:
    found = [mixed.negative() for _ in range(ROUNDS)]
    assert {example.source for example in found} == {
        f"negatives/{n}" for n in ("radio", "refused", "half", "chat", "framed")
    }
    for example in found:
        assert example.acts == ()
        assert example.words
        assert example.private is False
        assert example.complete is (example.source != "negatives/half")
        assert example.kind == {"negatives/half": "", "negatives/chat": "chat"}.get(example.source, "not_addressed")


def test_fillers_belong_to_no_act(mixed: Mixer) -> None:
    words = tuple("abcde")
    act = ActSpan("ac.on", 0, 5, (SlotSpan("zone", 1, 3),))
    before = {words_of(text) for text in LEADS[mixed.lang]}
    after = {words_of(text) for text in TAILS[mixed.lang]}
    dressed = [mixed.dressed(Example(mixed.lang, words, (act,), "request")) for _ in range(ROUNDS)]
    for example in dressed:
        (found,) = example.acts
        assert example.words[found.start : found.end] == words
        assert example.words[found.slots[0].start : found.slots[0].end] == ("b", "c")
        lead = example.words[: found.start]
        assert not lead or tuple(word for word in lead if word != ",") in before
        assert not example.words[found.end :] or example.words[found.end :] in after
    assert len({len(example.words) for example in dressed}) > 1


def test_answers_get_no_fillers_and_dictation_no_tail(mixed: Mixer) -> None:
    answer = Example(mixed.lang, ("x",), kind="yes")
    waiting = Example(mixed.lang, ("x",), expecting="value")
    dictated = Example(mixed.lang, ("x",), (ActSpan("note.add", 0, 1, (SlotSpan("text", 0, 1),)),))
    for _ in range(50):
        assert mixed.dressed(answer) == answer
        assert mixed.dressed(waiting) == waiting
        assert mixed.dressed(dictated).words[-1] == "x"


def test_punctuation_comes_and_goes_without_moving_acts(mixed: Mixer) -> None:
    acts = (ActSpan("ac.on", 0, 2), ActSpan("trip.go", 3, 5, (SlotSpan("destination", 4, 5),)))
    example = Example(mixed.lang, ("a", "b", ",", "c", "d"), acts)
    heard = [mixed.unpunctuated(example) for _ in range(ROUNDS)]
    assert {len(one.words) for one in heard} == {4, 5, 6}
    for one in heard:
        assert [one.words[act.start : act.end] for act in one.acts] == [("a", "b"), ("c", "d")]


def test_a_new_skill_is_in_every_example_about_it(mixed: Mixer) -> None:
    found = [mixed.about(["ac.on"]) for _ in range(ROUNDS)]
    assert all("ac.on" in [act.intent for act in example.acts] for example in found)
    assert any(len(example.acts) > 1 for example in found)


def test_the_seed_decides_everything(tmp_path: Path) -> None:
    def made(seed: int) -> list[Example]:
        one = mixer("en", tmp_path, seed)
        return [make() for make in (one.single, one.several, one.negative) for _ in range(20)]

    assert made(5) == made(5)
    assert made(5) != made(6)
