"""The shipped network and the skills' sentences together."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import pytest

from cockpit.config import ROOT, Settings
from cockpit.errors import ModelError
from cockpit.nlu.joint import JointUnderstander, _once
from cockpit.nlu.templates import TemplateUnderstander
from cockpit.runtime.understanding import understanding
from cockpit.skillset import load_skills
from cockpit.types import LANGS, Act, Lang
from cockpit.yamlfile import read_yaml

MODEL = ROOT / "models" / "intent"
TALK = ("dialog", "answer")
ALLOWED_OF_1000 = 5
"""Speech that is no command must cause no action in at least 99.5 % of a thousand utterances."""


@cache
def understander() -> JointUnderstander:
    return JointUnderstander(load_skills(ROOT / "skills"), MODEL)


def acted(acts: tuple[Act, ...]) -> bool:
    return any(not act.doubtful and act.intent.partition(".")[0] not in TALK for act in acts)


@pytest.mark.parametrize(
    ("lang", "text", "intents"),
    [
        ("zh", "打开空调", ["ac.on"]),
        ("zh", "打开空调，温度二十二度，再把窗户关上", ["ac.on", "temperature.set", "window.close"]),
        ("en", "turn on the AC and close the windows", ["ac.on", "window.close"]),
        ("en", "set the temperature to twenty two and a half degrees", ["temperature.set"]),
    ],
)
def test_plain_sentences(lang: Lang, text: str, intents: list[str]) -> None:
    assert [act.intent for act in understander().understand(text, lang).acts] == intents


@pytest.mark.parametrize(
    ("lang", "heard", "mended", "intent"),
    [
        ("zh", "打开座以加热", "打开座椅加热", "seat_heating.on"),
        ("zh", "空调温度调到二时三读", "空调温度调到二十三度", "temperature.set"),
        ("en", "turned on they air conditioning", "turn on the air conditioning", "ac.on"),
    ],
)
def test_misheard_words_are_looked_at_again(lang: Lang, heard: str, mended: str, intent: str) -> None:
    found = understander().consider(heard, lang)
    assert found.mended == mended
    assert [act.intent for act in found.understanding.acts] == [intent]


def test_a_name_is_never_mended() -> None:
    (act,) = understander().understand("call anna kowalsky", "en").acts
    assert act.slots["contact"] == "anna kowalsky"


def test_speech_that_is_no_command_causes_no_action() -> None:
    false = [
        row["say"]
        for lang in LANGS
        for row in read_yaml(ROOT / "tests" / "data" / f"no_command.{lang}.yaml")
        if acted(understander().understand(row["say"], lang).acts)
    ]
    assert len(false) <= ALLOWED_OF_1000, false


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ([{"day": "fri"}, {}], [{"day": "fri"}]),
        ([{}, {"day": "fri"}], [{"day": "fri"}]),
        ([{"day": "fri"}, {"day": "fri"}], [{"day": "fri"}]),
        ([{"day": "fri"}, {"day": "sat"}], [{"day": "fri"}, {"day": "sat"}]),
        ([{}, {"day": "fri"}, {"day": "sat"}], [{"day": "fri"}, {"day": "sat"}]),
    ],
)
def test_what_is_said_twice_is_one_act_and_the_fuller_one(
    said: list[dict[str, str]], kept: list[dict[str, str]]
) -> None:
    assert [act.slots for act in _once([Act("calendar.list", slots, 1.0, "") for slots in said])] == kept


def test_different_acts_in_a_row_are_all_kept() -> None:
    acts = tuple(Act(intent, {}, 1.0, "") for intent in ("ac.on", "window.close", "ac.on"))
    assert _once(acts) == acts


@pytest.mark.parametrize("lang", LANGS)
def test_what_the_skills_say_word_for_word_is_kept(lang: Lang) -> None:
    """The table of what the templates must understand stays understood with the network in front of them."""
    rows = [row for row in read_yaml(Path(__file__).parent / f"phrases_{lang}.yaml") if row["acts"]]
    lost = [
        row["say"]
        for row in rows
        if [act.intent for act in understander().understand(row["say"], lang).acts] != [i for i, _ in row["acts"]]
    ]
    assert len(lost) <= 0.02 * len(rows), lost


def test_a_pending_question_is_answered() -> None:
    acts = understander().understand("二十二度", "zh", "value").acts
    assert [act.intent for act in acts] == ["answer.value"]
    assert acts[0].slots["value"] == 22


@pytest.mark.parametrize("name", ["Maya", "tom baker"])
def test_a_bare_name_answers_the_question_for_one(name: str) -> None:
    (act,) = understander().understand(name, "en", "contact").acts
    assert (act.intent, act.slots["contact"]) == ("answer.contact", name)


def test_talk_is_no_answer() -> None:
    assert understander().understand("are you hungry", "en", "contact").acts == ()


@pytest.mark.parametrize("text", ["", "   ", "。。。", "😀", "a" * 4000, "开" * 500])
def test_no_words_or_far_too_many_are_nothing(text: str) -> None:
    assert understander().understand(text, "zh").acts == ()


@pytest.mark.parametrize("file", ["intent.onnx", "tokenizer.json", "labels.json", "words.json.gz"])
def test_a_missing_or_damaged_file_is_told(file: str, tmp_path: Path) -> None:
    folder = tmp_path / "intent"
    shutil.copytree(MODEL, folder)
    (folder / file).write_bytes(b"damaged")
    with pytest.raises(ModelError) as damaged:
        JointUnderstander(load_skills(ROOT / "skills"), folder)
    assert damaged.value.code == "model-corrupt"
    (folder / file).unlink()
    with pytest.raises(ModelError) as missing:
        JointUnderstander(load_skills(ROOT / "skills"), folder)
    assert missing.value.code == "model-missing"


def test_without_a_network_the_sentences_are_left(tmp_path: Path) -> None:
    found = understanding(Settings(intent_dir=tmp_path, models_dir=tmp_path))
    assert isinstance(found.understander, TemplateUnderstander)
    assert found.problem is not None
    assert found.problem.code == "model-missing"
