"""The manual asked, by words alone and with vectors; its index kept; what can be said."""

from pathlib import Path

import numpy as np
import pytest

from cockpit.config import ManualSettings, Settings
from cockpit.errors import ConfigError
from cockpit.manual.index import SECTIONS, build, load, open_index, save
from cockpit.manual.manual import Manual, open_manuals
from cockpit.manual.speech import LONGEST_S, NAMING_S, fitting, seconds
from cockpit.manual.terms import Terms, stem
from cockpit.skillset import load_skills
from cockpit.types import LANGS, Lang

FILES = {"zh": ManualSettings().zh, "en": ManualSettings().en}


@pytest.fixture(scope="module")
def by_words() -> dict[Lang, Manual]:
    return {lang: Manual(build(FILES[lang], lang, None)) for lang in LANGS}


@pytest.mark.parametrize(
    ("lang", "question", "section", "said"),
    [
        ("zh", "胎压打到多少合适", "tyre-pressure", "240千帕"),
        ("zh", "补胎液在什么地方", "puncture-kit", "后备箱地板下面"),
        ("en", "where is the tow eye kept", "towing", "tool box"),
        ("en", "which octane petrol do I fill up with", "refuelling", "92 octane"),
    ],
)
def test_an_answer_names_its_section(by_words, lang: Lang, question: str, section: str, said: str) -> None:
    found = by_words[lang].ask(question)
    assert found.section is not None
    assert found.section.id == section
    assert said in found.fields(lang)["text"]
    assert found.margin >= 0


@pytest.mark.parametrize(
    ("lang", "question"), [("zh", "车上有没有抬头显示"), ("en", "does it have night vision"), ("en", "")]
)
def test_what_the_manual_does_not_say_is_declined(by_words, lang: Lang, question: str) -> None:
    found = by_words[lang].ask(question)
    assert found.section is None
    assert found.sentences == ()
    assert found.reply == "answer.manual_silent"


@pytest.mark.parametrize("lang", LANGS)
def test_the_replies_are_in_the_language_files(by_words, lang: Lang) -> None:
    skills = load_skills(Settings().skills_dir)
    asked = by_words[lang].ask("轮胎花纹多深要换" if lang == "zh" else "how deep must the tread be")
    assert asked.section is not None
    assert asked.section.title in skills.reply(lang, asked.reply)[0].format_map(asked.fields(lang))
    assert skills.reply(lang, "answer.manual_silent")


def test_a_section_left_out_is_not_chosen(by_words) -> None:
    manual = by_words["en"]
    assert manual.ask("where is the tow eye kept", but=frozenset({"towing"})).section is None


def test_a_question_is_more_relevant_than_a_command_or_chat(by_words) -> None:
    manual = by_words["zh"]
    assert manual.ask("天窗为什么打不开").relevance > manual.ask("打开天窗").relevance
    assert manual.ask("给我讲个笑话").relevance < 0.1


def test_an_index_is_kept_until_the_manual_changes(tmp_path: Path) -> None:
    file, folder = tmp_path / "m.md", tmp_path / "index"
    file.write_text("# Horn\nPress the wheel. It is loud.\n", "utf-8")
    made = open_index([file], "en", None, folder)
    assert load(folder) == made
    stamp = (folder / SECTIONS).stat().st_mtime_ns
    assert open_index([file], "en", None, folder) == made
    assert (folder / SECTIONS).stat().st_mtime_ns == stamp
    file.write_text("# Horn\nPress the stalk.\n", "utf-8")
    assert open_index([file], "en", None, folder).sections[0].sentences == ("Press the stalk.",)


def test_what_is_no_index_is_told(tmp_path: Path) -> None:
    (tmp_path / SECTIONS).write_text("{}", "utf-8")
    with pytest.raises(ConfigError) as caught:
        load(tmp_path)
    assert caught.value.code == "config-manual-index"


def test_without_the_model_the_manual_is_searched_by_words(tmp_path: Path) -> None:
    manuals = open_manuals(Settings(models_dir=tmp_path))
    assert manuals["zh"].index.dense is None
    assert manuals["zh"].ask("防滑链装哪个轮子").section is not None


def test_what_is_said_fits_into_the_time() -> None:
    long = "前半句很长很长很长很长很长很长很长很长很长很长，" + "后半句也很长" * 10 + "。"
    said = fitting("标题", ["短句。", long], np.array([0.0, 1.0], np.float32), "zh")
    assert said == ("前半句很长很长很长很长很长很长很长很长很长很长。",)
    both = fitting("Title", ["One two.", "Three four."], np.array([0.9, 1.0], np.float32), "en")
    assert both == ("One two.", "Three four.")
    assert NAMING_S + seconds("Title", "en") + seconds(" ".join(both), "en") < LONGEST_S


def test_terms_are_what_two_texts_can_share() -> None:
    english, chinese = Terms("en"), Terms("zh")
    assert english.of("How do I open the hood?") == english.of("opening bonnets")
    assert chinese.of("引擎盖怎么打开") == chinese.of("前舱盖如何打开")
    assert stem("batteries") == stem("battery")
    assert chinese.concepts("车上有抬头显示吗") == {"抬头显示"}


@pytest.mark.models
@pytest.mark.parametrize("lang", LANGS)
def test_meaning_finds_what_words_do_not(lang: Lang, tmp_path: Path) -> None:
    manual = open_manuals(Settings())[lang]
    assert manual.index.dense is not None
    save(manual.index, tmp_path)
    kept = load(tmp_path).dense
    assert kept is not None
    assert np.array_equal(kept.pieces.vectors, manual.index.dense.pieces.vectors)
    assert np.array_equal(kept.pieces.starts, manual.index.dense.pieces.starts)
    found = manual.ask("手机放在充电板上烫手" if lang == "zh" else "my phone gets really hot on the pad")
    assert found.section is not None
    assert found.section.id == "wireless-charging"
    assert manual.ask("红烧肉怎么做" if lang == "zh" else "how do I bake a cake").section is None
