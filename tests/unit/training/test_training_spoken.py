"""What the Speaker says, the readers read back to the value that it meant."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from cockpit.nlu.calendar import read_day, read_time
from cockpit.nlu.numbers import read_digits, read_number
from cockpit.nlu.quantities import Quantity, read_quantity
from cockpit.nlu.tokens import Token, clean, tokenise
from cockpit.types import LANGS, Lang
from models.training.spoken import Speaker, number

ROUNDS = 400
UNITS = {
    "celsius": {"celsius", "degree", "none"},
    "percent": {"percent", "none"},
    "level": {"level", "percent", "none"},
    "mm": {"mm"},
    "degrees": {"degree"},
    "km_h": {"km_h", "none"},
    "none": {"percent", "none"},
}
FRACTIONS = {
    "一半": 50, "三分之一": 33, "三分之二": 67, "四分之一": 25, "四分之三": 75,
    "half": 50, "halfway": 50, "a third": 33, "two thirds": 67, "a quarter": 25, "three quarters": 75,
}  # fmt: skip
HALVES = ("半", "点五", "and a half", "point five", ".5")
LENGTHS = {"厘米": 10, "公分": 10, "centimeters": 10, "centimetres": 10, "cm": 10, "inches": 25.4}
WEEKENDS = ("周末", "这周末", "this weekend")
"""Left to the skills, which have lists of their own for what a weekend is."""
DAYS = {
    "今天": "today", "今晚": "today", "明天": "tomorrow", "明早": "tomorrow", "明晚": "tomorrow", "后天": "+2",
    "大后天": "+3", "三月五号": "03-05", "十月十二号": "10-12", "十二月二十四号": "12-24", "七月一号": "07-01",
    "today": "today", "tonight": "today", "now": "today", "this evening": "today", "tomorrow": "tomorrow",
    "the day after tomorrow": "+2", "december twenty fourth": "12-24", "the third of march": "03-03", "may 5": "05-05",
}  # fmt: skip


class Overheard(random.Random):
    """Remembers the whole numbers that were drawn."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.drawn: list[int] = []

    def randint(self, a: int, b: int) -> int:
        self.drawn.append(super().randint(a, b))
        return self.drawn[-1]

    def choice(self, seq: Sequence[Any]) -> Any:
        chosen = super().choice(seq)
        if isinstance(chosen, int):
            self.drawn.append(chosen)
        return chosen


def tokens_of(text: str) -> tuple[Token, ...]:
    """As the sampler puts a value into a sentence."""
    return tuple(token for token in tokenise(clean(text)) if not token.punctuation)


def quantities(text: str, lang: Lang) -> list[Quantity]:
    tokens = tokens_of(text)
    return [found for end, found in read_quantity(tokens, 0, lang) if end == len(tokens)]


@pytest.mark.parametrize("lang", LANGS)
def test_numbers_are_read_back(lang: Lang) -> None:
    for value in range(1000):
        tokens = tokens_of(number(value, lang))
        assert (len(tokens), float(value)) in read_number(tokens, 0, lang), number(value, lang)


@pytest.mark.parametrize("amount", [False, True])
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("lang", LANGS)
def test_quantities_are_read_back(lang: Lang, unit: str, amount: bool) -> None:
    rng = Overheard(1)
    for _ in range(ROUNDS):
        rng.drawn.clear()
        text = Speaker(lang, rng).quantity(unit, amount=amount)
        value = float(rng.drawn[-1])
        if text in FRACTIONS:
            value = FRACTIONS[text]
        elif unit == "celsius" and any(half in text for half in HALVES):
            value += 0.5
        elif unit == "mm":
            value *= next((factor for name, factor in LENGTHS.items() if text.endswith(name)), 1)
        found = quantities(text, lang)
        assert any(read.value == pytest.approx(value) and read.unit in UNITS[unit] for read in found), (text, value)


@pytest.mark.parametrize("lang", LANGS)
def test_degrees_always_have_their_unit(lang: Lang) -> None:
    rng = random.Random(1)
    for _ in range(ROUNDS):
        text = Speaker(lang, rng).degrees()
        assert any(read.unit in ("degree", "celsius") for read in quantities(text, lang)), text


@pytest.mark.parametrize("lang", LANGS)
def test_times_are_read_back(lang: Lang) -> None:
    rng = Overheard(1)
    for _ in range(3 * ROUNDS):
        rng.drawn.clear()
        text = Speaker(lang, rng).time()
        hour, _, minute = rng.drawn[:3]  # the second number may be a minute that was not chosen
        tokens = tokens_of(text)
        found = [time.split(":") for end, time in read_time(tokens, 0, lang) if end == len(tokens)]
        if lang == "zh" and ":" in text:
            hour += 11
        assert any(int(h) % 12 == hour % 12 and int(m) == minute for h, m in found), (text, hour, minute)


@pytest.mark.parametrize(
    ("text_part", "hours"), [("pm", range(12, 24)), ("in the evening", range(12, 24)), ("am", range(12))]
)
def test_parts_of_the_day_are_read_back(text_part: str, hours: range) -> None:
    rng = random.Random(1)
    said = {text for _ in range(3 * ROUNDS) if (text := Speaker("en", rng).time()).endswith(f" {text_part}")}
    assert said
    for text in said:
        tokens = tokens_of(text)
        assert any(end == len(tokens) and int(time[:2]) in hours for end, time in read_time(tokens, 0, "en")), text


@pytest.mark.parametrize("lang", LANGS)
def test_days_are_read_back(lang: Lang) -> None:
    rng = random.Random(1)
    for text in sorted({Speaker(lang, rng).day() for _ in range(3 * ROUNDS)} - {*WEEKENDS}):
        wanted = DAYS.get(text) or weekday(text)
        tokens = tokens_of(text)
        assert wanted in [day for end, day in read_day(tokens, 0, lang) if end == len(tokens)], text


def weekday(text: str) -> str:
    """The short name of 下周三 or "next wednesday"."""
    chinese = {"一": "mon", "二": "tue", "三": "wed", "四": "thu", "五": "fri", "六": "sat", "日": "sun"}
    return chinese.get(text[-1]) or text.rpartition(" ")[2][:3]


@pytest.mark.parametrize("lang", LANGS)
def test_telephone_numbers_are_read_back(lang: Lang) -> None:
    rng = Overheard(1)
    for _ in range(ROUNDS):
        rng.drawn.clear()
        text = Speaker(lang, rng).digits()
        length, *figures = rng.drawn
        tokens = tokens_of(text)
        assert read_digits(tokens, 0, lang) == (len(tokens), "".join(map(str, figures))), text
        assert length == len(figures)


@pytest.mark.parametrize("lang", LANGS)
def test_the_seed_decides_everything(lang: Lang) -> None:
    def said(seed: int) -> list[str]:
        speaker = Speaker(lang, random.Random(seed))
        return [speaker.quantity("celsius"), speaker.time(), speaker.day(), speaker.digits()]

    assert said(3) == said(3)
    assert said(3) != said(4)
