"""Quantities: a number with its unit, a fraction, a percentage or a level, as `Quantity`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from cockpit.nlu.numbers import read_number
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
        "档": ("level", 1), "挡": ("level", 1), "级": ("level", 1), "格": ("level", 1), "个档": ("level", 1),
        "毫米": ("mm", 1), "厘米": ("mm", 10), "公分": ("mm", 10),
        "公里每小时": ("km_h", 1), "公里": ("km_h", 1), "码": ("km_h", 1), "分钟": ("minute", 1),
    },
    "en": {
        "degrees celsius": ("celsius", 1), "degrees fahrenheit": ("fahrenheit", 1), "degrees": ("degree", 1),
        "degree": ("degree", 1), "degrees c": ("celsius", 1), "degrees f": ("fahrenheit", 1), "celsius": ("celsius", 1),
        "fahrenheit": ("fahrenheit", 1), "°c": ("celsius", 1), "° c": ("celsius", 1), "°f": ("fahrenheit", 1),
        "° f": ("fahrenheit", 1), "°": ("degree", 1), "c": ("celsius", 1), "f": ("fahrenheit", 1),
        "%": ("percent", 1), "percent": ("percent", 1), "per cent": ("percent", 1), "per sent": ("percent", 1),
        "percentage points": ("percent", 1), "points": ("percent", 1),
        "levels": ("level", 1), "level": ("level", 1), "notches": ("level", 1), "notch": ("level", 1),
        "steps": ("level", 1), "stages": ("level", 1), "gears": ("level", 1),
        "mm": ("mm", 1), "millimeters": ("mm", 1), "millimetres": ("mm", 1), "cm": ("mm", 10),
        "centimeters": ("mm", 10), "centimetres": ("mm", 10), "inches": ("mm", 25.4), "inch": ("mm", 25.4),
        "kilometers per hour": ("km_h", 1), "kilometres per hour": ("km_h", 1), "km h": ("km_h", 1),
        "kilometers an hour": ("km_h", 1), "kilometres an hour": ("km_h", 1), "minutes": ("minute", 1),
    },
}  # fmt: skip
_PREFIXES: dict[Lang, dict[str, tuple[QuantityUnit, float]]] = {
    "zh": {"华氏": ("fahrenheit", 1), "摄氏": ("celsius", 1), "第": ("level", 1), "档位": ("level", 1)},
    "en": dict.fromkeys(("level", "gear", "setting", "stage", "number", "step", "position", "speed"), ("level", 1)),
}  # fmt: skip
_EN_FRACTIONS = {"half": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5}


def read_quantity(tokens: Sequence[Token], at: int, lang: Lang) -> list[Found]:
    """Every quantity that begins at token `at`, the longest first."""
    found = _fraction(tokens, at, lang)
    for prefix, (unit, factor) in _PREFIXES[lang].items():
        if (after := _starts(tokens, at, prefix, lang)) is not None:
            for end, number in read_number(tokens, after, lang):
                tail = _suffix(tokens, end, lang)
                found.append((tail[0] if tail else end, Quantity(number * factor, unit)))
    for end, number in read_number(tokens, at, lang):
        if tail := _suffix(tokens, end, lang):
            after, unit, factor = tail
            half = 0.5 if lang == "zh" and _text(tokens, after) == "半" else 0.0
            found.append((after + bool(half), Quantity((number + half) * factor, unit)))
        found.append((end, Quantity(number, "none")))
    return sorted(found, key=lambda item: -item[0])


def _fraction(tokens: Sequence[Token], at: int, lang: Lang) -> list[Found]:
    """百分之三十, 三分之一, 一半; a third, two thirds, half: all as percent."""
    return _chinese_fraction(tokens, at) if lang == "zh" else _english_fraction(tokens, at)


def _chinese_fraction(tokens: Sequence[Token], at: int) -> list[Found]:
    if (after := _starts(tokens, at, "百分之", "zh")) is not None:
        return [(end, Quantity(number, "percent")) for end, number in read_number(tokens, after, "zh")]
    if (after := _starts(tokens, at, "一半", "zh")) is not None:
        return [(after, Quantity(50, "percent"))]
    found = []
    for end, whole in read_number(tokens, at, "zh"):
        if whole > 0 and (after := _starts(tokens, end, "分之", "zh")) is not None:
            found += [(last, _percent(part, whole)) for last, part in read_number(tokens, after, "zh")]
    return found


def _english_fraction(tokens: Sequence[Token], at: int) -> list[Found]:
    first, second = _text(tokens, at), _text(tokens, at + 1)
    if first in ("a", "one", "two", "three", "four") and second in _EN_FRACTIONS:
        parts = ("one", "two", "three", "four").index(first) + 1 if first != "a" else 1
        return [(at + 2, _percent(parts, _EN_FRACTIONS[second]))]
    if first in ("half", "halfway"):
        words = 2 if first == "half" and second in ("way", "open") else 1
        return [(at + words, Quantity(50, "percent"))]
    return []


def _percent(part: float, whole: float) -> Quantity:
    return Quantity(round(100 * part / whole), "percent")


def _suffix(tokens: Sequence[Token], at: int, lang: Lang) -> tuple[int, QuantityUnit, float] | None:
    best: tuple[int, QuantityUnit, float] | None = None
    for words, (unit, factor) in _SUFFIXES[lang].items():
        end = _starts(tokens, at, words, lang)
        if end is not None and (best is None or end > best[0]):
            best = (end, unit, factor)
    return best


def _starts(tokens: Sequence[Token], at: int, words: str, lang: Lang) -> int | None:
    """The place after `words` if the tokens at `at` read so, else None."""
    split: Callable[[str], list[str]] = _characters if lang == "zh" else str.split
    wanted = split(words)
    said = [token.text for token in tokens[at : at + len(wanted)]]
    return at + len(wanted) if said == wanted else None


def _characters(words: str) -> list[str]:
    return ["°", "c"] if words == "°c" else list(words)


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if at < len(tokens) else ""
