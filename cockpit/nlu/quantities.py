"""Quantities: a number with its unit, a fraction, a percentage or a level, as `Quantity`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import copysign
from typing import Literal

from cockpit.nlu.numbers import Reading, read_number, read_ordinal, with_fraction, word, words
from cockpit.nlu.tokens import Token
from cockpit.types import Lang

QuantityUnit = Literal["none", "degree", "celsius", "fahrenheit", "percent", "level", "mm", "km_h", "minute"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """`degree` is a bare 度 or "degrees": of temperature or of angle, as the control decides."""

    value: float
    unit: QuantityUnit


Found = tuple[int, Quantity]

_SUFFIXES: dict[Lang, dict[str, tuple[QuantityUnit, float]]] = {
    "zh": {
        "摄氏度": ("celsius", 1), "华氏度": ("fahrenheit", 1), "度": ("degree", 1), "°c": ("celsius", 1),
        "°": ("degree", 1), "%": ("percent", 1), "个百分点": ("percent", 1), "百分点": ("percent", 1),
        "个点": ("percent", 1), "成": ("percent", 10), "个度": ("degree", 1),
        "档": ("level", 1), "挡": ("level", 1), "级": ("level", 1), "格": ("level", 1), "个档": ("level", 1),
        "个挡": ("level", 1), "个级": ("level", 1), "个格": ("level", 1), "档位": ("level", 1), "挡位": ("level", 1),
        "个档位": ("level", 1), "个挡位": ("level", 1),
        "毫米": ("mm", 1), "厘米": ("mm", 10), "公分": ("mm", 10),
        "公里每小时": ("km_h", 1), "公里小时": ("km_h", 1), "km h": ("km_h", 1), "公里": ("km_h", 1), "码": ("km_h", 1),
        "分钟": ("minute", 1),
    },
    "en": {
        "degrees celsius": ("celsius", 1), "degrees fahrenheit": ("fahrenheit", 1), "degrees": ("degree", 1),
        "degree": ("degree", 1), "degrees c": ("celsius", 1), "degrees f": ("fahrenheit", 1), "celsius": ("celsius", 1),
        "degree celsius": ("celsius", 1), "degree fahrenheit": ("fahrenheit", 1), "degrees centigrade": ("celsius", 1),
        "centigrade": ("celsius", 1), "fahrenheit": ("fahrenheit", 1),
        "°c": ("celsius", 1), "° c": ("celsius", 1), "°f": ("fahrenheit", 1),
        "° f": ("fahrenheit", 1), "°": ("degree", 1), "c": ("celsius", 1), "f": ("fahrenheit", 1),
        "%": ("percent", 1), "percent": ("percent", 1), "per cent": ("percent", 1), "per sent": ("percent", 1),
        "percentage points": ("percent", 1), "points": ("percent", 1),
        "levels": ("level", 1), "level": ("level", 1), "notches": ("level", 1), "notch": ("level", 1),
        "steps": ("level", 1), "step": ("level", 1), "stages": ("level", 1), "stage": ("level", 1),
        "gears": ("level", 1), "gear": ("level", 1), "clicks": ("level", 1), "click": ("level", 1),
        "mm": ("mm", 1), "millimeters": ("mm", 1), "millimetres": ("mm", 1), "cm": ("mm", 10),
        "centimeters": ("mm", 10), "centimetres": ("mm", 10), "inches": ("mm", 25.4), "inch": ("mm", 25.4),
        "kilometers per hour": ("km_h", 1), "kilometres per hour": ("km_h", 1), "km h": ("km_h", 1),
        "kilometers an hour": ("km_h", 1), "kilometres an hour": ("km_h", 1), "minutes": ("minute", 1),
        "minute": ("minute", 1), "centimeter": ("mm", 10), "centimetre": ("mm", 10), "millimeter": ("mm", 1),
        "millimetre": ("mm", 1),
    },
}  # fmt: skip
_LEVELS = ("level", "gear", "setting", "stage", "step", "position", "speed")
_PREFIXES: dict[Lang, dict[str, QuantityUnit]] = {
    "zh": {"华氏": "fahrenheit", "摄氏": "celsius", "第": "level", "档位": "level", "挡位": "level", "等级": "level"},
    "en": dict.fromkeys((*_LEVELS, *(f"{name} number" for name in _LEVELS), "number"), "level"),
}
_COUNTS: dict[Lang, dict[str, float]] = {
    "zh": {"半": 0.5},
    "en": dict.fromkeys(("half", "half a", "half an", "a half", "half of a", "one half of a"), 0.5)
    | dict.fromkeys(("a", "another"), 1)
    | {f"{article}couple{of}": 2 for article in ("", "a ", "another ") for of in ("", " of")}
    | dict.fromkeys(("few", "a few", "another few", "several"), 3),
}
"""What counts units without being a number by itself."""
_EN_FRACTIONS = {"half": 2, "halves": 2, "quarter": 4, "quarters": 4} | {
    name + ending: n
    for n, name in enumerate("third fourth fifth sixth seventh eighth ninth tenth".split(), start=3)
    for ending in ("", "s")
}
_EN_PARTS = {"a": 1} | {
    name: n for n, name in enumerate("one two three four five six seven eight nine".split(), start=1)
}
_ZH_TENTHS = {digit: n / 10 for n, digit in enumerate("一二三四五六七八九", start=1)} | {
    str(n): n / 10 for n in range(1, 10)
}
_ZH_GOES_ON = frozenset("零〇一二两三四五六七八九十百千万点个0123456789")


def read_quantity(tokens: Sequence[Token], at: int, lang: Lang) -> list[Found]:
    """Every quantity that begins at token `at`, the longest first."""
    numbers = read_number(tokens, at, lang)
    found = [*_fraction(tokens, at, lang), *_named(tokens, at, lang), *_counted(tokens, at, lang)]
    for end, number in numbers:
        found += _with_unit(tokens, end, number, lang)
        found.append((end, Quantity(number, "none")))
    return sorted(found, key=lambda item: -item[0])


def _with_unit(tokens: Sequence[Token], end: int, number: float, lang: Lang) -> Iterator[Found]:
    """`number`, read up to `end`, with the unit that follows it, and what may follow the unit: 二十二度半."""
    more = end + (lang == "en" and word(tokens, end) == "more")
    if tail := _suffix(tokens, more, lang):
        after, unit, factor = tail
        if unit == "percent" and factor == 10 and not 0 < number <= 10:
            return  # 成 is a tenth, of at most ten
        for last, part in _rest(tokens, after, unit, lang):
            yield last, Quantity((number + copysign(part, number)) * factor, unit)


def _rest(tokens: Sequence[Token], at: int, unit: QuantityUnit, lang: Lang) -> Iterator[Reading]:
    """What is said of a unit after it: the half of 两度半 and "a degree and a half", the tenths of 二十二度五."""
    tenths = _ZH_TENTHS.get(word(tokens, at), 0.0) if lang == "zh" else 0.0
    if tenths and unit in ("degree", "celsius", "fahrenheit", "percent") and word(tokens, at - 1) in ("度", "成"):
        if word(tokens, at + 1) not in _ZH_GOES_ON and _suffix(tokens, at + 1, lang) is None:
            yield at + 1, tenths
    elif word(tokens, at) in ("半", "and"):
        yield from with_fraction(tokens, at, 0.0, lang)[:-1]
    yield at, 0.0


def _counted(tokens: Sequence[Token], at: int, lang: Lang) -> Iterator[Found]:
    """半度, "half a degree", "a notch", "a couple of degrees", "point five degrees"."""
    counts = [(end, n) for text, n in _COUNTS[lang].items() if (end := _starts(tokens, at, text, lang)) is not None]
    if lang == "en" and word(tokens, at) == "point":
        counts += with_fraction(tokens, at, 0.0, lang)[:-1]
    for end, number in counts:
        for last, quantity in _with_unit(tokens, end, number, lang):
            one, half = number == 1, number == 0.5
            if quantity.unit in ("degree", "level") if one else not (half and quantity.unit == "level"):
                yield last, quantity


def _named(tokens: Sequence[Token], at: int, lang: Lang) -> Iterator[Found]:
    """第二档, 档位三, 华氏七十二度; "level two", "the second level"."""
    for prefix, unit in _PREFIXES[lang].items():
        if (after := _starts(tokens, at, prefix, lang)) is not None:
            for end, number in read_number(tokens, after, lang):
                tail = _suffix(tokens, end, lang)
                last = tail[0] if tail else end
                for place, part in _rest(tokens, last, unit, lang) if unit != "level" else [(last, 0.0)]:
                    yield place, Quantity(number + copysign(part, number), unit)
    if lang == "en" and (ordinal := read_ordinal(tokens, at + (word(tokens, at) == "the"))) is not None:
        end, number = ordinal
        if word(tokens, end) in (*_LEVELS, "notch"):
            yield end + 1, Quantity(number, "level")


def _fraction(tokens: Sequence[Token], at: int, lang: Lang) -> list[Found]:
    """百分之三十, 三分之一, 一半; a third, two thirds, half: all as percent."""
    return _chinese_fraction(tokens, at) if lang == "zh" else _english_fraction(tokens, at)


def _chinese_fraction(tokens: Sequence[Token], at: int) -> list[Found]:
    if (after := _starts(tokens, at, "百分之", "zh")) is not None:
        return [(end, Quantity(number, "percent")) for end, number in read_number(tokens, after, "zh")]
    for text, percent in (("百分百", 100), ("一半", 50)):
        if (after := _starts(tokens, at, text, "zh")) is not None:
            return [(after, Quantity(percent, "percent"))]
    found = []
    for end, whole in read_number(tokens, at, "zh"):
        if whole > 0 and (after := _starts(tokens, end, "分之", "zh")) is not None:
            found += [(last, _percent(part, whole)) for last, part in read_number(tokens, after, "zh")]
    return found


def _english_fraction(tokens: Sequence[Token], at: int) -> list[Found]:
    parts, whole = _EN_PARTS.get(word(tokens, at), 0), _EN_FRACTIONS.get(word(tokens, at + 1), 0)
    if 0 < parts <= whole:
        return [(at + 2, _percent(parts, whole))]
    if word(tokens, at) in ("half", "halfway"):
        more = words(tokens, at, 2) in (("half", "way"), ("half", "open"))
        return [(at + 1 + more, Quantity(50, "percent"))]
    return []


def _percent(part: float, whole: float) -> Quantity:
    return Quantity(round(100 * part / whole), "percent")


def _suffix(tokens: Sequence[Token], at: int, lang: Lang) -> tuple[int, QuantityUnit, float] | None:
    """The longest unit at `at`, as `(end, unit, factor)`."""
    best: tuple[int, QuantityUnit, float] | None = None
    for text, (unit, factor) in _SUFFIXES[lang].items():
        end = _starts(tokens, at, text, lang)
        if end is not None and (best is None or end > best[0]):
            best = (end, unit, factor)
    return best


def _starts(tokens: Sequence[Token], at: int, text: str, lang: Lang) -> int | None:
    """The place after `text` if the tokens at `at` read so, else None."""
    wanted = _split(text, lang)
    return at + len(wanted) if words(tokens, at, len(wanted)) == wanted else None


@cache
def _split(text: str, lang: Lang) -> tuple[str, ...]:
    if lang == "en":
        return tuple(text.split())
    if text.isascii():
        return tuple(text.split())
    return ("°", "c") if text == "°c" else tuple(text)


def unit_words(lang: Lang) -> frozenset[str]:
    """Every word that units are said with."""
    suffixes = (word for unit in _SUFFIXES[lang] for word in _split(unit, lang))
    return frozenset(word for word in suffixes if word.isalpha())
