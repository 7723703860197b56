"""The reference car's manual and the questions to it."""

import re

import pytest

from cockpit.config import ManualSettings
from cockpit.manual.sections import Section, read_sections
from cockpit.manual.speech import LONGEST_S, NAMING_S, seconds
from cockpit.manual.terms import folded
from cockpit.types import LANGS, Lang
from hil.routing.questions import questions

FILES = {"zh": ManualSettings().zh, "en": ManualSettings().en}


def sections(lang: Lang) -> list[Section]:
    return read_sections(FILES[lang])


def test_both_languages_have_the_same_sections() -> None:
    chinese, english = sections("zh"), sections("en")
    assert [one.id for one in chinese] == [one.id for one in english]
    assert len(chinese) >= 60


@pytest.mark.parametrize("lang", LANGS)
def test_a_section_is_short_and_each_sentence_can_be_said(lang: Lang) -> None:
    for section in sections(lang):
        assert 2 <= len(section.sentences) <= 6, section.id
        for sentence in section.sentences:
            said_s = NAMING_S + seconds(section.title, lang) + seconds(sentence, lang)
            assert said_s <= LONGEST_S, (section.id, sentence)


def test_figures_are_the_same_in_both_languages() -> None:
    def figures(section: Section) -> set[str]:
        text = " ".join(section.sentences).replace(",", "").replace("万", "0000")
        return {one.rstrip(".") for one in re.findall(r"\d{2,}[\d.]*", text)}

    unlike = [
        one.id for one, other in zip(sections("zh"), sections("en"), strict=True) if figures(one) ^ figures(other)
    ]
    assert unlike == ["fire"]  # whose number to call is a country's own


@pytest.mark.parametrize("lang", LANGS)
def test_no_reported_question_was_tuned_on(lang: Lang) -> None:
    def plain(text: str) -> str:
        return re.sub(r"[\W_]", "", folded(text))

    reported = {plain(one.text) for one in questions(lang, "report")}
    known = {plain(one.text) for one in questions(lang, "dev")}
    known |= {plain(text) for section in sections(lang) for text in section.asked}
    assert not reported & known


@pytest.mark.parametrize("lang", LANGS)
def test_the_report_holds_120_answerable_and_40_unanswerable_questions(lang: Lang) -> None:
    ids = {section.id for section in sections(lang)}
    asked = questions(lang, "report")
    assert {one.section for one in asked if one.section} <= ids
    assert {one.section for one in questions(lang, "dev") if one.section} <= ids
    assert [sum(one.section is not None for one in asked), sum(one.section is None for one in asked)] == [120, 40]
