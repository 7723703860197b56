"""Every number that can be spelled is read back, in both languages."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cockpit.nlu.numbers import read_digits, read_number, read_ordinal
from cockpit.nlu.tokens import clean, tokenise
from cockpit.types import LANGS, Lang
from tests.unit.nlu.spoken_numbers import (
    amid,
    around,
    decimals,
    en,
    ordinal,
    phone_numbers,
    quick,
    spelled,
    written_ordinal,
    zh,
    zh_short,
)


def first(text: str, lang: Lang) -> float | None:
    """The preferred reading of `text`, which must take up all of it."""
    tokens = tokenise(clean(text))
    found = read_number(tokens, 0, lang)
    return found[0][1] if found and found[0][0] == len(tokens) else None


@pytest.mark.parametrize("two", ["二", "两"])
def test_every_chinese_integer(two: str) -> None:
    wrong = [(zh(n, two=two), first(zh(n, two=two), "zh")) for n in range(10_000) if first(zh(n, two=two), "zh") != n]
    assert not wrong


def test_every_chinese_integer_with_its_last_unit_unsaid() -> None:
    wrong = [(zh_short(n), first(zh_short(n), "zh")) for n in range(10_000) if first(zh_short(n), "zh") != n]
    assert not wrong


@pytest.mark.parametrize("joint", [" and ", " "])
def test_every_english_integer(joint: str) -> None:
    texts = {n: en(n, joint=joint) for n in range(10_000)}
    wrong = [(text, first(text, "en")) for n, text in texts.items() if first(text, "en") != n]
    assert not wrong


@given(st.sampled_from(LANGS), st.integers(0, 10**8))
def test_written_integer(lang: Lang, number: int) -> None:
    assert first(str(number), lang) == number


@given(st.sampled_from(LANGS), st.integers(0, 999), st.text("0123456789", min_size=1, max_size=3))
def test_spoken_decimals(lang: Lang, whole: int, digits: str) -> None:
    point = "点" if lang == "zh" else " point "
    said = f"{spelled(whole, lang)}{point}{decimals(digits, lang)}"
    assert first(said, lang) == pytest.approx(float(f"{whole}.{digits}"))


@given(st.sampled_from(LANGS), st.integers(0, 999), st.text("0123456789", min_size=1, max_size=3))
def test_written_decimals(lang: Lang, whole: int, digits: str) -> None:
    assert first(f"{whole}.{digits}", lang) == pytest.approx(float(f"{whole}.{digits}"))


@given(st.sampled_from(LANGS), st.integers(1, 200), st.booleans())
def test_half_more(lang: Lang, whole: int, written: bool) -> None:
    number = str(whole) if written else spelled(whole, lang)
    if lang == "zh" and not written:
        return  # 二十二度半: the half follows the unit, see quantities
    assert first(f"{number}半" if lang == "zh" else f"{number} and a half", lang) == whole + 0.5


@given(st.sampled_from(LANGS), st.integers(1, 99), st.booleans())
def test_negative(lang: Lang, number: int, written: bool) -> None:
    digits = str(number) if written else spelled(number, lang)
    for minus in ("负", "零下") if lang == "zh" else ("minus ", "negative "):
        assert first(f"{minus}{digits}", lang) == -number
    assert first(f"-{number}", lang) == -number


@given(st.integers(0, 99), st.sampled_from([("a half", 0.5), ("a quarter", 0.25), ("three quarters", 0.75)]))
@quick
def test_quarters_more(whole: int, part: tuple[str, float]) -> None:
    assert first(f"{en(whole)} and {part[0]}", "en") == first(f"{whole} and {part[0]}", "en") == whole + part[1]


def test_every_english_ordinal() -> None:
    for n in range(1, 100):
        for said in (ordinal(n), ordinal(n).replace(" ", "-"), written_ordinal(n)):
            tokens = tokenise(clean(said))
            assert read_ordinal(tokens, 0) == (len(tokens), n)


@pytest.mark.parametrize("text", ["", "three", "the third", "twenty", "twenty five", "4", "4 5", "window"])
def test_no_ordinal_begins_here(text: str) -> None:
    assert read_ordinal(tokenise(clean(text)), 0) is None


def ways_to_say(number: int, lang: Lang) -> list[str]:
    if lang == "zh":
        return [zh(number), zh(number, two="两"), zh_short(number), str(number), f"{number}.0"]
    return [en(number), en(number, joint=" "), en(number).replace("ty ", "ty-"), str(number), f"{number}.0"]


@given(st.sampled_from(LANGS), st.integers(0, 9999), st.data())
@quick
def test_words_around_a_number_change_nothing(lang: Lang, number: int, data: st.DataObject) -> None:
    said = data.draw(st.sampled_from(ways_to_say(number, lang)))
    tokens, begin, end = amid(said, data.draw(around(lang)))
    assert read_number(tokens, begin, lang)[0] == (end, number)


@given(st.sampled_from(LANGS), st.text("0123456789", min_size=3, max_size=15), st.data())
@quick
def test_phone_number_in_every_way(lang: Lang, digits: str, data: st.DataObject) -> None:
    tokens, begin, end = amid(data.draw(st.sampled_from(phone_numbers(digits, lang))), data.draw(around(lang)))
    assert read_digits(tokens, begin, lang) == (end, digits)


@pytest.mark.parametrize(
    ("text", "lang", "digits"),
    [
        ("幺三八零零幺三八零零零", "zh", "13800138000"),
        ("13800138000", "zh", "13800138000"),
        ("138 0013 8000", "en", "13800138000"),
        ("138-0013-8000", "en", "13800138000"),
        ("five five five oh one two three", "en", "5550123"),
        ("一二零", "zh", "120"),
        ("二〇二六", "zh", "2026"),
        ("nine one one", "en", "911"),
        ("double oh seven", "en", "007"),
        ("triple nine", "en", "999"),
    ],
)
def test_phone_number(text: str, lang: Lang, digits: str) -> None:
    tokens = tokenise(clean(text))
    assert read_digits(tokens, 0, lang) == (len(tokens), digits)


@pytest.mark.parametrize(
    ("text", "lang"),
    [("", "zh"), ("开窗", "zh"), ("点五", "zh"), ("负", "zh"), ("window", "en"), ("and five", "en"), ("minus", "en"),
    ("-", "en"), ("hundred", "en"), ("18:30", "en"), ("1.2.3", "en"),
    ("一两", "zh"), ("两三", "zh"), ("零下", "en"), ("negative", "en"), ("point", "en"), ("九" * 400, "zh"),
    ("一" + "万" * 100, "zh"), ("一下", "zh"), ("一些", "zh"), ("一会儿", "zh")],
)  # fmt: skip
def test_no_number_begins_here(text: str, lang: Lang) -> None:
    assert read_number(tokenise(clean(text)), 0, lang) == []


@pytest.mark.parametrize(("text", "lang"), [("这一首", "zh"), ("wrong one", "en"), ("the one", "en")])
def test_one_that_points_counts_nothing(text: str, lang: Lang) -> None:
    assert read_number(tokenise(clean(text)), 1, lang) == []


@pytest.mark.parametrize(
    ("text", "lang", "end", "value"),
    [
        ("二十度", "zh", 2, 20),
        ("一点", "zh", 1, 1),
        ("三点钟", "zh", 1, 3),
        ("twenty degrees", "en", 1, 20),
        ("seven thirty", "en", 1, 7),
        ("two point", "en", 1, 2),
        ("one hundred and the window", "en", 2, 100),
        ("five fifty", "en", 1, 5),
    ],
)
def test_number_ends_where_it_ends(text: str, lang: Lang, end: int, value: float) -> None:
    assert read_number(tokenise(clean(text)), 0, lang)[0] == (end, value)


@pytest.mark.parametrize(
    ("text", "lang", "value"),
    [("一万", "zh", 10_000), ("一万二", "zh", 12_000), ("三十万", "zh", 300_000), ("一万零五十", "zh", 10_050),
    ("a hundred", "en", 100), ("a hundred and fifty", "en", 150), ("twelve hundred", "en", 1200),
    ("two hundred thousand", "en", 200_000), ("twenty-two", "en", 22), ("22点5", "zh", 22.5),
    ("22 point 5", "en", 22.5), ("22 point 75", "en", 22.75), ("22点三", "zh", 22.3), ("一百一十", "zh", 110),
    ("一百一", "zh", 110), ("两百五", "zh", 250), ("a thousand", "en", 1000), ("零下", "zh", None)],
)  # fmt: skip
def test_other_ways_to_say_it(text: str, lang: Lang, value: float | None) -> None:
    assert first(text, lang) == value


@given(st.sampled_from(LANGS), st.text("0123456789零一二十百千万点半两幺- .:andpointhurdeoe", max_size=40))
@example("en", "9" * 400 + " and a half")
@example("zh", "9" * 400)
def test_readings_stay_inside_and_are_finite(lang: Lang, text: str) -> None:
    tokens = tokenise(clean(text))
    for at in range(len(tokens)):
        for end, value in read_number(tokens, at, lang):
            assert at < end <= len(tokens)
            assert abs(value) < float("inf")


def test_a_place_after_the_last_token_has_no_number() -> None:
    assert read_number((), 0, "zh") == []
    assert read_digits((), 0, "en") == (0, "")
