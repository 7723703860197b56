"""Days and times of day as they are said, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.nlu.calendar import read_day, read_time
from cockpit.nlu.tokens import clean, tokenise
from cockpit.types import LANGS, Lang
from tests.unit.nlu.spoken_numbers import MONTHS, amid, around, clock_times, dates, en, quick, spelled, zh


def day(text: str, lang: Lang) -> str | None:
    """The day that takes up all of `text`."""
    tokens = tokenise(clean(text))
    return next((found for end, found in read_day(tokens, 0, lang) if end == len(tokens)), None)


def times(text: str, lang: Lang) -> set[str]:
    """Every time of day that takes up all of `text`."""
    tokens = tokenise(clean(text))
    return {found for end, found in read_time(tokens, 0, lang) if end == len(tokens)}


ZH_DAYS = {
    "今天": "today", "今日": "today", "今儿": "today", "今晚": "today", "明天": "tomorrow", "明日": "tomorrow",
    "明早": "tomorrow", "明晚": "tomorrow", "后天": "+2", "大后天": "+3", "周一": "mon", "周二": "tue", "周三": "wed",
    "周四": "thu", "周五": "fri", "周六": "sat", "周日": "sun", "周天": "sun", "星期一": "mon", "星期二": "tue",
    "星期三": "wed", "星期四": "thu", "星期五": "fri", "星期六": "sat", "星期日": "sun", "星期天": "sun",
    "礼拜一": "mon",
    "礼拜五": "fri", "礼拜天": "sun", "这周五": "fri", "本周六": "sat", "这个星期": None, "十一月二十四号": "11-24",
    "十一月二十四日": "11-24", "11月24日": "11-24", "11月24号": "11-24", "一月一号": "01-01", "二月二十九号": "02-29",
    "十二月三十一日": "12-31", "八月八号": "08-08", "十三月一号": None, "五月三十二号": None, "零月一号": None,
    "前天": None, "今早": "today", "二十四号": "24", "3号": "03", "三十二号": None, "三点五月一号": None, "三日": None,
}  # fmt: skip
EN_DAYS = {
    "today": "today", "tonight": "today", "this evening": "today", "this morning": "today", "this afternoon": "today",
    "right now": "today", "tomorrow": "tomorrow", "the day after tomorrow": "+2", "day after tomorrow": "+2",
    "monday": "mon", "tuesday": "tue", "wednesday": "wed", "thursday": "thu", "friday": "fri", "saturday": "sat",
    "sunday": "sun", "on monday": "mon", "on sunday": "sun", "this friday": "fri", "next friday": "fri",
    "november twenty four": "11-24", "november 24": "11-24", "january one": "01-01", "may 5": "05-05",
    "june 30": "06-30",
    "december 31": "12-31", "february 29": "02-29", "july 0": None, "may 32": None, "mon": None, "yesterday": None,
    "someday": None, "march": None, "the third of march": "03-03", "third of march": "03-03", "march 3rd": "03-03",
    "march third": "03-03", "march the third": "03-03", "3rd march": "03-03", "3 march": "03-03",
    "on march 3rd": "03-03", "on the third of march": "03-03", "may the fourth": "05-04", "dec 31st": "12-31",
    "sept 1": "09-01", "november 24th": "11-24", "november twenty fourth": "11-24", "the 24th of november": "11-24",
    "on the 24th": "24", "the 24th": "24", "on the twenty fourth": "24", "the first": "01", "24th": None,
    "first": None, "the 32nd": None, "march 32nd": None, "the thirty second": None, "the 24": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), ZH_DAYS.items())
def test_chinese_day(text: str, wanted: str | None) -> None:
    assert day(text, "zh") == wanted


@pytest.mark.parametrize(("text", "wanted"), EN_DAYS.items())
def test_english_day(text: str, wanted: str | None) -> None:
    assert day(text, "en") == wanted


@given(st.sampled_from(LANGS), st.integers(1, 12), st.integers(1, 31), st.booleans())
def test_every_date(lang: Lang, month: int, number: int, written: bool) -> None:
    if lang == "zh":
        said = f"{month}月{number}日" if written else f"{zh(month)}月{zh(number)}号"
    else:
        said = f"{MONTHS[month - 1]} {number if written else en(number)}"
    assert day(said, lang) == f"{month:02}-{number:02}"


@given(st.sampled_from(LANGS), st.integers(0, 23), st.integers(0, 59))
def test_written_clock(lang: Lang, hour: int, minute: int) -> None:
    assert times(f"{hour}:{minute:02}", lang) == {f"{hour:02}:{minute:02}"}


@given(st.integers(0, 23), st.integers(1, 59))
def test_chinese_hour_and_minute(hour: int, minute: int) -> None:
    wanted = {f"{hour:02}:{minute:02}"}
    spoken = f"{zh(hour)}点{'零' if minute < 10 else ''}{zh(minute)}分"
    assert times(spoken, "zh") == times(f"{hour}点{minute}分", "zh") == wanted
    assert times(f"{zh(hour)}点钟", "zh") == times(f"{zh(hour)}点整", "zh") == {f"{hour:02}:00"}
    assert times(f"{zh(hour)}点半", "zh") == {f"{hour:02}:30"}


@given(st.integers(0, 23), st.integers(10, 59))
def test_english_hour_and_minute(hour: int, minute: int) -> None:
    assert f"{hour:02}:{minute:02}" in times(f"{en(hour)} {en(minute)}", "en") | times(f"{hour} {minute}", "en")


@pytest.mark.parametrize("part", ["下午", "傍晚", "晚上"])
@pytest.mark.parametrize("hour", range(5, 12))
def test_chinese_afternoon(part: str, hour: int) -> None:
    assert times(f"{part}{zh(hour)}点", "zh") == {f"{hour + 12}:00"}


@pytest.mark.parametrize("part", ["凌晨", "早上", "早晨", "上午"])
@pytest.mark.parametrize("hour", range(1, 12))
def test_chinese_morning(part: str, hour: int) -> None:
    assert times(f"{part}{zh(hour)}点半", "zh") == {f"{hour:02}:30"}


@pytest.mark.parametrize("part", ["pm", "p.m.", "in the afternoon", "in the evening", "at night"])
@pytest.mark.parametrize("hour", range(5, 12))
def test_english_afternoon(part: str, hour: int) -> None:
    assert times(f"{en(hour)} thirty {part}", "en") == {f"{hour + 12}:30"}
    assert times(f"{hour}:30 {part}", "en") == {f"{hour + 12}:30"}


@pytest.mark.parametrize("part", ["am", "a.m.", "in the morning", "o'clock"])
@pytest.mark.parametrize("hour", range(1, 12))
def test_english_morning(part: str, hour: int) -> None:
    assert times(f"{en(hour)} {part}", "en") == {f"{hour:02}:00"}


@pytest.mark.parametrize(
    ("text", "lang", "wanted"),
    [
        ("中午十二点", "zh", "12:00"),
        ("中午一点", "zh", "13:00"),
        ("中午十一点半", "zh", "11:30"),
        ("下午十二点半", "zh", "12:30"),
        ("凌晨十二点", "zh", "00:00"),
        ("晚上八点一刻", "zh", "20:15"),
        ("晚上十二点", "zh", "00:00"),
        ("晚上一点", "zh", "01:00"),
        ("下午一点", "zh", "13:00"),
        ("下午十五点", "zh", "15:00"),
        ("上午十二点", "zh", "12:00"),
        ("one pm", "en", "13:00"),
        ("one at night", "en", "01:00"),
        ("八点三刻", "zh", "08:45"),
        ("八点零五", "zh", "08:05"),
        ("二十二时", "zh", "22:00"),
        ("十点五十", "zh", "10:50"),
        ("下午3:30", "zh", "15:30"),
        ("下午3点30分", "zh", "15:30"),
        ("half past seven", "en", "07:30"),
        ("half past seven pm", "en", "19:30"),
        ("seven", "en", "07:00"),
        ("12 pm", "en", "12:00"),
        ("12 am", "en", "00:00"),
        ("twelve thirty am", "en", "00:30"),
        ("eighteen thirty", "en", "18:30"),
        ("eight in the morning", "en", "08:00"),
    ],
)
def test_time_of_day(text: str, lang: Lang, wanted: str) -> None:
    assert times(text, lang) == {wanted}


@pytest.mark.parametrize(
    ("text", "lang", "wanted"),
    [
        ("quarter past seven", "en", "07:15"), ("a quarter past seven", "en", "07:15"),
        ("quarter after seven pm", "en", "19:15"), ("quarter to eight", "en", "07:45"),
        ("a quarter to eight in the evening", "en", "19:45"), ("ten to eight", "en", "07:50"),
        ("ten past eight", "en", "08:10"), ("twenty five to nine", "en", "08:35"), ("ten to one pm", "en", "12:50"),
        ("twelve minutes past six", "en", "06:12"), ("three minutes to six", "en", "05:57"),
        ("quarter of eight", "en", "07:45"), ("five till noon", "en", "11:55"), ("ten past midnight", "en", "00:10"),
        ("ten to midnight", "en", "23:50"), ("six oh five", "en", "06:05"), ("six oh five pm", "en", "18:05"),
        ("noon", "en", "12:00"), ("midday", "en", "12:00"), ("midnight", "en", "00:00"), ("twelve noon", "en", "12:00"),
        ("twelve midnight", "en", "00:00"), ("8 o'clock at night", "en", "20:00"), ("7.30 pm", "en", "19:30"),
        ("差五分八点", "zh", "07:55"), ("差5分8点", "zh", "07:55"), ("差一刻八点", "zh", "07:45"),
        ("差五分钟八点", "zh", "07:55"), ("八点差五分", "zh", "07:55"), ("八点差一刻", "zh", "07:45"),
        ("晚上差五分八点", "zh", "19:55"), ("下午差十分一点", "zh", "12:50"), ("八点过五分", "zh", "08:05"),
        ("八点一刻", "zh", "08:15"), ("正午", "zh", "12:00"), ("午夜", "zh", "00:00"), ("零点", "zh", "00:00"),
        ("二十四点", "zh", "00:00"), ("半夜十二点", "zh", "00:00"), ("半夜三点", "zh", "03:00"),
        ("夜里十一点半", "zh", "23:30"), ("清晨六点", "zh", "06:00"), ("差五分零点", "zh", "23:55"),
    ],
)  # fmt: skip
def test_other_ways_to_tell_the_time(text: str, lang: Lang, wanted: str) -> None:
    assert times(text, lang) == {wanted}


@pytest.mark.parametrize(("text", "said"), [("from ten to eleven", "ten"), ("between five to eight", "five")])
def test_from_one_hour_to_another(text: str, said: str) -> None:
    assert [end for end, _ in read_time(tokenise(clean(text)), 1, "en")] == [2]


@pytest.mark.parametrize(
    ("text", "lang", "at", "wanted"),
    [
        ("今晚八点", "zh", 2, "20:00"),
        ("明天晚上八点半", "zh", 4, "20:30"),
        ("明天八点", "zh", 2, "08:00"),
        ("tonight at eight", "en", 2, "20:00"),
        ("tomorrow afternoon at three", "en", 3, "15:00"),
        ("this evening seven thirty", "en", 2, "19:30"),
        ("tomorrow at eight", "en", 2, "08:00"),
    ],
)
def test_a_part_of_the_day_before_the_time_counts(text: str, lang: Lang, at: int, wanted: str) -> None:
    tokens = tokenise(clean(text))
    assert wanted in {found for end, found in read_time(tokens, at, lang) if end == len(tokens)}


@given(st.sampled_from(LANGS), st.integers(0, 23), st.integers(0, 59), st.data())
@quick
def test_every_time_in_every_way(lang: Lang, hour: int, minute: int, data: st.DataObject) -> None:
    said = data.draw(st.sampled_from(clock_times(hour, minute, lang)))
    alone = list(read_time(tokenise(clean(said)), 0, lang))
    tokens, begin, end = amid(said, data.draw(around(lang)))
    found = list(read_time(tokens, begin, lang))
    assert (end, f"{hour:02}:{minute:02}") in found
    assert found == [(last + begin, clock) for last, clock in alone]


@given(st.sampled_from(LANGS), st.integers(1, 12), st.integers(1, 31), st.data())
@quick
def test_every_date_in_every_way(lang: Lang, month: int, number: int, data: st.DataObject) -> None:
    said = data.draw(st.sampled_from(dates(month, number, lang)))
    tokens, begin, end = amid(said, data.draw(around(lang)))
    assert {found for last, found in read_day(tokens, begin, lang) if last == end} == {f"{month:02}-{number:02}"}


@given(st.sampled_from([(lang, text) for lang in LANGS for text in (ZH_DAYS if lang == "zh" else EN_DAYS)]), st.data())
@quick
def test_words_around_a_day_change_nothing(case: tuple[Lang, str], data: st.DataObject) -> None:
    lang, text = case
    tokens, begin, _ = amid(text, data.draw(around(lang)))
    alone = list(read_day(tokenise(clean(text)), 0, lang))
    assert list(read_day(tokens, begin, lang)) == [(end + begin, found) for end, found in alone]


@pytest.mark.parametrize(
    ("text", "lang"),
    [("二十五点", "zh"), ("三度", "zh"), ("点半", "zh"), ("十点负五", "zh"), ("十点七十", "zh"), ("25:00", "en"),
    ("12:60", "zh"), ("twenty five", "en"), ("half past", "en"), ("half past thirty", "en"), ("soon", "en")],
)  # fmt: skip
def test_no_time(text: str, lang: Lang) -> None:
    assert times(text, lang) == set()


@given(st.sampled_from(LANGS), st.text("0123456789三十点半刻分钟:月号日下午 hafpstmonyovebr.", max_size=30))
def test_whatever_is_read_is_a_day_or_a_time(lang: Lang, text: str) -> None:
    tokens = tokenise(clean(text))
    for at in range(len(tokens)):
        for end, clock in read_time(tokens, at, lang):
            hour, minute = (int(part) for part in clock.split(":"))
            assert at < end <= len(tokens)
            assert 0 <= hour < 24
            assert 0 <= minute < 60
        assert all(at < end <= len(tokens) for end, _ in read_day(tokens, at, lang))


def test_spelled_numbers_agree_with_written_ones() -> None:
    assert all(times(f"{spelled(h, 'zh')}点", "zh") == times(f"{h}点", "zh") == {f"{h:02}:00"} for h in range(24))
