"""The peers of the intent model: hassil on the real skills, and how a language model's answers are read."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator

import pytest

from cockpit.config import ROOT
from cockpit.errors import UnderstandingError
from cockpit.lm.grammar import grammar
from cockpit.nlu.inventory import Inventory
from cockpit.skillset import SkillSet, load_skills
from cockpit.types import Lang
from models.eval import hassil_peer
from models.eval.hassil_peer import HassilPeer
from models.eval.hassil_sentences import _in_every_order
from models.eval.language_model_peer import QwenPeer, acts_of
from models.eval.language_model_prompt import EXAMPLES, messages, prompt, written
from models.eval.peers import Acts

KNOWN = frozenset({"window.open", "fan.set", "media.play"})


@pytest.fixture(scope="module")
def skills() -> SkillSet:
    return load_skills(ROOT / "skills")


@pytest.fixture(scope="module")
def hassil(skills: SkillSet) -> HassilPeer:
    return HassilPeer(skills, deadline_s=30.0)


@pytest.fixture(scope="module")
def inventory(skills: SkillSet) -> Inventory:
    return Inventory.of(skills)


@pytest.mark.parametrize(
    ("said", "lang", "intent", "slots"),
    [
        ("please open the sunroof", "en", "sunroof.open", {}),
        ("set the fan to level three", "en", "fan.set", {"value": 3}),
        ("What's the outside temperature?", "en", "outside_temperature.read", {}),
        ("raise the temperature by 1.5 degrees", "en", "temperature.up", {"amount": 1.5}),
        ("turn on the seat heating for the passenger", "en", "seat_heating.on", {"zone": "front_passenger"}),
        ("call Kurt O'Neill", "en", "phone.call", {"contact": "Kurt O'Neill"}),
        ("what's the weather in Graz on sunday", "en", "weather.query", {"place": "Graz", "day": "sun"}),
        ("请把天窗打开", "zh", "sunroof.open", {}),
        ("副驾座椅加热调到二档", "zh", "seat_heating.set", {"value": 2, "zone": "front_passenger"}),
        ("音量调到百分之三十五", "zh", "volume.set", {"value": 35}),
        ("车窗开一半", "zh", "window.set", {"value": 50}),
    ],
)
def test_hassil_understands_the_skills_own_sentences(
    hassil: HassilPeer, said: str, lang: Lang, intent: str, slots: dict[str, object]
) -> None:
    assert hassil.understand(said, lang) == [(intent, slots)]


@pytest.mark.parametrize(("said", "lang"), [("the moon is made of cheese", "en"), ("", "en"), ("月亮圆又圆", "zh")])
def test_what_no_sentence_says_is_not_understood(hassil: HassilPeer, said: str, lang: Lang) -> None:
    assert hassil.understand(said, lang) == []


def test_a_wildcard_that_holds_no_number_is_no_number(hassil: HassilPeer) -> None:
    assert hassil.understand("dial 555 0134", "en") == [("phone.call", {"number": "5550134"})]
    assert "number" not in dict(hassil.understand("dial my cousin", "en")).get("phone.call", {})


def test_a_call_that_takes_too_long_counts_as_not_understood(
    hassil: HassilPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(*_: object, **__: object) -> Iterator[object]:
        while True:
            time.sleep(0.01)
        yield

    monkeypatch.setattr(hassil_peer, "recognize_all", endless)
    monkeypatch.setattr(hassil, "deadline_s", 0.1)
    monkeypatch.setattr(hassil, "timeouts", 0)
    assert hassil.understand("open the sunroof", "en") == []
    assert hassil.timeouts == 1


def test_permutations_are_written_out_for_chinese() -> None:
    assert _in_every_order("x(a;[b|c])(d|e)") == "x((a)([b|c])|([b|c])(a))(d|e)"


@pytest.mark.parametrize(
    ("answer", "acts"),
    [
        ('[{"intent":"window.open","slots":{"zone":"rear"}}]', [("window.open", {"zone": "rear"})]),
        (
            '[ {"intent": "fan.set", "slots": {"value": 3}}, {"intent": "media.play", "slots": {}} ]',
            [("fan.set", {"value": 3}), ("media.play", {})],
        ),
        ('{"intent":"window.open","slots":{}}', [("window.open", {})]),
        ('[{"intent":"window.open"}]', [("window.open", {})]),
        ('[{"intent":"window.open","slots":["rear"]}]', [("window.open", {})]),
        ('[{"intent":"rocket.launch","slots":{}},{"intent":"window.open","slots":{}}]', [("window.open", {})]),
        ('[{"intent":["window.open"],"slots":{}}]', []),
        ('[{"intent":"window.open","slots":{"zone":"re', []),
        ("I would open the window.", []),
        ('["window.open"]', []),
        ("[]", []),
        ("3", []),
        ("", []),
    ],
)
def test_the_answers_of_a_language_model_are_read(answer: str, acts: Acts) -> None:
    assert acts_of(answer, KNOWN) == acts


def test_the_examples_of_the_prompt_are_answers_that_would_be_understood(inventory: Inventory) -> None:
    for _, acts in EXAMPLES:
        assert acts_of(written(acts), frozenset(inventory.intents)) == acts
        assert all(slots.keys() <= inventory.intents[intent].keys() for intent, slots in acts)


def test_the_prompt_lists_every_intent_once(inventory: Inventory) -> None:
    told = prompt(inventory)
    lines = {line.split(":")[0].split(" ")[0]: line for line in told.splitlines() if ": " in line}
    for intent in inventory.intents:
        family, _, operation = intent.rpartition(".")
        assert operation in lines[family]
    assert "fan 风量: down{amount}" in told
    assert messages(told)[0] == {"role": "system", "content": told}


def test_the_grammar_names_every_intent_and_defines_every_rule(inventory: Inventory) -> None:
    written_out = grammar(inventory.intents)
    rules = dict(line.split(" ::= ", 1) for line in written_out.splitlines())
    used = re.findall(r"[a-z]+\d*", re.sub(r'"(?:[^"\\]|\\.)*"|\[[^]]*\]', "", " ".join(rules.values())))
    assert set(used) == rules.keys() - {"root"}
    assert all(f'"{intent}"' in written_out for intent in inventory.intents)
    assert not any(intent.endswith(".mention") for intent in inventory.intents)


def test_without_its_engine_the_language_model_says_what_to_install(
    skills: SkillSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(UnderstandingError, match="pip install xllamacpp") as raised:
        QwenPeer(skills)
    assert raised.value.code == "nlu-no-engine"
