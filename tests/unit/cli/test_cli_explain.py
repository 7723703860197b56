"""What `cockpit explain` says, of considerations made by hand: no trained network is needed."""

from __future__ import annotations

import argparse
import json
from io import StringIO
from pathlib import Path
from string import Formatter

import pytest
from rich.cells import cell_len
from rich.console import Console

from cockpit.cli import explain
from cockpit.cli.explain_page import Page
from cockpit.cli.explain_words import Words
from cockpit.config import Settings
from cockpit.nlu.segments import SlotTag
from cockpit.nlu.templates import TemplateReading
from cockpit.runtime.explaining import Explainer, Explanation, data
from cockpit.skillset import LANGUAGE_DIR
from cockpit.types import LANGS, Act, Lang, Zone
from cockpit.yamlfile import read_yaml
from tests.unit.cli.considered import candidate, consideration, tagged

AC = "打开空调"
WARMER = "打开空调，温度调到二十二度半"
NO_MODEL = Path("/nowhere/intent")


@pytest.fixture(scope="module")
def explainer() -> Explainer:
    return Explainer(Settings(intent_dir=NO_MODEL))


def page(explainer: Explainer, explained: Explanation, lang: Lang | None = None) -> str:
    out = StringIO()
    words = Words(explainer.skills, explainer.profile, lang or explained.lang)
    Page(words, Console(file=out, width=140, highlight=False)).show(explained)
    return out.getvalue()


def ac(explainer: Explainer, why: str = "network_alone", zone: Zone = "driver") -> Explanation:
    only = candidate(AC, (0, 4), {"ac.on": 0.97, "ac.query": 0.02, "ac.off": 0.001})
    considered = consideration(AC, "zh", (only,), "network", why)
    return explainer.of(AC, zone, "", considered, {"act": 0.7, "ask": 0.4})


def two(explainer: Explainer) -> Explanation:
    first = candidate(WARMER, (0, 4), {"ac.on": 0.97})
    second = candidate(
        WARMER,
        (5, 14),
        {"temperature.set": 0.91, "fan.set": 0.06},
        {"value": 22.5, "value_unit": "degree"},
        (("二十二度半", "value=Quantity(value=22.5, unit='degree')"),),
        (SlotTag("value", 9, 14, 0.99),),
    )
    considered = consideration(WARMER, "zh", (first, second), "both", "agreed")
    return explainer.of(WARMER, "driver", "", considered, {"act": 0.7, "ask": 0.4})


def command(*arguments: str) -> int:
    top = argparse.ArgumentParser()
    explain.add(top.add_subparsers())
    args = top.parse_args(["explain", *arguments])
    status: int = args.run(args)
    return status


class TestVerdict:
    """The first sentence tells what becomes of the utterance."""

    def test_acts(self, explainer: Explainer) -> None:
        explained = ac(explainer)
        assert explained.end == "acts"
        assert page(explainer, explained).startswith("会执行：空调（打开）")

    def test_asks_what_a_rule_wants_a_yes_for(self, explainer: Explainer) -> None:
        text = "open the trunk"
        only = candidate(text, (0, 3), {"trunk.open": 0.99})
        considered = consideration(text, "en", (only,), "network", "network_alone")
        explained = explainer.of(text, "driver", "", considered, {})
        assert explained.end == "asks"
        assert "opens-at-standstill" in page(explainer, explained)
        assert not explained.rehearsed.sent

    def test_asks_when_in_doubt(self, explainer: Explainer) -> None:
        considered = consideration(AC, "zh", (), "network", "network_alone", acts=(Act("ac.on", doubtful=True),))
        explained = explainer.of(AC, "driver", "", considered, {})
        assert explained.end == "asks"
        assert [step.end for step in explained.rehearsed.steps] == ["doubt"]

    def test_refuses_with_the_rules_reason(self, explainer: Explainer) -> None:
        explained = ac(explainer, zone="rear_left")
        assert explained.end == "refuses"
        assert "rear-sets-its-own" in page(explainer, explained, "en")
        assert "this may not be done by voice from this seat" in page(explainer, explained, "en")

    def test_already_so(self, explainer: Explainer) -> None:
        considered = consideration(AC, "zh", (), "network", "network_alone", acts=(Act("ac.off"),))
        explained = explainer.of(AC, "driver", "", considered, {})
        assert explained.end == "already"
        assert not explained.rehearsed.sent

    def test_answers(self, explainer: Explainer) -> None:
        considered = consideration(AC, "zh", (), "network", "network_alone", acts=(Act("ac.query"),))
        assert explainer.of(AC, "driver", "", considered, {}).end == "answers"

    @pytest.mark.parametrize("why", ["no_act", "unsure", "empty", "too_long"])
    def test_does_nothing(self, explainer: Explainer, why: str) -> None:
        explained = explainer.of("x", "driver", "", consideration("x", "en", (), "nothing", why), {})
        assert explained.end == "nothing"
        assert page(explainer, explained).startswith("It does nothing: ")

    def test_talk_is_told_as_talk(self, explainer: Explainer) -> None:
        considered = consideration("so she said", "en", (), "nothing", "no_act", network=tagged(idle=0.9))
        explained = explainer.of("so she said", "driver", "", considered, {})
        assert page(explainer, explained).startswith("It does nothing: it is taken for talk")

    def test_a_follow_up_has_nothing_to_follow(self, explainer: Explainer) -> None:
        considered = consideration("再高一点", "zh", (), "network", "network_alone", acts=(Act("dialog.up"),))
        explained = explainer.of("再高一点", "driver", "", considered, {})
        assert explained.end == "nothing"
        assert "之前什么都没有" in page(explainer, explained)


class TestPage:
    def test_bars_lie_under_their_words(self, explainer: Explainer) -> None:
        lines = page(explainer, two(explainer)).splitlines()
        tokens = next(line for line in lines if "二 十" in line)
        bars = lines[lines.index(tokens) + 1]
        slots = lines[lines.index(tokens) + 2]
        ends = [cell_len(tokens[: tokens.index(word) + 1]) for word in ("调", "半")]
        assert [n + 1 for n, character in enumerate(bars.rstrip()) if character == "┘"] == ends
        assert cell_len(slots[: slots.index("└")]) == cell_len(tokens[: tokens.index("二")])
        assert "数值" in slots

    def test_values_are_read_from_words(self, explainer: Explainer) -> None:
        assert "“二十二度半” → 数值：22.5度" in page(explainer, two(explainer))

    def test_what_would_be_sent(self, explainer: Explainer) -> None:
        shown = page(explainer, two(explainer))
        assert "Vehicle.Cabin.HVAC.IsAirConditioningActive: false → true" in shown
        assert "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature: 24 → 22.5" in shown

    def test_a_tag_without_a_value(self, explainer: Explainer) -> None:
        text = "set the fan to blue"
        only = candidate(text, (0, 5), {"fan.set": 0.9}, tags=(SlotTag("value", 4, 5, 0.5),), missing="value")
        shown = page(
            explainer, explainer.of(text, "driver", "", consideration(text, "en", (only,), "nothing", "unsure"), {})
        )
        assert "“blue” was marked as value, but no such value could be read from it" in shown
        assert "A value is needed for this (value)" in shown

    def test_other_possibilities_are_likely_ones(self, explainer: Explainer) -> None:
        shown = page(explainer, ac(explainer))
        assert "其他可能：空调（问现在怎样） 2%。" in shown
        assert "关闭" not in shown

    def test_in_the_other_language(self, explainer: Explainer) -> None:
        assert "It acts: air conditioning (turn on)." in page(explainer, ac(explainer), "en")

    def test_the_skills_sentences(self, explainer: Explainer) -> None:
        act = Act("ac.on", text=AC)
        by_sound = TemplateReading((act,), ((0, 4),), 0.3, free=False, unmatched="嗯")
        considered = consideration(AC, "zh", (), "templates", "by_sound", acts=(act,), reading=by_sound, support=0.4)
        shown = page(explainer, explainer.of(AC, "driver", "", considered, {}), "en")
        assert "by its sound, not word for word" in shown
        assert "Words that were passed over: “嗯”" in shown
        assert "The model itself gives this reading 40%." in shown

    def test_why_neither_reading_holds(self, explainer: Explainer) -> None:
        literal = TemplateReading((Act("ac.on", text=AC),), ((0, 4),), 0.0, free=False)
        for reading, why in ((None, "not sure enough of its own"), (literal, "too unlikely and has no reading")):
            considered = consideration(AC, "zh", (), "nothing", "unsure", reading=reading)
            assert why in page(explainer, explainer.of(AC, "driver", "", considered, {}), "en")

    @pytest.mark.parametrize(
        "why", ["network_alone", "agreed", "literal", "by_sound", "outweighed", "unsure", "no_act"]
    )
    @pytest.mark.parametrize("lang", LANGS)
    def test_every_choice_has_words(self, explainer: Explainer, lang: Lang, why: str) -> None:
        assert f"why.{why}" not in page(explainer, ac(explainer, why), lang)

    @pytest.mark.parametrize("lang", LANGS)
    def test_no_line_is_wider_than_a_terminal(self, explainer: Explainer, lang: Lang) -> None:
        text = "打开空调，" * 15
        parts = tuple(candidate(text, (5 * n, 5 * n + 4), {"ac.on": 0.97, "ac.query": 0.02}) for n in range(15))
        explained = explainer.of(text, "driver", "", consideration(text, "zh", parts, "network", "network_alone"), {})
        assert max(cell_len(line.rstrip()) for line in page(explainer, explained, lang).splitlines()) <= 100

    def test_nothing_is_left_as_a_key(self, explainer: Explainer) -> None:
        for lang in LANGS:
            keys = read_yaml(LANGUAGE_DIR / lang / "explain.yaml")
            shown = page(explainer, two(explainer), lang) + page(explainer, ac(explainer, zone="rear_left"), lang)
            assert not [key for key in keys if "." in key and key in shown.split()]


class TestCommand:
    """Without a trained network the skills' sentences alone are explained."""

    def test_json(self, explainer: Explainer) -> None:
        found = json.loads(json.dumps(data(two(explainer)), ensure_ascii=False))
        assert found["verdict"] == "acts"
        assert found["candidates"][1]["read"] == [
            {"words": "二十二度半", "slot": "value", "value": 22.5, "unit": "degree"}
        ]
        assert found["sent"][1] == {"path": "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature", "value": 22.5}

    def test_without_a_model(
        self, explainer: Explainer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(explain, "Explainer", lambda _: explainer)
        assert command("turn on the air conditioning", "--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["verdict"], found["why"]) == ("acts", "templates_alone")
        assert "model-missing" in found["problem"]
        assert command("turn on the air conditioning", "--in", "zh") == 0
        assert capsys.readouterr().out.startswith("会执行：空调（打开）")

    def test_empty_text(self, explainer: Explainer) -> None:
        explained = explainer.explain("", "en")
        assert explained.end == "nothing"
        assert page(explainer, explained)


class TestTexts:
    def test_both_languages_have_the_same_texts_with_the_same_fields(self) -> None:
        zh, en = (read_yaml(LANGUAGE_DIR / lang / "explain.yaml") for lang in LANGS)
        assert zh.keys() == en.keys()
        for key, text in zh.items():
            assert _fields(text) == _fields(en[key]), key

    @pytest.mark.parametrize("lang", LANGS)
    def test_every_intent_has_words(self, explainer: Explainer, lang: Lang) -> None:
        words = Words(explainer.skills, explainer.profile, lang)
        intents = explainer.intents
        assert [intent for intent in intents if words.intent(intent) == intent] == []
        operations = {intent.rpartition(".")[2] for intent in intents if not words.has(f"intent.{intent}")}
        assert [operation for operation in operations if not words.has(f"operation.{operation}")] == []

    @pytest.mark.parametrize("lang", LANGS)
    def test_every_slot_that_is_asked_for_has_words(self, explainer: Explainer, lang: Lang) -> None:
        words = Words(explainer.skills, explainer.profile, lang)
        asked = explainer.skills.grammars[lang].answers
        assert [slot for slot in asked if not words.has(f"slot.{slot}") or not words.has(f"intent.answer.{slot}")] == []


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
