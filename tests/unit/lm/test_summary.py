from __future__ import annotations

import re

import pytest

from cockpit.lm.guard import limit, spoken_length
from cockpit.lm.summary import extract, faithful, summarise
from cockpit.types import LANGS, Lang

NOTICE_ZH = (
    "各位业主请注意：因供水管道检修，本小区将于十二月三日上午九点到下午四点停水。"
    "检修期间请提前储备生活用水，并关好家中水龙头。"
    "物业会在每栋楼下安排送水车，老人和行动不便的住户可以拨打物业电话，由工作人员送水上门。"
    "最近天气转凉，也请大家注意保暖，出行注意安全。"
    "停水给您带来不便，敬请谅解。恢复供水后，水质可能短时间发黄，放一会儿就会正常。"
)
NOTICE_EN = (
    "Dear residents, the water will be off on 3 December from 9 am to 4 pm while the main pipe is repaired. "
    "Please keep enough water at home before then and close your taps. "
    "The management will park a water truck in front of every house, and neighbours who cannot carry water may call "
    "the office to have it brought upstairs. "
    "The weather is getting colder these days, so please dress warmly and take care on the roads. "
    "When the water is back it may look yellow for a short while. We are sorry for the trouble."
)
NOTICES: dict[Lang, str] = {"zh": NOTICE_ZH, "en": NOTICE_EN}
LISTS: dict[Lang, str] = {
    "zh": "\n".join(f"{n}. 第{n}件要买的东西是新鲜水果" for n in range(1, 13)),
    "en": "\n".join(f"- item number {n} of the shopping" for n in range(1, 13)),
}


@pytest.mark.parametrize("lang", LANGS)
def test_a_long_text_is_shortened_to_its_own_sentences_in_their_order(lang: Lang) -> None:
    text = NOTICES[lang]
    said = extract(text, lang)
    assert 0 < spoken_length(said, lang) <= limit(lang) < spoken_length(text, lang)
    sentences = [one.strip() for one in re.findall(r"[^。！？.!?]+[。！？.!?]", said)]
    places = [text.index(sentence) for sentence in sentences]
    assert places == sorted(places)
    assert "停水" in said or "water" in said


@pytest.mark.parametrize("lang", LANGS)
def test_more_time_says_more(lang: Lang) -> None:
    lengths = [spoken_length(extract(NOTICES[lang], lang, seconds), lang) for seconds in (8, 16, 24)]
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[-1]


@pytest.mark.parametrize(
    ("lang", "text"), [("zh", "今晚七点老地方见，别迟到。"), ("en", "See you at 7.30 at the usual place.")]
)
def test_a_short_text_is_said_whole(lang: Lang, text: str) -> None:
    assert extract(text, lang) == text


@pytest.mark.parametrize("lang", LANGS)
def test_of_a_list_the_first_are_said_and_the_rest_counted(lang: Lang) -> None:
    said = extract(LISTS[lang], lang)
    assert spoken_length(said, lang) <= limit(lang)
    told = said.count("新鲜水果" if lang == "zh" else "shopping")
    assert 0 < told < 12
    assert str(12 - told) in said.rsplit("。" if lang == "zh" else "shopping", 2)[-2 if lang == "zh" else -1]
    assert "1. " not in said


def test_a_short_list_is_said_whole() -> None:
    assert extract("牛奶\n鸡蛋\n面包\n咖啡", "zh") == "牛奶，鸡蛋，面包，咖啡。"
    assert extract("* milk\n* eggs\n* bread\n* coffee", "en") == "milk, eggs, bread, coffee."


@pytest.mark.parametrize("lang", LANGS)
def test_one_endless_sentence_is_cut_at_a_clause(lang: Lang) -> None:
    clause = "然后我们又走了一段路，" if lang == "zh" else "and then we went on for a while, "
    said = extract(clause * 30, lang)
    assert 0 < spoken_length(said, lang) <= limit(lang)
    assert said[-1] in "。."


def test_nothing_is_nothing() -> None:
    assert extract("", "zh") == ""
    assert extract("\n \n", "en") == ""


TRUE: list[tuple[Lang, str, str]] = [
    ("zh", "十二月三日上午九点到下午四点停水，请提前储备生活用水，不便请谅解。", NOTICE_ZH),
    ("en", "The water will be off on 3 December from 9 am to 4 pm. You cannot use the taps.", NOTICE_EN),
    ("en", "They moved the dinner to Friday.", "Anna and Ben moved the dinner to Friday."),
]
UNTRUE: list[tuple[Lang, str, str]] = [
    ("zh", "十二月五日停水，不便请谅解。", NOTICE_ZH),
    ("zh", "王强说十二月三日停水，不便请谅解。", NOTICE_ZH),
    ("zh", "会议照常。", "会议不照常举行，改到下周。"),
    ("en", "The water will not be off before 5 pm.", NOTICE_EN),
    ("en", "Peter will not have water.", NOTICE_EN),
    ("en", "The dinner is on Friday.", "The dinner is not on Friday."),
    ("en", "The dinner is in Paris.", "The dinner is somewhere else on Friday."),
]


@pytest.mark.parametrize(("lang", "summary", "source"), TRUE)
def test_what_the_text_says_is_faithful(lang: Lang, summary: str, source: str) -> None:
    assert faithful(summary, source, lang)


@pytest.mark.parametrize(("lang", "summary", "source"), UNTRUE)
def test_a_number_a_name_or_a_negation_of_ones_own_is_not(lang: Lang, summary: str, source: str) -> None:
    assert not faithful(summary, source, lang)


@pytest.mark.parametrize("lang", LANGS)
async def test_without_a_model_the_texts_own_sentences_are_said(lang: Lang) -> None:
    assert await summarise(NOTICES[lang], lang, None, deadline_s=1.0) == extract(NOTICES[lang], lang)


def test_a_heading_before_one_endless_sentence_is_not_all_that_is_left() -> None:
    endless = "Your messages: Anna: " + " ".join(f"word{n}" for n in range(200))
    said = extract(endless, "en", 6.0)
    assert said.startswith("Your messages: Anna: word0 word1")
    assert spoken_length(said, "en") <= limit("en", 6.0)
