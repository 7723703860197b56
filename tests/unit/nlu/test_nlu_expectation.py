"""What is likely to be said, by the skills' own sentences."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cockpit.config import Settings
from cockpit.nlu.expectation import Expectations, expectations
from cockpit.nlu.tokens import tokenise
from cockpit.nlu.wording import Wording
from cockpit.runtime.understanding import understanding
from cockpit.types import LANGS, Lang


@pytest.fixture(scope="module")
def made() -> Mapping[Lang, Expectations]:
    """With nothing that people say beside the skills' sentences."""
    return expectations(understanding(Settings()).templates.languages, dict.fromkeys(LANGS, Wording.counted([])))


def price(known: Expectations, text: str, expecting: str = "", offered: tuple[str, ...] = ()) -> float:
    words = ["", "", *(token.text for token in tokenise(text)), ""]
    expected = known.expected(expecting, offered)
    return sum(expected.cost(*words[n : n + 3]) for n in range(len(words) - 2))


@pytest.mark.parametrize(
    ("lang", "said", "alike"),
    [
        ("en", "dome light off", "don't light off"),
        ("en", "open the windows", "open the widows"),
        ("zh", "打开空调", "大开空调"),
        ("zh", "锁车", "左车"),
    ],
)
def test_what_a_skill_hears_is_likelier_than_what_sounds_like_it(
    made: Mapping[Lang, Expectations], lang: Lang, said: str, alike: str
) -> None:
    assert price(made[lang], said) < price(made[lang], alike)


@pytest.mark.parametrize(("lang", "yes"), [("en", "yes please"), ("zh", "好的")])
def test_an_answer_is_likelier_while_its_question_waits(
    made: Mapping[Lang, Expectations], lang: Lang, yes: str
) -> None:
    assert price(made[lang], yes, "confirm") < price(made[lang], yes)


def test_offered_names_are_likelier_while_they_are_offered(made: Mapping[Lang, Expectations]) -> None:
    assert price(made["zh"], "妈妈", "contact", ("妈妈", "爸爸")) < price(made["zh"], "妈妈", "contact")


def test_the_words_of_offered_names_are_known(made: Mapping[Lang, Expectations]) -> None:
    assert "xanthippe" not in made["en"].expected("contact").words
    assert "xanthippe" in made["en"].expected("contact", ("Xanthippe",)).words


def test_the_same_question_gives_the_same_object(made: Mapping[Lang, Expectations]) -> None:
    assert made["en"].expected("confirm") is made["en"].expected("confirm")
    assert made["en"].expected("confirm") is not made["en"].expected()
