"""Figures, false actions, confidence and thresholds, on understandings made by hand."""

from __future__ import annotations

import pytest

from cockpit.types import Act
from models.eval import figures
from models.eval.calibration import Said, acts_said, coverage, reliability
from models.eval.idle import false_actions, overheard
from models.eval.scoring import judge
from models.eval.sets import Row, Wanted
from models.eval.thresholds import thresholds

ON, OFF = (Wanted("ac.on", {}),), (Wanted("ac.off", {}),)


def test_summary_counts_rows_groups_and_outcomes() -> None:
    judged = [
        judge(Row("a", "en", ON), [Act("ac.on")]),
        judge(Row("b", "en", ON), [Act("ac.on", doubtful=True)]),
        judge(Row("c", "en", ON), [Act("ac.off")]),
        judge(Row("d", "en", (*ON, *OFF)), []),
    ]
    found = figures.summary(judged)
    assert (found["rows"], found["right"], found["acts"]) == (4, 0.5, 0.4)
    assert found["outcomes"] == {"right": 0.25, "asked_right": 0.25, "asked_wrong": 0.0, "refused": 0.25, "wrong": 0.25}
    assert found["groups"]["single"]["rows"] == 3
    assert found["groups"]["several"]["right"] == 0.0
    assert found["interval"][0] < 0.5 < found["interval"][1]


def test_intents_and_confusions() -> None:
    judged = [judge(Row(say, "en", ON), [Act("ac.off")]) for say in "ab"] + [judge(Row("c", "en", OFF), [])]
    assert figures.by_intent(judged)["ac.off"] == {"wanted": 1, "found": 0, "right": 0, "wrongly": 2}
    first, second = figures.confusions(judged)
    assert first == {"wanted": "ac.on", "got": "ac.off", "count": 2, "said": ["a", "b"]}
    assert (second["wanted"], second["got"]) == ("ac.off", "-")


def test_slot_errors_and_misses_name_what_differs() -> None:
    judged = [judge(Row("a", "en", (Wanted("fan.set", {"value": 3}),)), [Act("fan.set", {"value": 2}, 0.9)])]
    assert figures.slot_errors(judged) == [
        {"intent": "fan.set", "slot": "value", "wanted": "3", "got": "2", "said": "a"}
    ]
    assert figures.misses(judged) == [
        {"outcome": "wrong", "said": "a", "wanted": "fan.set(value=3)", "got": "fan.set(value=2) 0.90"}
    ]


def test_false_actions_by_source() -> None:
    heard = [
        overheard(Row("a", "en", source="radio"), [Act("ac.on")]),
        overheard(Row("b", "en", source="radio"), [Act("ac.on", doubtful=True)]),
        overheard(Row("c", "zh", source="chat"), [Act("dialog.chat")]),
        overheard(Row("d", "zh", source="chat"), [Act("dialog.no")]),
    ]
    found = false_actions(heard)
    assert (found["all"]["acted"], found["all"]["asked"], found["all"]["with_dialog"]) == (1, 1, 2)
    assert found["by_source"]["radio"]["rate"] == 0.5
    assert found["by_lang"]["zh"]["acted"] == 0
    assert [line["said"] for line in found["said"]] == ["a", "b", "d"]


def test_reliability_of_perfect_and_boastful_confidence() -> None:
    assert reliability([Said(1.0, True), Said(0.0, False)])["ece"] == 0.0
    boastful = reliability([Said(0.95, True), Said(0.95, False)])
    assert boastful["ece"] == pytest.approx(0.45)
    assert boastful["bins"] == [{"acts": 2, "confidence": 0.95, "right": 0.5}]


def test_coverage_at_thresholds() -> None:
    table = coverage([Said(0.95, True), Said(0.55, False)], [0.7], 10)
    assert table[0] == {"threshold": 0.0, "coverage": 1.0, "error": 0.5, "false_actions": 0.1}
    assert table[-4] == {"threshold": 0.94, "coverage": 0.5, "error": 0.0, "false_actions": 0.0}


def test_no_act_is_right_where_nothing_is_wanted() -> None:
    assert acts_said([Row("a", "en")], [[Act("ac.on", {}, 0.4)]]) == [Said(0.4, False)]


def test_thresholds_keep_their_limits() -> None:
    dev = [Row(str(n), "en", ON) for n in range(230)]
    sure = [[Act("ac.on", {}, 0.9)]] * 150
    unsure = [[Act("ac.on" if n % 5 else "ac.off", {}, 0.6)] for n in range(40)]
    guessed = [[Act("ac.on" if n % 5 == 0 else "ac.off", {}, 0.2)] for n in range(40)]
    chosen = thresholds(dev, [*sure, *unsure, *guessed], [[Act("fan.up", {}, 0.7)]] + [[]] * 99, [])
    assert 0.7 < chosen.act <= 0.71
    assert chosen.ask == 0.5
    assert (chosen.wrong, chosen.idle) == (0.0, 0.0)
    assert chosen.asked_right >= 0.5


def test_thresholds_are_for_what_no_sentence_of_a_skill_accounts_for() -> None:
    dev = [Row(str(n), "en", ON) for n in range(10)]
    understood = [[Act("ac.off")]] * 8 + [[Act("ac.on", {}, 0.8)], [Act("ac.off", {}, 0.5)]]
    chosen = thresholds(dev, understood, [[Act("ac.off")]], [])
    assert 0.5 < chosen.act <= 0.51
    assert (chosen.carried_out, chosen.wrong, chosen.idle) == (0.5, 0.0, 0.0)


def test_thresholds_of_a_network_that_is_always_wrong_let_nothing_pass() -> None:
    chosen = thresholds([Row("a", "en", ON)], [[Act("ac.off", {}, 0.99)]], [], [])
    assert 0.99 < chosen.act <= 1.0
    assert chosen.carried_out == 0.0


def test_what_is_easily_mistaken_raises_the_threshold() -> None:
    understood = [[Act("ac.on", {}, 0.95)]]
    near = [[Act("front_fog.on", {}, 0.8)], []]
    assert thresholds([Row("a", "en", ON)], understood, [], near).act == pytest.approx(0.805)
    assert thresholds([Row("a", "en", ON)], understood, [], []).act < 0.8
