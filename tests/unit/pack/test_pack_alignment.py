"""What was heard, laid along a pack's sentences."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.config import ROOT
from cockpit.pack import packfile
from cockpit.pack.alignment import Aligner, apart
from cockpit.pack.hearing import LEAST_FIT
from cockpit.types import Lang

FILLERS: dict[Lang, frozenset[str]] = {"en": frozenset("please um could you".split()), "zh": frozenset("那个吧")}


def aligner(name: str) -> Aligner:
    pack = packfile.load(Path(ROOT, "docs", "packs", name))
    return Aligner(pack.graph, pack.lang, FILLERS[pack.lang])


PIZZA, TEA = aligner("pizza.en.yaml"), aligner("tea.zh.yaml")


@pytest.mark.parametrize(
    ("said", "intent", "slots"),
    [
        ("Can I get a large pepperoni pizza?", "order", {"size": "large", "pizza": "pepperoni"}),
        ("um could you make me a small hawaiian please", "order", {"size": "small", "pizza": "hawaiian"}),
        ("I want two margherita pizzas to go", "order", {"count": 2, "pizza": "margherita", "where": "take_away"}),
        ("I want a veggie pizza with onions and ham", "order",
         {"pizza": "veggie", "topping": "onions", "second_topping": "ham"}),
        ("get me a large pepper only with mushroom", "order",
         {"size": "large", "pizza": "pepperoni", "topping": "mushrooms"}),
        ("cancel my order", "cancel", {}),
    ],
)  # fmt: skip
def test_an_english_order_is_found(said: str, intent: str, slots: dict[str, object]) -> None:
    found = PIZZA.align(said)
    assert found is not None
    assert (found.intent, found.slots) == (intent, slots)
    assert found.fit >= LEAST_FIT


@pytest.mark.parametrize(
    ("said", "slots"),
    [
        (
            "来一杯大杯珍珠奶茶，半糖去冰",
            {"count": "1", "size": "large", "drink": "milk", "sugar": "half", "ice": "none"},
        ),
        ("那个给我2杯中杯拿铁加布丁吧", {"count": "2", "size": "medium", "drink": "latte", "topping": "pudding"}),
        ("我要大杯柠檬茶无唐少兵", {"size": "large", "drink": "lemon", "sugar": "none", "ice": "less"}),
    ],
)
def test_a_chinese_order_is_found_by_sound(said: str, slots: dict[str, object]) -> None:
    found = TEA.align(said)
    assert found is not None
    assert (found.intent, found.slots) == ("order", slots)


def test_a_word_of_nothing_but_homophones_is_heard() -> None:
    found = TEA.align("去校")
    assert found is not None
    assert (found.intent, found.fit >= LEAST_FIT) == ("cancel", True)


def test_a_slot_that_was_not_heard_has_no_value() -> None:
    found = PIZZA.align("can i have a large pizza with olives")
    assert found is not None
    assert found.slots == {"size": "large", "topping": "olives"}
    assert found.cost > 0


@pytest.mark.parametrize(
    ("with_", "said"),
    [
        (PIZZA, "there is currently one other person here"),
        (PIZZA, "to listen to it"),
        (TEA, "今天天气不错我们出去走走"),
    ],
)
def test_what_is_no_order_fits_none(with_: Aligner, said: str) -> None:
    found = with_.align(said)
    assert found is None or found.fit < LEAST_FIT


def test_no_words_and_far_too_many_are_nothing() -> None:
    assert PIZZA.align("…!") is None
    assert PIZZA.align("large pepperoni " * 100) is None


def test_more_mistakes_are_dearer() -> None:
    costs = [PIZZA.align(said).cost for said in ("a large pepperoni", "a large peperony", "a lodge peperony")]  # type: ignore[union-attr]
    assert costs == sorted(costs)
    assert costs[0] == 0


@given(st.text("abcdefgh", min_size=1, max_size=8), st.text("abcdefgh", min_size=1, max_size=8))
def test_words_are_apart_by_a_share_and_from_themselves_by_nothing(one: str, other: str) -> None:
    assert apart(one, one, "en") == 0
    assert 0 <= apart(one, other, "en") <= 1


@pytest.mark.parametrize(
    ("lang", "sentence", "said", "slots"),
    [
        ("en", "set the vents to {value:open}", "set the vents to half", {"open": 50, "open_unit": "percent"}),
        (
            "en",
            "set the vents to {value:open}",
            "set the vents to thirty percent",
            {"open": 30, "open_unit": "percent"},
        ),
        ("zh", "天窗开{value:open}", "天窗开一半", {"open": 50, "open_unit": "percent"}),
        ("zh", "天窗开{value:open}", "天窗开三分之一", {"open": 33, "open_unit": "percent"}),
    ],
)
def test_shares_are_numbers_too(tmp_path: Path, lang: Lang, sentence: str, said: str, slots: dict[str, object]) -> None:
    file = tmp_path / "vents.yaml"
    file.write_text(f'language: {lang}\nintents:\n  vents: "{sentence}"\n', "utf-8")
    pack = packfile.load(file)
    found = Aligner(pack.graph, lang, FILLERS[lang]).align(said)
    assert found is not None
    assert (found.intent, found.slots) == ("vents", slots)
