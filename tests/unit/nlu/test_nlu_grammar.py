"""Templates compiled to nodes, and what is wrong with a wrong one."""

from __future__ import annotations

import pytest

from cockpit.errors import ConfigError
from cockpit.nlu.grammar import ANY, EMPTY, VALUE, Alternative, Compiler, Literal, Sequence, Slot
from cockpit.nlu.templates import TemplateUnderstander
from tests.unit.nlu.small_skills import GRAMMARS, small_skills


def compiler(rules: dict[str, str] | None = None, lists: dict[str, dict[str, str]] | None = None) -> Compiler:
    return Compiler(rules or {}, lists or {})


@pytest.mark.parametrize(
    ("template", "named"),
    [
        ("open <nothing>", "nothing"),
        ("open {nowhere:zone}", "nowhere"),
        ("open (the window", "open (the window"),
        ("open {value", "open {value"),
        ("open <it", "open <it"),
        ("[open", "[open"),
        ("", "''"),
    ],
)
def test_bad_template_is_named(template: str, named: str) -> None:
    with pytest.raises(ConfigError, match="bad-template") as error:
        compiler().template(template)
    assert error.value.code == "config-bad-template"
    assert named in error.value.message


@pytest.mark.parametrize(
    "rules", [{"a": "<a>"}, {"a": "x <b>", "b": "[y] <a>"}, {"a": "(p|<b>)", "b": "<c>", "c": "<a> q"}]
)
def test_rules_in_a_circle(rules: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="leads back to itself"):
        compiler(rules).template("<a>")


def test_a_rule_may_be_used_twice() -> None:
    compiler({"a": "x", "b": "<a> <a>"}).template("<a> <b> <a>")


def test_bad_rule_of_a_rule_is_named() -> None:
    with pytest.raises(ConfigError, match="gone"):
        compiler({"a": "x <gone>"}).template("<a>")


BAD: dict[str, dict[str, object]] = {
    "rules": {"on": "<gone>"},
    "shapes": {"switch": {"on": ["<gone> <it>"]}},
    "dialog": {"yes": ["<gone>"]},
    "answers": {"value": ["{gone}"]},
    "lists": {"zone": {"driver": "<gone>"}},
}


@pytest.mark.parametrize("part", BAD)
def test_a_bad_template_anywhere_in_a_grammar_stops_the_start(part: str) -> None:
    with pytest.raises(ConfigError, match="gone"):
        TemplateUnderstander(small_skills(en={part: {**GRAMMARS["en"][part], **BAD[part]}}))


def test_equal_pieces_become_one_node() -> None:
    found = compiler({"on": "(turn on|switch on)"})
    first, second = found.template("<on> the fan"), found.template("<on> the radio")
    assert isinstance(first, Sequence)
    assert isinstance(second, Sequence)
    assert first.items[0] is second.items[0]
    assert found.template("fan") is found.template("fan")
    assert found.template("{value:amount}") is found.template("{value:amount}")


def test_what_templates_become() -> None:
    found = compiler(lists={"place": {"home": "home", "work": "(work|the office)"}})
    assert isinstance(found.template("open the window"), Sequence)
    assert isinstance(found.template("open"), Literal)
    assert isinstance(found.template("(a|b)"), Alternative)
    slot = found.template("{place:destination}")
    assert isinstance(slot, Slot)
    assert (slot.kind, slot.name, [value for value, _ in slot.choices]) == ("place", "destination", ["home", "work"])
    nothing = found.template("*")
    assert isinstance(nothing, Sequence)
    assert nothing.items == EMPTY.items == ()


def test_permutation_takes_every_order() -> None:
    found = compiler().template("(a;b;c)")
    assert isinstance(found, Alternative)
    assert len(found.items) == 6


@pytest.mark.parametrize(
    ("template", "starts"),
    [
        ("open the window", {"open"}),
        ("(open|shut) it", {"open", "shut"}),
        ("[please] open", {"please", "open"}),
        ("[please] [now] open", {"please", "now", "open"}),
        ("{value} percent", {VALUE}),
        ("{text:what} now", {ANY}),
        ("[please]", {ANY}),
        ("{place:to}", {"home", "the", "work"}),
    ],
)
def test_what_a_sentence_begins_with(template: str, starts: set[str]) -> None:
    found = compiler(lists={"place": {"home": "home", "work": "(work|the office)"}})
    assert found.starts(found.template(template)) == starts


@pytest.mark.parametrize(
    ("template", "needs"),
    [
        ("open the window", [{"open"}, {"the"}, {"window"}]),
        ("(open|shut) it", [{"open", "shut"}, {"it"}]),
        ("[please] open", [{"open"}]),
        ("set to {value}", [{"set"}, {"to"}, {VALUE}]),
        ("{text:what}", []),
        ("({text:what}|radio)", []),
    ],
)
def test_what_an_utterance_must_hold(template: str, needs: list[set[str]]) -> None:
    found = compiler()
    assert list(found.needs(found.template(template))) == needs


def test_vocabulary_is_every_word_of_the_templates() -> None:
    found = compiler({"on": "turn on"})
    found.template("<on> [the] (fan|radio)")
    assert found.vocabulary == {"turn", "on", "the", "fan", "radio"}


@pytest.mark.parametrize(
    "template", ["{value:a}", "{degrees:a}", "{day:a}", "{time:a}", "{digits:a}", "{name:a}", "{text:a}"]
)
def test_built_in_kinds(template: str) -> None:
    assert isinstance(compiler().template(template), Slot)
