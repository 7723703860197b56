"""One template against one utterance: ends, costs and slots."""

from __future__ import annotations

from itertools import pairwise

import pytest

from cockpit.nlu.grammar import Compiler
from cockpit.nlu.matcher import FILLER_COST, PAUSE_COST, Match, Matcher, Skips
from cockpit.nlu.quantities import Quantity
from cockpit.nlu.sound import Vocabulary
from cockpit.nlu.tokens import clean, tokenise
from cockpit.types import Lang

ARTICLES = {"the": (("the",),)}
FILLERS = {"please": (("please",),), "can": (("can", "you"),), "the": (("the",),), "请": (("请",),)}
PARTICLES = {"please": (("please",),)}
PLACES = {"place": {"home": "(home|my house)", "work": "the office"}}


def matches(template: str, text: str, lang: Lang = "en", *, by_sound: bool = False) -> tuple[Match, ...]:
    compiler = Compiler({}, PLACES)
    node = compiler.template(template)
    cleaned = clean(text)
    sounds = Vocabulary(compiler.vocabulary, lang) if by_sound else None
    return Matcher(cleaned, tokenise(cleaned), lang, Skips(FILLERS, ARTICLES, PARTICLES), sounds).match(node, 0)


def whole(template: str, text: str, lang: Lang = "en", *, by_sound: bool = False) -> Match | None:
    """The cheapest match that takes up all of `text`."""
    found = matches(template, text, lang, by_sound=by_sound)
    return next((match for match in found if match.end == len(tokenise(clean(text)))), None)


@pytest.mark.parametrize(
    ("template", "text", "cost"),
    [
        ("open it", "open it", 0),
        ("open it", "please open it", FILLER_COST),
        ("open it", "can you open it", 2 * FILLER_COST),
        ("open it", "can you please open it", 3 * FILLER_COST),
        ("open it", "open, it", PAUSE_COST),
        ("open it", "open please, it", PAUSE_COST + FILLER_COST),
        ("[the] window", "the window", 0),
    ],
)
def test_fillers_and_pauses_cost_a_little(template: str, text: str, cost: float) -> None:
    found = whole(template, text)
    assert found is not None
    assert found.cost == pytest.approx(cost)
    assert found.sound == 0


@pytest.mark.parametrize(
    ("template", "text"),
    [("open it", "shut it"), ("open it", "open"), ("open it", "open big it"), ("open it", "it open"),
    ("{value}", "window"), ("{digits:n}", "one two"), ("{degrees:v}", "twenty percent"), ("{day:d}", "seven"),
    ("{time:t}", "monday")],
)  # fmt: skip
def test_no_match(template: str, text: str) -> None:
    assert whole(template, text) is None


@pytest.mark.parametrize(
    ("template", "text", "slots"),
    [
        ("set {value}", "set twenty percent", {"value": Quantity(20, "percent")}),
        ("by {value:amount}", "by two", {"amount": Quantity(2, "none")}),
        ("{degrees:value}", "22 degrees", {"value": Quantity(22, "degree")}),
        ("{degrees:value}", "72 fahrenheit", {"value": Quantity(72, "fahrenheit")}),
        ("dial {digits:number}", "dial one two three four", {"number": "1234"}),
        ("{day:day} {time:start}", "tomorrow half past seven", {"day": "tomorrow", "start": "07:30"}),
        ("drive {place:to}", "drive my house", {"to": "home"}),
        ("call {name:who}", "call Anna Maria", {"who": "Anna Maria"}),
        ("call {name:who} mobile", "call Anna's mobile", {"who": "Anna"}),
        ("find {text:what}", "find the Please Inn", {"what": "Please Inn"}),
        ("find {text:what}", "find please the inn", {"what": "please the inn"}),
        ("say {verbatim:words}", "say come please", {"words": "come please"}),
        ("say {verbatim:words}", "say I am late, sorry", {"words": "I am late, sorry"}),
        ("go {text:to}[,] then stop", "go home, then stop", {"to": "home"}),
    ],
)
def test_slots(template: str, text: str, slots: dict[str, object]) -> None:
    found = whole(template, text)
    assert found is not None
    assert dict(found.slots) == slots


def test_a_known_name_is_cheaper_than_free_text() -> None:
    found = matches("drive ({text:to}|{place:to})", "drive my house")
    best = [match for match in found if match.end == 3]
    assert [dict(match.slots)["to"] for match in best] == ["home", "my house"]
    assert best[0].cost < best[1].cost


def test_free_text_costs_more_the_longer_it_is() -> None:
    found = {match.end: match.cost for match in matches("find {text:what}", "find a nice place to eat")}
    ends = sorted(found)
    assert len(ends) == 5
    assert all(found[a] < found[b] for a, b in pairwise(ends))


def test_free_text_ends_at_a_pause_unless_it_is_taken_word_for_word() -> None:
    assert whole("call {name:who}", "call Anna, Maria") is None
    assert whole("go {text:to}", "go home, hello") is None
    assert whole("say {verbatim:words}", "say well, hello") is not None


@pytest.mark.parametrize(("lang", "most"), [("en", 5), ("zh", 8)])
def test_a_name_is_short(lang: Lang, most: int) -> None:
    words = ["安"] * (most + 1) if lang == "zh" else ["ann"] * (most + 1)
    joint = "" if lang == "zh" else " "
    assert whole("{name:who}", joint.join(words[:most]), lang) is not None
    assert whole("{name:who}", joint.join(words), lang) is None


def test_several_readings_come_cheapest_first() -> None:
    costs = [match.cost for match in matches("[the] {text:what} [please]", "the red please please")]
    assert costs == sorted(costs)


def test_sound_is_a_part_of_the_cost() -> None:
    assert whole("open the sunroof", "open the son roof") is None
    found = whole("open the sunroof", "open the son roof", by_sound=True)
    assert found is not None
    assert 0 < found.sound == pytest.approx(found.cost)


def test_right_words_cost_nothing_by_sound_either() -> None:
    found = whole("open the sunroof", "open the sunroof", by_sound=True)
    assert found is not None
    assert (found.cost, found.sound) == (0, 0)


def test_a_pause_is_never_misheard_as_part_of_a_word() -> None:
    assert whole("the sunroof", "the son, roof", by_sound=True) is None


def test_permutation_matches_in_any_order() -> None:
    for text in ("now open it", "it now open", "open it now"):
        assert whole("(open;it;now)", text) is not None
    assert whole("(open;it;now)", "open it") is None
