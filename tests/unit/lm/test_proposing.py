from __future__ import annotations

import json
import re
from collections.abc import Mapping

import pytest

from cockpit.config import ROOT
from cockpit.lm.grammar import SlotKinds, grammar
from cockpit.lm.proposing import MOST_PROPOSED, possible, prompt, proposed
from cockpit.nlu.inventory import Inventory
from cockpit.profile import VehicleProfile
from cockpit.skillset import SkillSet, load_skills
from cockpit.types import Act, Snapshot

INTENTS: Mapping[str, SlotKinds] = {
    "window.set": {"value": "number", "zone": ("driver", "rear_left")},
    "ac.on": {},
    "media.play": {"song": "words"},
}


@pytest.fixture(scope="module")
def skills() -> SkillSet:
    return load_skills(ROOT / "skills")


@pytest.fixture(scope="module")
def inventory(skills: SkillSet) -> Mapping[str, SlotKinds]:
    return Inventory.of(skills).intents


def state(*provided: str, apps: tuple[str, ...] = ()) -> Snapshot:
    return Snapshot({}, provided, frozenset(apps))


def test_with_nothing_online_nothing_can_be_proposed(
    inventory: Mapping[str, SlotKinds], skills: SkillSet, profile: VehicleProfile
) -> None:
    assert possible(inventory, skills, profile, state()) == {}


def test_with_everything_online_all_but_the_dialog_can(
    inventory: Mapping[str, SlotKinds], skills: SkillSet, profile: VehicleProfile
) -> None:
    found = possible(inventory, skills, profile, state(*profile.signals, apps=tuple(profile.apps)))
    assert {"window.open", "temperature.set", "media.play", "navigation.navigate", "range.read"} <= found.keys()
    assert not [intent for intent in found if intent.startswith("dialog.") or intent.endswith(".ask")]
    known = profile.controls.keys() | profile.readings.keys() | skills.skills.keys()
    assert {intent.rpartition(".")[0] for intent in found} <= known


def test_a_control_is_there_with_its_provider_and_only_in_the_zones_that_it_serves(
    inventory: Mapping[str, SlotKinds], skills: SkillSet, profile: VehicleProfile
) -> None:
    (path,) = profile.controls["window"].targets["rear_left"]
    found = possible(inventory, skills, profile, state(path))
    assert {intent.rpartition(".")[0] for intent in found} == {"window"}
    zones = found["window.open"]["zone"]
    assert "rear_left" in zones
    assert "driver" not in zones
    assert '\\"driver\\"' not in grammar(found)


def test_an_app_is_there_while_it_is_up(
    inventory: Mapping[str, SlotKinds], skills: SkillSet, profile: VehicleProfile
) -> None:
    found = possible(inventory, skills, profile, state(apps=("media",)))
    assert "media.play" in found
    assert not [intent for intent in found if intent.startswith(("navigation.", "phone.", "calendar."))]


def test_every_rule_of_the_grammar_is_defined_and_nothing_is_named_that_is_not_there(
    inventory: Mapping[str, SlotKinds], skills: SkillSet, profile: VehicleProfile
) -> None:
    found = possible(inventory, skills, profile, state("Vehicle.Cabin.HVAC.*"))
    text = grammar(found, MOST_PROPOSED, or_none=True)
    rules = {line.partition(" ::= ")[0] for line in text.splitlines()}
    bare = re.sub(r'"(?:\\.|[^"\\])*"|\[(?:\\.|[^\]\\])*\]|\{\d+,\d+\}', " ", text.replace("::=", " "))
    assert set(re.findall(r"[a-z]\w*", bare)) <= rules
    assert "window" not in text
    assert "ac.on" in text


def test_the_prompt_lists_what_is_there_and_shows_nothing_else() -> None:
    system, *rest = prompt(INTENTS, "好闷")
    assert "window: set" in system.text
    assert "steering" not in system.text
    assert rest[-1].text == "好闷"
    shown = [json.loads(message.text) for message in rest if message.role == "assistant"]
    assert shown == [[], []]


def test_what_comes_out_is_doubtful() -> None:
    answer = '[{"intent":"window.set","slots":{"value":50,"zone":"driver"}}]'
    assert proposed(answer, INTENTS, "half open") == (
        Act("window.set", {"value": 50, "zone": "driver"}, confidence=0.0, text="half open", doubtful=True),
    )


@pytest.mark.parametrize(
    ("answer", "acts"),
    [
        ("[]", []),
        ("no json", []),
        ('"window.set"', []),
        ('{"intent":"ac.on"}', []),
        ('[{"intent":"sunroof.open","slots":{}}]', []),
        ('[7, {"intent":["ac.on"]}, {"intent":"ac.on"}]', [("ac.on", {})]),
        ('[{"intent":"ac.on","slots":{"zone":"driver"}}]', [("ac.on", {})]),
        ('[{"intent":"window.set","slots":{"value":"50","zone":"moon"}}]', [("window.set", {})]),
        ('[{"intent":"window.set","slots":{"value":true}}]', [("window.set", {})]),
        ('[{"intent":"media.play","slots":{"song":"Yesterday"}}]', [("media.play", {"song": "Yesterday"})]),
        ('[{"intent":"media.play","slots":{"song":"Help"}}]', [("media.play", {})]),
        ('[{"intent":"ac.on"},{"intent":"ac.on"}]', [("ac.on", {})]),
    ],
)
def test_only_what_is_possible_and_was_said_is_taken(answer: str, acts: list[tuple[str, dict[str, object]]]) -> None:
    found = proposed(answer, INTENTS, "play yesterday")
    assert [(act.intent, dict(act.slots)) for act in found] == acts
    assert all(act.doubtful for act in found)


def test_no_more_than_a_few_are_taken() -> None:
    many = json.dumps([{"intent": intent} for intent in INTENTS])
    assert len(proposed(many, INTENTS, "")) == MOST_PROPOSED
