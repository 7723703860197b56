"""`cockpit skills`: a good skill passes, and each kind of mistake is told with its file and line."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from cockpit.cli.main import main
from cockpit.config import ROOT

FILES = {
    "skill.yaml": """\
name: mug
risk: comfort
intents:
  mug.warm: {app: mug, action: warm, fixed: {on: true}}
  mug.drink:
    app: mug
    action: drink
    args: {drink: drink}
    requires: [drink]
  mug.level: {app: mug, action: level, answers: true}
""",
    "zh.yaml": """\
intents:
  mug.warm: ["<mug_it>加热[一下]", "给<mug_it>保温"]
  mug.drink: ["<mug_it>里是{mug_drink:drink}", "<mug_it>装了[什么]饮品"]
  mug.level: ["<mug_it>还剩多少水"]
lists:
  mug_drink: {tea: "(绿茶|红茶)", milk: 牛奶}
rules:
  mug_it: "(智能|保温)马克杯"
replies:
  app.mug: 马克杯
  drink.tea: 茶
  drink.milk: 牛奶
  ask.drink: 杯子里是什么？
  mug.warm.done: 马克杯在加热
  mug.drink.done: "知道了，是{drink}"
  mug.level.answer: ["还剩{percent}%", 马克杯没有回答]
""",
    "en.yaml": """\
intents:
  mug.warm: ["warm <mug_it>", "<mug_it> warmer"]
  mug.drink: ["<mug_it> has {mug_drink:drink} [in it]", "something is in <mug_it>"]
  mug.level: ["how full is <mug_it>"]
lists:
  mug_drink: {tea: "[green] tea", milk: milk}
rules:
  mug_it: "[clever|magic] mug"
replies:
  app.mug: The mug
  ask.drink: "What is in the mug?"
  mug.warm.done: The mug warms up
  mug.drink.done: "I see, {drink}"
  mug.level.answer: ["{percent}% are left", The mug did not say]
""",
}


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The other skills: one is enough, and quickly compiled."""
    folder = tmp_path_factory.mktemp("others")
    shutil.copytree(ROOT / "skills" / "phone", folder / "phone")
    return folder


@pytest.fixture
def mug(tmp_path: Path) -> Path:
    folder = tmp_path / "mug"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_good_skill_is_shown_with_its_sentences(mug: Path, others: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["skills", "check", str(mug), "--with", str(others)]) == 0
    said = capsys.readouterr().out
    assert "error" not in said
    assert "mug.drink(drink)" in said
    assert "马克杯还剩多少水" in said
    assert "mug is fine, with 1 warning" in said


def test_app_that_the_car_does_not_have_is_a_warning(
    mug: Path, others: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["skills", "check", str(mug), "--with", str(others)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith(f"warning  {mug / 'skill.yaml'}:4: intents › mug.warm › app: ")
    assert "no app mug" in said[0]


MISTAKES = [
    ("skill.yaml", "risk: comfort", "risk: [comfort", "skill.yaml: not valid YAML", "line"),
    ("skill.yaml", "risk: comfort", "risk: cosy", "skill.yaml:2: risk", "'comfort'"),
    ("skill.yaml", "risk: comfort", "risk: comfort\ncolour: red", "skill.yaml:3: colour", "there is no key 'colour'"),
    ("skill.yaml", "requires: [drink]", "require: [drink]", "skill.yaml:9: intents › mug.drink › require", "requires"),
    ("skill.yaml", "risk: comfort\n", "", "skill.yaml: risk", "missing"),
    ("skill.yaml", "name: mug", "name: cup", "skill.yaml:1: name", "must be the folder's"),
    ("skill.yaml", "mug.warm:", "cup.warm:", "skill.yaml:4: intents › cup.warm", "must begin with 'mug.'"),
    ("skill.yaml", "{drink: drink}", "{drink: dring}", "skill.yaml:8: intents › mug.drink › args › drink", "dring"),
    ("skill.yaml", "[drink]", "[drink, size]", "skill.yaml:9: intents › mug.drink › requires", "size is required"),
    ("skill.yaml", ", action: warm", "", "skill.yaml:4: intents › mug.warm", "an app wants an action"),
    ("skill.yaml", "app: mug, action: warm, fixed: {on: true}", "handler: warm", "skill.yaml:4", "handler.py"),
    ("zh.yaml", "<mug_it>加热", "<mug>加热", "zh.yaml:2: intents › mug.warm › no. 1", "<mug>, which is not there"),
    ("zh.yaml", "{mug_drink:drink}", "{mug:drink}", "zh.yaml:3: intents › mug.drink › no. 1", "{mug}"),
    ("zh.yaml", "给<mug_it>保温", "给(<mug_it>保温", "zh.yaml:2: intents › mug.warm › no. 2", "cannot read"),
    ("zh.yaml", "(智能|保温)马克杯", "<mug_it>杯", "zh.yaml:8: rules › mug_it", "leads back to itself"),
    ("zh.yaml", '  mug.level: ["<mug_it>还剩多少水"]\n', "", "zh.yaml:1: intents", "no sentence for mug.level"),
    ("zh.yaml", "mug.level: [", "mug.leval: [", "zh.yaml:4: intents › mug.leval", "did you mean 'mug.level'?"),
    ("zh.yaml", "mug_it: ", "zones: 车\n  mug_it: ", "zh.yaml:8: rules › zones", "try 'mug_zones'"),
    ("zh.yaml", "milk: 牛奶}", "milk: 3}", "zh.yaml:6: lists › mug_drink › milk", "quotes"),
    ("en.yaml", '  ask.drink: "What is in the mug?"\n', "", "en.yaml:9: replies", "ask.drink is missing"),
    ("en.yaml", "  app.mug: The mug\n", "", "en.yaml:9: replies", "app.mug is missing"),
    ("en.yaml", "mug.level.answer:", "mug.level.answers:", "en.yaml:9: replies", "mug.level.answer is missing"),
    ("en.yaml", "see, {drink}", "see, {drink", "en.yaml:13: replies › mug.drink.done", "cannot be filled"),
    ("en.yaml", ", The mug did not say]", "]", "en.yaml:14: replies › mug.level.answer", "may be unknown"),
]


@pytest.mark.parametrize(("file", "old", "new", "where", "what"), MISTAKES, ids=[f"{m[0]} {m[4]}" for m in MISTAKES])
def test_mistake_is_told_with_its_place(
    mug: Path,
    others: Path,
    capsys: pytest.CaptureFixture[str],
    file: str,
    old: str,
    new: str,
    where: str,
    what: str,
) -> None:
    change(mug / file, old, new)
    assert main(["skills", "check", str(mug), "--with", str(others)]) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("error")]
    assert [line for line in lines if where in line and what in line], lines


def test_missing_file_is_a_mistake(mug: Path, others: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (mug / "en.yaml").unlink()
    assert main(["skills", "check", str(mug), "--with", str(others)]) == 1
    assert f"{mug / 'en.yaml'}: this file is missing" in capsys.readouterr().out


def test_value_that_nobody_says_wants_a_name(mug: Path, others: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(mug / "zh.yaml", "  drink.tea: 茶\n", "")
    assert main(["skills", "check", str(mug), "--with", str(others)]) == 0
    assert "drink.tea is missing: how is 'tea' called" in capsys.readouterr().out


def test_slot_that_goes_nowhere_is_a_warning(mug: Path, others: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(mug / "en.yaml", '"warm <mug_it>"', '"warm <mug_it> [to {value:heat}]"')
    assert main(["skills", "check", str(mug), "--with", str(others)]) == 0
    assert "heat is heard in en and given to nobody" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "rival"),
    [
        ('"给<mug_it>保温"', '"挂断电话"', "phone.hang_up of the skill phone"),
        ('"给<mug_it>保温"', '"重拨"', "phone.redial of the skill phone"),
    ],
)
def test_sentence_of_another_skill_is_a_mistake(
    mug: Path, others: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, rival: str
) -> None:
    change(mug / "zh.yaml", old, new)
    assert main(["skills", "check", str(mug), "--with", str(others)]) == 1
    said = capsys.readouterr().out
    assert f"{mug / 'zh.yaml'}:2: intents › mug.warm › no. 2: {new.replace(chr(34), chr(39))} (mug.warm)" in said
    assert rival in said


def test_word_from_another_skills_list_is_named(
    mug: Path, others: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    beside = tmp_path / "beside"
    shutil.copytree(others, beside)
    shutil.copytree(mug, beside / "cup")
    for file in (beside / "cup").iterdir():
        text = file.read_text("utf-8").replace("mug_drink", "cup_drink").replace("mug_it", "cup_it")
        file.write_text(text.replace("mug.", "cup.").replace("name: mug", "name: cup"), "utf-8")
    assert main(["skills", "check", str(mug), "--with", str(beside)]) == 1
    said = capsys.readouterr().out
    assert "can be cup.warm of the skill cup as well; word one of them differently" in said
    assert "by 'tea' in the list 'cup_drink' of cup/zh.yaml" in said or "by 'milk'" in said


def test_follow_up_that_a_skill_takes_over_is_a_warning(
    mug: Path, others: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(mug / "en.yaml", '"<mug_it> warmer"', '"keep going"')
    assert main(["skills", "check", str(mug), "--with", str(others)]) == 0
    assert "can be dialog.more as well" in capsys.readouterr().out


def test_skill_among_the_others_is_not_compared_with_itself(
    mug: Path, others: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    beside = tmp_path / "beside"
    shutil.copytree(others, beside)
    shutil.copytree(mug, beside / "mug")
    assert main(["skills", "check", str(beside / "mug"), "--with", str(beside)]) == 0
    assert main(["skills", "check", str(mug), "--with", str(beside)]) == 1
    assert "there is a skill mug already" in capsys.readouterr().out


def test_list_counts_what_skills_hear(others: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["skills", "list", "--with", str(others)]) == 0
    header, phone = capsys.readouterr().out.splitlines()
    assert header.split()[:2] == ["skill", "risk"]
    assert phone.split()[:5] == ["phone", "privacy", "0", "0", "8"]


def test_training_without_torch_says_how_to_get_it(
    mug: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert main(["skills", "train", str(mug), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "pip install -e '.[train]'" in said
    assert "config-no-torch" in said


def test_tutorial_skill_is_fine_where_the_car_has_what_it_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    skills, car = tmp_path / "skills", tmp_path / "car.yaml"
    shutil.copytree(ROOT / "skills", skills)
    for lang in ("zh", "en"):
        file = skills / "drive" / f"{lang}.yaml"
        lines = [line for line in file.read_text("utf-8").splitlines() if not line.startswith("    fragrance: ")]
        file.write_text("\n".join(lines), "utf-8")
    profile = (ROOT / "cockpit" / "profiles" / "reference.yaml").read_text("utf-8")
    apps = "apps:\n  fragrance: [switch, scent, strength, adjust, status]"
    car.write_text(profile.replace("apps:", apps, 1), "utf-8")
    monkeypatch.setenv("COCKPIT_PROFILE", str(car))
    folder = ROOT / "docs" / "tutorial" / "fragrance"
    assert main(["skills", "check", str(folder), "--with", str(skills)]) == 0
    said = capsys.readouterr().out
    assert "fragrance is fine\n" in said
