"""Numbers as people say them, in both languages: cardinals, decimals, halves and digit strings.

Each reader takes the tokens and a place and gives every way to read a number that begins there, as
`(end, value)`, the longest first.
"""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.nlu.tokens import Token
from cockpit.types import Lang

Reading = tuple[int, float]
MAX_WRITTEN_DIGITS = 15
"""Longer ones are no quantity (a double would not hold them exactly)."""

_ZH_DIGITS = {
    c: n for n, cs in enumerate(("零〇", "一幺", "二两", "三", "四", "五", "六", "七", "八", "九")) for c in cs
}
_ZH_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}

_EN_ONES = {
    word: n
    for n, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_EN_TENS = {
    word: 10 * n
    for n, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2)
}


def read_number(tokens: Sequence[Token], at: int, lang: Lang) -> list[Reading]:
    """Numbers that begin at token `at`; Arabic digits in either language."""
    if at >= len(tokens):
        return []
    sign = -1.0 if tokens[at].text in ("-", "负", "minus") else 1.0
    start = at + 1 if sign < 0 else at
    if start >= len(tokens):
        return []
    if tokens[start].text[0].isdigit():
        digits = _arabic(tokens[start].text)
        return [(end, sign * n) for end, n in _with_half(tokens, start + 1, digits, lang)] if digits is not None else []
    readings = _chinese(tokens, start) if lang == "zh" else _english(tokens, start)
    return [(end, sign * value) for end, value in readings]


def read_digits(tokens: Sequence[Token], at: int, lang: Lang) -> tuple[int, str]:
    """The longest run of spoken or written digits at `at` (a phone number), as `(end, digits)`."""
    digits, here = "", at
    while here < len(tokens):
        text = tokens[here].text
        if text.isdigit():
            digits += text
        elif lang == "zh" and text in _ZH_DIGITS:
            digits += str(_ZH_DIGITS[text])
        elif lang == "en" and (_EN_ONES.get(text, 10) < 10 or text == "oh"):
            digits += str(_EN_ONES.get(text, 0))
        elif not (text == "-" and digits):
            break
        here += 1
    return here, digits


def _arabic(text: str) -> float | None:
    try:
        return float(text) if len(text) <= MAX_WRITTEN_DIGITS else None
    except ValueError:
        return None


def _with_half(tokens: Sequence[Token], end: int, value: float, lang: Lang) -> list[Reading]:
    """`value` ending at `end`, preferably with the half that may follow it."""
    halves = {
        "zh": (("半",), ("点", "五"), ("点", "5")),
        "en": (("and", "a", "half"), ("point", "five"), ("point", "5")),
    }[lang]
    words = tuple(token.text for token in tokens[end : end + 3])
    for half in halves:
        if words[: len(half)] == half and value == int(value):
            return [(end + len(half), value + 0.5), (end, value)]
    return [(end, value)]


def _chinese(tokens: Sequence[Token], at: int) -> list[Reading]:
    total, section, digit, here, spoken_unit = 0.0, 0.0, -1, at, 0
    plain = ""
    while here < len(tokens):
        text = tokens[here].text
        if text in _ZH_DIGITS:
            plain += str(_ZH_DIGITS[text])
            digit = _ZH_DIGITS[text]
        elif text in _ZH_UNITS and (digit != 0 or text == "十"):
            unit = _ZH_UNITS[text]
            if unit == 10_000:
                total, section = (total + section + max(digit, 0)) * unit, 0.0
            else:
                section += (digit if digit > 0 else 1) * unit
            spoken_unit, digit, plain = unit, -1, ""
        else:
            break
        here += 1
    if here == at:
        return []
    if spoken_unit == 0:
        value = float(plain)
    elif digit > 0 and spoken_unit >= 100 and tokens[here - 2].text in _ZH_UNITS:
        value = total + section + digit * spoken_unit / 10
    else:
        value = total + section + max(digit, 0)
    return _chinese_fraction(tokens, here, value)


def _chinese_fraction(tokens: Sequence[Token], here: int, value: float) -> list[Reading]:
    """The whole part `value` read up to `here`, with the decimals after 点 where there are any."""
    if here < len(tokens) and tokens[here].text == "点":
        end, decimals = read_digits(tokens, here + 1, "zh")
        if decimals:
            return [(end, value + float(f"0.{decimals}")), (here, value)]
    return [(here, value)]


def _english(tokens: Sequence[Token], at: int) -> list[Reading]:
    here, value, said = at, 0.0, False
    if _word(tokens, here) in ("a", "an") and _word(tokens, here + 1) == "hundred":
        here, value, said = here + 2, 100.0, True
    while (step := _english_step(tokens, here, value, said)) is not None:
        here, value = step
        said = True
    if not said:
        return []
    if _word(tokens, here) == "point":
        end, decimals = read_digits(tokens, here + 1, "en")
        if decimals:
            return [(end, value + float(f"0.{decimals}")), (here, value)]
    return _with_half(tokens, here, value, "en")


def _english_step(tokens: Sequence[Token], here: int, value: float, said: bool) -> Reading | None:
    """One more word of an English number after `value`, or None when the number is over."""
    word = _word(tokens, here)
    low = int(value) % 100
    if said and word == "and" and value >= 100 and low == 0 and _word(tokens, here + 1) in {*_EN_ONES, *_EN_TENS}:
        here, word = here + 1, _word(tokens, here + 1)
    if word in _EN_TENS and (not said or (value >= 100 and low == 0)):
        return here + 1, value + _EN_TENS[word]
    if word in _EN_ONES:
        ones = _EN_ONES[word]
        fits = not said or (value >= 100 and low == 0) or (low >= 20 and low % 10 == 0 and 0 < ones < 10)
        return (here + 1, value + ones) if fits else None
    if said and word == "hundred" and 0 < value % 1000 < 100:
        return here + 1, value + 99 * low
    if said and word == "thousand" and 0 < value < 1000:
        return here + 1, value * 1000
    return None


def _word(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if at < len(tokens) else ""
