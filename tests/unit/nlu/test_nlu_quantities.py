"""Quantities: each unit, fraction, percentage and level, said and written, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.nlu.quantities import Quantity, QuantityUnit, read_quantity
from cockpit.nlu.tokens import clean, tokenise
from cockpit.types import LANGS, Lang
from tests.unit.nlu.spoken_numbers import amid, around, degrees, fractions, levels, percentages, quick, spelled


def whole(text: str, lang: Lang) -> tuple[float, str] | None:
    """The quantity that takes up all of `text`, which must be the one read first."""
    tokens = tokenise(clean(text))
    found = read_quantity(tokens, 0, lang)
    return (found[0][1].value, found[0][1].unit) if found and found[0][0] == len(tokens) else None


UNITS: dict[Lang, dict[str, tuple[QuantityUnit, float]]] = {
    "zh": {
        "度": ("degree", 1), "摄氏度": ("celsius", 1), "华氏度": ("fahrenheit", 1), "℃": ("celsius", 1),
        "°C": ("celsius", 1),
        "%": ("percent", 1), "％": ("percent", 1), "个百分点": ("percent", 1), "档": ("level", 1), "挡": ("level", 1),
        "级": ("level", 1), "格": ("level", 1), "毫米": ("mm", 1), "厘米": ("mm", 10), "公里每小时": ("km_h", 1),
        "分钟": ("minute", 1),
    },
    "en": {
        " degrees": ("degree", 1), "°": ("degree", 1), " degrees celsius": ("celsius", 1), " celsius": ("celsius", 1),
        "°C": ("celsius", 1), "℃": ("celsius", 1), " degrees fahrenheit": ("fahrenheit", 1), "°F": ("fahrenheit", 1),
        "℉": ("fahrenheit", 1), " percent": ("percent", 1), "%": ("percent", 1), " percentage points": ("percent", 1),
        " levels": ("level", 1), " notches": ("level", 1), " millimetres": ("mm", 1), " cm": ("mm", 10),
        " inches": ("mm", 25.4), " kilometers per hour": ("km_h", 1), " km/h": ("km_h", 1), " minutes": ("minute", 1),
    },
}  # fmt: skip
CASES = [(lang, suffix) for lang in LANGS for suffix in UNITS[lang]]


@given(st.sampled_from(CASES), st.integers(1, 300), st.booleans())
def test_number_with_each_unit(case: tuple[Lang, str], number: int, written: bool) -> None:
    lang, suffix = case
    unit, factor = UNITS[lang][suffix]
    said = (str(number) if written else spelled(number, lang)) + suffix
    value, read = whole(said, lang) or (0.0, "")
    assert value == pytest.approx(number * factor)
    assert read == unit


@given(st.sampled_from(LANGS), st.integers(1, 60))
def test_half_a_degree_more(lang: Lang, number: int) -> None:
    said = f"{spelled(number, lang)}度半" if lang == "zh" else f"{spelled(number, lang)} and a half degrees"
    assert whole(said, lang) == (number + 0.5, "degree")


@given(st.sampled_from(LANGS), st.integers(1, 9))
def test_level_named_before_its_number(lang: Lang, number: int) -> None:
    said = f"第{spelled(number, lang)}档" if lang == "zh" else f"level {spelled(number, lang)}"
    assert whole(said, lang) == (number, "level")


@given(st.integers(0, 100))
def test_chinese_percentage(number: int) -> None:
    assert whole(f"百分之{spelled(number, 'zh')}", "zh") == (number, "percent")
    assert whole(f"百分之{number}", "zh") == (number, "percent")


@given(st.integers(2, 9), st.data())
def test_chinese_fraction(parts: int, data: st.DataObject) -> None:
    some = data.draw(st.integers(1, parts - 1))
    assert whole(f"{spelled(parts, 'zh')}分之{spelled(some, 'zh')}", "zh") == (round(100 * some / parts), "percent")


ZH = [
    ("二十二度", 22, "degree"), ("二十二点五度", 22.5, "degree"), ("22.5度", 22.5, "degree"), ("22度", 22, "degree"),
    ("二十四", 24, "none"), ("摄氏二十度", 20, "celsius"), ("华氏七十二度", 72, "fahrenheit"),
    ("华氏72", 72, "fahrenheit"),
    ("72华氏度", 72, "fahrenheit"), ("二十三摄氏度", 23, "celsius"), ("负五度", -5, "degree"), ("-5℃", -5, "celsius"),
    ("百分之五十", 50, "percent"), ("百分之百", 100, "percent"), ("百分之七点五", 7.5, "percent"),
    ("80%", 80, "percent"),
    ("百分之零", 0, "percent"), ("一百", 100, "none"), ("十个百分点", 10, "percent"), ("五个百分点", 5, "percent"),
    ("三分之一", 33, "percent"), ("三分之二", 67, "percent"), ("四分之一", 25, "percent"),
    ("四分之三", 75, "percent"),
    ("二分之一", 50, "percent"), ("五分之二", 40, "percent"), ("一半", 50, "percent"), ("一档", 1, "level"),
    ("两档", 2, "level"), ("三挡", 3, "level"), ("第二档", 2, "level"), ("档位三", 3, "level"), ("二级", 2, "level"),
    ("两格", 2, "level"), ("3档", 3, "level"), ("五毫米", 5, "mm"), ("两厘米", 20, "mm"), ("十公分", 100, "mm"),
    ("一百二十公里每小时", 120, "km_h"), ("一百二十码", 120, "km_h"), ("五分钟", 5, "minute"),
    ("三十分钟", 30, "minute"),
    ("零", 0, "none"), ("两度半", 2.5, "degree"), ("一百零五", 105, "none"),
    ("半度", 0.5, "degree"), ("半厘米", 5, "mm"), ("半个百分点", 0.5, "percent"), ("二十二度五", 22.5, "degree"),
    ("二十二度半", 22.5, "degree"), ("三十六度八", 36.8, "degree"), ("22度5", 22.5, "degree"),
    ("华氏七十二度半", 72.5, "fahrenheit"), ("摄氏二十二度五", 22.5, "celsius"), ("零下五度", -5, "degree"),
    ("零下五度半", -5.5, "degree"), ("零下十度", -10, "degree"), ("八成", 80, "percent"), ("两成", 20, "percent"),
    ("十成", 100, "percent"), ("八成五", 85, "percent"), ("五成半", 55, "percent"), ("八十个点", 80, "percent"),
    ("80个点", 80, "percent"), ("百分百", 100, "percent"), ("一百一十", 110, "none"), ("第三档", 3, "level"),
    ("第2挡", 2, "level"), ("二档", 2, "level"), ("第三挡位", 3, "level"), ("两个档", 2, "level"),
    ("三个格", 3, "level"), ("十二分之一", 8, "percent"), ("两个度", 2, "degree"),
    ("一刻", None, ""), ("一两度", None, ""), ("几度", None, ""),
    ("二十成", None, ""), ("半档", None, ""),
]  # fmt: skip
EN = [
    ("twenty two degrees", 22, "degree"), ("twenty two point five degrees", 22.5, "degree"),
    ("22.5 degrees", 22.5, "degree"),
    ("seventy two", 72, "none"), ("seventy two fahrenheit", 72, "fahrenheit"), ("72°F", 72, "fahrenheit"),
    ("72 degrees f", 72, "fahrenheit"), ("72 f", 72, "fahrenheit"), ("twenty celsius", 20, "celsius"),
    ("20 c", 20, "celsius"),
    ("20 degrees c", 20, "celsius"), ("minus five degrees", -5, "degree"), ("-5°", -5, "degree"),
    ("one degree", 1, "degree"),
    ("two and a half degrees", 2.5, "degree"), ("fifty percent", 50, "percent"), ("50%", 50, "percent"),
    ("fifty per cent", 50, "percent"), ("ten percentage points", 10, "percent"), ("ten points", 10, "percent"),
    ("a hundred percent", 100, "percent"), ("one hundred and five percent", 105, "percent"),
    ("a third", 33, "percent"),
    ("one third", 33, "percent"), ("two thirds", 67, "percent"), ("a quarter", 25, "percent"),
    ("three quarters", 75, "percent"),
    ("half", 50, "percent"), ("halfway", 50, "percent"), ("half way", 50, "percent"), ("one half", 50, "percent"),
    ("a half", 50, "percent"), ("two fifths", 40, "percent"), ("level two", 2, "level"), ("level 3", 3, "level"),
    ("gear four", 4, "level"), ("two levels", 2, "level"), ("three notches", 3, "level"), ("one notch", 1, "level"),
    ("setting 1", 1, "level"), ("stage two", 2, "level"), ("five millimeters", 5, "mm"),
    ("two centimeters", 20, "mm"),
    ("an inch", None, ""), ("one inch", 25.4, "mm"), ("60 km/h", 60, "km_h"),
    ("sixty kilometres an hour", 60, "km_h"),
    ("ten minutes", 10, "minute"), ("zero", 0, "none"), ("-10", -10, "none"),
    ("half a degree", 0.5, "degree"), ("a half degree", 0.5, "degree"), ("half of a degree", 0.5, "degree"),
    ("half an inch", 12.7, "mm"), ("half a percent", 0.5, "percent"), ("point five degrees", 0.5, "degree"),
    ("twenty one and a half", 21.5, "none"), ("twenty one and a half degrees", 21.5, "degree"),
    ("twenty two point five", 22.5, "none"), ("a degree and a half", 1.5, "degree"),
    ("two degrees and a half", 2.5, "degree"), ("two and a quarter degrees", 2.25, "degree"),
    ("minus five", -5, "none"), ("negative five degrees", -5, "degree"), ("a degree", 1, "degree"),
    ("another degree", 1, "degree"), ("one more degree", 1, "degree"), ("two more notches", 2, "level"),
    ("a notch", 1, "level"), ("a level", 1, "level"), ("a couple of notches", 2, "level"),
    ("a couple notches", 2, "level"), ("another couple of levels", 2, "level"), ("a couple of degrees", 2, "degree"),
    ("a few degrees", 3, "degree"), ("a few more degrees", 3, "degree"), ("several steps", 3, "level"),
    ("second level", 2, "level"), ("third gear", 3, "level"), ("the second level", 2, "level"),
    ("2nd level", 2, "level"), ("level number two", 2, "level"), ("one fourth", 25, "percent"),
    ("three tenths", 30, "percent"),
    ("a couple", None, ""), ("a few songs", None, ""), ("a minute", None, ""), ("half a level", None, ""),
    ("four thirds", None, ""), ("the third", None, ""), ("third row", None, ""), ("one second", None, ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value", "unit"), ZH)
def test_chinese_quantity(text: str, value: float | None, unit: str) -> None:
    assert whole(text, "zh") == (None if value is None else (value, unit))


@pytest.mark.parametrize(("text", "value", "unit"), EN)
def test_english_quantity(text: str, value: float | None, unit: str) -> None:
    assert whole(text, "en") == (None if value is None else (value, unit))


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("一点", "zh"),
        ("温度", "zh"),
        ("半", "zh"),
        ("度", "zh"),
        ("the window", "en"),
        ("degrees", "en"),
        ("a bit", "en"),
        ("level", "en"),
    ],
)
def test_no_whole_quantity(text: str, lang: Lang) -> None:
    assert whole(text, lang) is None


@pytest.mark.parametrize(
    ("text", "lang", "readings"),
    [
        ("二十度", "zh", [(3, Quantity(20, "degree")), (2, Quantity(20, "none"))]),
        ("twenty percent", "en", [(2, Quantity(20, "percent")), (1, Quantity(20, "none"))]),
        ("two degrees celsius", "en", [(3, Quantity(2, "celsius")), (1, Quantity(2, "none"))]),
    ],
)
def test_shorter_readings_come_after_longer_ones(text: str, lang: Lang, readings: list[tuple[int, Quantity]]) -> None:
    assert read_quantity(tokenise(clean(text)), 0, lang) == readings


@pytest.mark.parametrize(
    ("text", "end"),
    [("二十二度五档", 4), ("二十二度五分钟", 4), ("二十二度十五", 4), ("二十二度三个人", 4), ("两档五", 2)],
)
def test_a_digit_after_a_unit_may_begin_something_else(text: str, end: int) -> None:
    assert read_quantity(tokenise(clean(text)), 0, "zh")[0][0] == end


def reads_back(said: str, lang: Lang, wanted: tuple[float, str], words: tuple[str, str]) -> None:
    """`said` is `wanted`, alone and amid other words, and every shorter reading of it stays as well."""
    alone = read_quantity(tokenise(clean(said)), 0, lang)
    tokens, begin, end = amid(said, words)
    found = read_quantity(tokens, begin, lang)
    assert found[0] == (end, Quantity(pytest.approx(wanted[0]), wanted[1])), said  # type: ignore[arg-type]
    assert found == [(last + begin, quantity) for last, quantity in alone]


@given(st.sampled_from(LANGS), st.integers(-400, 400), st.data())
@quick
def test_every_temperature(lang: Lang, tenths: int, data: st.DataObject) -> None:
    said = data.draw(st.sampled_from(degrees(tenths, lang)))
    reads_back(said, lang, (tenths / 10, "degree"), data.draw(around(lang)))


@given(st.sampled_from(LANGS), st.integers(0, 100), st.data())
@quick
def test_every_percentage(lang: Lang, number: int, data: st.DataObject) -> None:
    said = data.draw(st.sampled_from(percentages(number, lang)))
    reads_back(said, lang, (number, "percent"), data.draw(around(lang)))


@given(st.sampled_from(LANGS), st.integers(1, 12), st.data())
@quick
def test_every_level(lang: Lang, number: int, data: st.DataObject) -> None:
    reads_back(data.draw(st.sampled_from(levels(number, lang))), lang, (number, "level"), data.draw(around(lang)))


@given(st.sampled_from(LANGS), st.integers(2, 10), st.data())
@quick
def test_every_fraction(lang: Lang, parts: int, data: st.DataObject) -> None:
    some = data.draw(st.integers(1, parts - 1))
    said = data.draw(st.sampled_from(fractions(some, parts, lang)))
    reads_back(said, lang, (round(100 * some / parts), "percent"), data.draw(around(lang)))


@given(st.sampled_from(CASES), st.integers(1, 300), st.data())
@quick
def test_every_unit_amid_other_words(case: tuple[Lang, str], number: int, data: st.DataObject) -> None:
    lang, suffix = case
    unit, factor = UNITS[lang][suffix]
    said = data.draw(st.sampled_from([f"{number}{suffix}", f"{spelled(number, lang)}{suffix}"]))
    reads_back(said, lang, (number * factor, unit), data.draw(around(lang)))


@given(st.sampled_from([suffix for lang, suffix in CASES if lang == "en" and suffix.strip().isalpha()]), st.data())
@quick
def test_a_few_of_each_unit(suffix: str, data: st.DataObject) -> None:
    unit, factor = UNITS["en"][suffix]
    count, number = data.draw(st.sampled_from([("a couple of", 2), ("a couple", 2), ("a few", 3), ("another few", 3)]))
    reads_back(f"{count}{suffix}", "en", (number * factor, unit), data.draw(around("en")))


@given(st.sampled_from(LANGS), st.text("0123456789三十百分之一半点度%°cf档 levlpercnthid", max_size=40))
def test_readings_stay_inside(lang: Lang, text: str) -> None:
    tokens = tokenise(clean(text))
    for at in range(len(tokens)):
        found = read_quantity(tokens, at, lang)
        assert all(at < end <= len(tokens) for end, _ in found)
        assert [end for end, _ in found] == sorted((end for end, _ in found), reverse=True)
