"""Every text that the code can ask for is there, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import Formatter
from typing import get_args

import pytest

from cockpit.config import ROOT
from cockpit.dialog.wording import Wording
from cockpit.profile import Unit
from cockpit.skillset import Skill
from cockpit.types import LANGS, ZONES, Lang
from tests.unit.plan.reference_car import PROFILE, SKILLS

FAMILIES = (
    "done|already|query|read|ask|deed|refused|failed|expired|unavailable|unsupported|answer|error|zone|join|unit|day"
)
LITERAL = re.compile(rf'(?<![f\w])"((?:{FAMILIES})\.[a-z_.-]+)"')
SOURCES = sorted(
    [*(ROOT / "cockpit").glob("dialog/*.py"), *(ROOT / "cockpit").glob("plan/*.py"),
    *(ROOT / "cockpit").glob("runtime/*.py"), *(ROOT / "skills").glob("*/handler.py")]
)  # fmt: skip
SPOKEN = [(lang, skill) for lang in LANGS for skill in SKILLS.skills.values()]
NAMED = pytest.mark.parametrize(("lang", "skill"), SPOKEN, ids=lambda p: p if isinstance(p, str) else p.manifest.name)


def written() -> set[str]:
    """The keys that stand in the code as they are."""
    return {key for file in SOURCES for key in LITERAL.findall(file.read_text("utf-8"))}


def put_together() -> Iterator[str]:
    """The keys that the code puts together and has nothing else to say for."""
    yield from (f"zone.{zone}" for zone in (*ZONES, "front", "rear", "all"))
    yield from (f"unit.{unit}" for unit in get_args(Unit))
    yield from (f"app.{app}" for app in PROFILE.apps)
    yield from (f"query.{operation}" for operation in ("on", "off", "open", "close", "set", "unknown"))
    yield from (
        "done.plain",
        "done.set",
        "done.off",
        "already.plain",
        "already.set",
        "already.off",
        "deed.set",
        "deed.plain",
    )
    yield from ("refused.standstill", "refused.plain", "failed.plain", "failed.app", "day.today", "day.tomorrow", "end")
    yield from (f"refused.{row.id}" for row in PROFILE.policy if not row.standstill)


def of_skill(skill: Skill) -> Iterator[str]:
    """The keys for one skill's intents and readings."""
    for name in skill.manifest.readings:
        kinds = {PROFILE.signals[path].datatype for path in PROFILE.readings[name].targets.values()}
        yield from (f"{name}.read.{so}" for so in ("true", "false")) if kinds == {"boolean"} else (f"{name}.read",)
    for intent, spec in skill.manifest.intents.items():
        yield from (f"ask.{wanted.split('|')[0]}" for wanted in spec.requires)
        if spec.answers or not (spec.app or spec.do or spec.handler):
            yield f"{intent}.answer"


def names_of(skill: Skill) -> Iterator[str]:
    """What has to be called something: controls, readings, and the values that have names rather than numbers."""
    yield from (*skill.manifest.controls, *skill.manifest.readings)
    for name in skill.manifest.controls:
        held: dict[str, str] = {}
        for choice, value in PROFILE.controls[name].values.items():
            if isinstance(value, str):
                held.setdefault(value, choice)
        if name != "playback" and not PROFILE.controls[name].momentary:
            yield from (f"{name}.{choice}" for choice in held.values())


def test_the_scan_sees_the_code() -> None:
    assert len(written()) > 25
    assert {
        "ask.range",
        "error.late",
        "read.unknown",
        "unavailable.equipment",
        "done.undo",
        "refused.unknown",
    } <= written()


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("key", sorted({*written(), *put_together()}))
def test_shared_text_is_there(key: str, lang: Lang) -> None:
    assert SKILLS.reply(lang, key)


@NAMED
def test_texts_of_a_skill_are_there(lang: Lang, skill: Skill) -> None:
    assert [key for key in of_skill(skill) if not SKILLS.reply(lang, key)] == []


@NAMED
def test_names_of_a_skill_are_there(lang: Lang, skill: Skill) -> None:
    assert [key for key in names_of(skill) if SKILLS.name(lang, key) == key and not _says_itself(key, lang)] == []


def _says_itself(key: str, lang: Lang) -> bool:
    """An English word can be its own name ("temperature", "fan")."""
    return lang == "en" and "_" not in key and "." not in key


@pytest.mark.parametrize("skill", SKILLS.skills.values(), ids=lambda skill: skill.manifest.name)
def test_both_languages_have_the_same_texts_and_names(skill: Skill) -> None:
    zh, en = skill.phrases["zh"], skill.phrases["en"]
    assert set(zh.controls) == set(en.controls) == set(skill.manifest.controls)
    assert set(zh.readings) == set(en.readings) == set(skill.manifest.readings)
    assert set(zh.intents) == set(en.intents) == set(skill.manifest.intents)


def test_shared_replies_are_the_same_in_both_languages() -> None:
    assert set(SKILLS.replies["zh"]) == set(SKILLS.replies["en"])


FIELDS = {"name", "zone", "value", "deed", "reached", "low", "high", "n", "operation"}
FIELDS |= {"distance", "lane", "delay", "weather", "wait", "limit"}  # of alerts
FIELDS |= {"section", "text"}  # of the manual


@pytest.mark.parametrize("lang", LANGS)
def test_shared_texts_use_only_fields_that_are_given(lang: Lang) -> None:
    for key, found in SKILLS.replies[lang].items():
        for text in [found] if isinstance(found, str) else found:
            assert {name for _, name, _, _ in Formatter().parse(text) if name is not None} <= FIELDS, key


def test_the_same_texts_use_the_same_fields() -> None:
    for key in SKILLS.replies["zh"]:
        used = [
            {name for _, name, _, _ in Formatter().parse(SKILLS.reply(lang, key)[0]) if name} - {"zone"}
            for lang in LANGS
        ]
        assert used[0] == used[1], key


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("control", sorted(PROFILE.controls))
def test_every_operation_of_a_control_can_be_told(control: str, lang: Lang) -> None:
    """As done, as already so, and as a deed, by its own text or by the shared one."""
    words = Wording(SKILLS, PROFILE, lang)
    fields = {"name": control, "zones": (), "value": 50}
    for operation in (*PROFILE.controls[control].values, "set", "up", "down", "choose", "undo"):
        for kind in ("done", "already"):
            own = [f"{control}.{operation}.{kind}", f"{kind}.{operation}", f"{kind}.set"]
            assert words.first(own, fields) not in own
        deed = [f"{control}.{operation}.deed", f"deed.{operation}", "deed.set"]
        assert words.first(deed, fields) not in deed
