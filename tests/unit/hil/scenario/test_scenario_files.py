"""What a scenario file may say, and how its mistakes are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.cli.hil import SCENARIOS
from cockpit.errors import CockpitError
from hil.scenario.comparison import Comparison
from hil.scenario.expectations import SetSent
from hil.scenario.load import ScenarioError, load, load_file
from hil.scenario.schema import VERBS, Scenario
from hil.scenario.steps import Say

GOOD = """\
id: window
title: {zh: 车窗, en: window}
lang: [zh, en]
tags: [openings]
timeline:
  - fault: obstacle
    with: {path: Vehicle.X, at: 40}
    name: hand
  - say: {zh: 打开车窗, en: open the window}
  - expect: set
    path: Vehicle.X
    value: {at_least: 20}
    within_ms: 800
  - mend: hand
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "one.yaml"


def test_a_file_in_two_languages_is_two_scenarios(file: Path) -> None:
    file.write_text(GOOD, "utf-8")
    zh, en = (one.scenario for one in load([file]))
    assert (zh.id, zh.title, en.id, en.title) == ("window.zh", "车窗", "window.en", "window")
    said = [step.say for one in (zh, en) for step in one.timeline if isinstance(step, Say)]
    assert said == ["打开车窗", "open the window"]
    assert zh.all_tags == ("zh", "must", "openings", "obstacle")
    expected = zh.timeline[2]
    assert isinstance(expected, SetSent)
    assert expected.value == Comparison(at_least=20)


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("tags:", "tag:", ":4: tag"),
        ("value:", "valeu:", ":12: timeline[3].valeu"),
        ("at_least", "atleast", ":12: timeline[3].value.atleast"),
        ("expect: set", "expect: sett", ":10: timeline[3].expect"),
        ("within_ms: 800", "within_ms: 0", ":13: timeline[3].within_ms"),
        ("mend: hand", "mend: foot", "no step before it is named 'foot'"),
        ("- mend: hand", "- mend: hand\n    say: 好", ":14: timeline[4] (zh): a step has exactly one of"),
        ("- mend: hand", "- at: 2\n    mend: hand\n  - at: 1\n    wait: 1", "at: 1 comes after at: 2"),
        ("within_ms: 800", "absent: true\n    within_ms: 800", "what is absent has no within_ms"),
        ("id: window", "id: Window!", ":1: id"),
        ("lang: [zh, en]", "lang: [zh, de]", "lang"),
        ("fault: obstacle", "fault: obstacel", ":6: timeline[1].fault (zh): there is no fault 'obstacel'"),
        ("at: 40", "att: 40", "obstacle takes no att; it takes path, at"),
        ("at: 40", "at: forty", "obstacle.at: 'forty' is no number"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_place(file: Path, right: str, wrong: str, told: str) -> None:
    assert right in GOOD
    file.write_text(GOOD.replace(right, wrong), "utf-8")
    with pytest.raises(ScenarioError) as error:
        load_file(file)
    assert error.value.code == "scenario-invalid"
    assert str(file) in error.value.message
    assert told in error.value.message


def test_one_id_is_one_scenario(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(GOOD, "utf-8")
    with pytest.raises(ScenarioError, match=r"window\.zh is in .*a\.yaml too"):
        load([tmp_path])


def test_no_scenarios_are_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no scenarios in"):
        load([tmp_path])


def test_a_file_that_is_not_there_or_no_yaml_is_told(tmp_path: Path, file: Path) -> None:
    file.write_text("id: [", "utf-8")
    for missing in (tmp_path / "none.yaml", file):
        with pytest.raises(CockpitError, match=missing.name):
            load([missing])


def test_what_comes_along_is_in_order_in_both_languages() -> None:
    assert {one.scenario.lang for one in load([SCENARIOS])} == {"zh", "en"}


def test_the_schema_for_editors_knows_every_verb() -> None:
    schema = Scenario.model_json_schema()
    held = {key for one in schema["$defs"].values() for key in one.get("properties", {})}
    assert set(VERBS) <= held
