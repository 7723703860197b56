"""Numbers as people say them, in both languages: cardinals, ordinals, decimals, halves and digit strings.

Each reader takes the tokens and a place; that of numbers gives every way to read one that begins there, as
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
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_EN_TENS = {
    word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_EN_ORDINALS = {
    word: n
    for n, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth".split(),
        start=1,
    )
} | {f"{word[:-1]}ieth": n for word, n in _EN_TENS.items()}
_EN_REPEATS = {"double": 2, "triple": 3}
_MINUS = (("-",), ("负",), ("零", "下"), ("minus",), ("negative",))
_HALVES: dict[Lang, dict[tuple[str, ...], float]] = {
    "zh": {("半",): 0.5},
    "en": {
        ("and", "a", "half"): 0.5, ("and", "one", "half"): 0.5, ("and", "a", "quarter"): 0.25,
        ("and", "one", "quarter"): 0.25, ("and", "three", "quarters"): 0.75,
    },
}  # fmt: skip

_NO_COUNT_AFTER = frozenset("下些会起直边样共定")
"""一 before these counts nothing: 一下, 一些, 一会儿, 一起."""
_NO_COUNT_BEFORE = {
    "zh": frozenset("这那另每统"),
    "en": frozenset("wrong this that other next previous last which every each any the first second same".split()),
}
"""Nor does it after these: 这一首, "the wrong one"."""


def read_number(tokens: Sequence[Token], at: int, lang: Lang) -> list[Reading]:
    """Numbers that begin at token `at`; Arabic digits in either language."""
    for sign in _MINUS:
        if words(tokens, at, len(sign)) == sign and (found := _unsigned(tokens, at + len(sign), lang)):
            return [(end, -value) for end, value in found]
    return _unsigned(tokens, at, lang)


def _unsigned(tokens: Sequence[Token], at: int, lang: Lang) -> list[Reading]:
    if word(tokens, at)[:1].isdigit():
        digits = _arabic(tokens[at].text)
        return with_fraction(tokens, at + 1, digits, lang) if digits is not None else []
    found = _chinese(tokens, at) if lang == "zh" else _english(tokens, at)
    return [] if found and found[0] == (at + 1, 1.0) and _counts_nothing(tokens, at, lang) else found


def read_ordinal(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """The English ordinal at `at` (third, twenty fourth, 24th), as `(end, value)`."""
    first, second = words(tokens, at, 2) if at + 1 < len(tokens) else (word(tokens, at), "")
    if first in _EN_ORDINALS:
        return at + 1, _EN_ORDINALS[first]
    if first in _EN_TENS and 0 < _EN_ORDINALS.get(second, 0) < 10:
        return at + 2, _EN_TENS[first] + _EN_ORDINALS[second]
    if first.isdecimal() and len(first) <= MAX_WRITTEN_DIGITS and second in ("st", "nd", "rd", "th"):
        return at + 2, int(first)
    return None


_HEARD_FOR_ONE = frozenset("腰邀妖")
"""Characters that recognisers write for the 幺 at the head of a phone number."""


def read_digits(tokens: Sequence[Token], at: int, lang: Lang) -> tuple[int, str]:
    """The longest run of spoken or written digits at `at` (a phone number), as `(end, digits)`."""
    digits, here = "", at
    if lang == "zh" and word(tokens, at) in _HEARD_FOR_ONE and _digit(word(tokens, at + 1), lang):
        digits, here = "1", at + 1
    while here < len(tokens):
        repeat = _EN_REPEATS.get(tokens[here].text, 1) if lang == "en" else 1
        place = here + (repeat > 1)
        said = _digit(word(tokens, place), lang)
        if said and (repeat == 1 or len(said) == 1):
            digits, here = digits + said * repeat, place + 1
        elif tokens[here].text == "-" and digits:
            here += 1
        else:
            break
    return here, digits


def _digit(text: str, lang: Lang) -> str:
    """The digit (or the written digits) that `text` is, or nothing."""
    if text.isdigit():
        return text
    if lang == "zh":
        return str(_ZH_DIGITS[text]) if text in _ZH_DIGITS else ""
    if text in ("oh", "o"):
        return "0"
    return str(_EN_ONES[text]) if _EN_ONES.get(text, 10) < 10 else ""


def _arabic(text: str) -> float | None:
    try:
        return float(text) if len(text) <= MAX_WRITTEN_DIGITS else None
    except ValueError:
        return None


def with_fraction(tokens: Sequence[Token], end: int, value: float, lang: Lang) -> list[Reading]:
    """`value` ending at `end`, preferably with the decimals, the half or the quarters that may follow it."""
    if value != int(value):
        return [(end, value)]
    for said, part in _HALVES[lang].items():
        if words(tokens, end, len(said)) == said:
            return [(end + len(said), value + part), (end, value)]
    if word(tokens, end) == ("点" if lang == "zh" else "point"):
        last, decimals = read_digits(tokens, end + 1, lang)
        if decimals:
            return [(last, value + float(f"0.{decimals}")), (end, value)]
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
    said = tokens[at:here]
    if spoken_unit == 0 and len(said) > 1 and any(token.text == "两" for token in said):
        return []  # 一两度 is about one or two, not twelve
    if spoken_unit == 0:
        value = float(plain)
    elif digit > 0 and spoken_unit >= 100 and tokens[here - 2].text in _ZH_UNITS:
        value = total + section + digit * spoken_unit / 10
    else:
        value = total + section + max(digit, 0)
    if value >= 10**MAX_WRITTEN_DIGITS:
        return []
    # only 点: the half of 二十二度半 follows the unit, and 一半 is a half
    return with_fraction(tokens, here, value, "zh") if word(tokens, here) == "点" else [(here, value)]


def _counts_nothing(tokens: Sequence[Token], at: int, lang: Lang) -> bool:
    """Whether the 一 or "one" at `at` is no number."""
    after = lang == "zh" and word(tokens, at + 1) in _NO_COUNT_AFTER
    return after or (at > 0 and word(tokens, at - 1) in _NO_COUNT_BEFORE[lang])


def _english(tokens: Sequence[Token], at: int) -> list[Reading]:
    here, value, said = at, 0.0, False
    if words(tokens, here, 2) in (("a", "hundred"), ("a", "thousand")):
        value, said = 100.0 if word(tokens, here + 1) == "hundred" else 1000.0, True
        here += 2
    while (step := _english_step(tokens, here, value, said)) is not None:
        here, value = step
        said = True
    if not said:
        return []
    return with_fraction(tokens, here, value, "en")


def _english_step(tokens: Sequence[Token], here: int, value: float, said: bool) -> Reading | None:
    """One more word of an English number after `value`, or None when the number is over."""
    text = word(tokens, here)
    low = int(value) % 100
    if said and text == "and" and value >= 100 and low == 0 and word(tokens, here + 1) in {*_EN_ONES, *_EN_TENS}:
        here, text = here + 1, word(tokens, here + 1)
    if text in _EN_TENS and (not said or (value >= 100 and low == 0)):
        return here + 1, value + _EN_TENS[text]
    if text in _EN_ONES:
        ones = _EN_ONES[text]
        fits = not said or (value >= 100 and low == 0) or (low >= 20 and low % 10 == 0 and 0 < ones < 10)
        return (here + 1, value + ones) if fits else None
    if said and text == "hundred" and 0 < value % 1000 < 100:
        return here + 1, value + 99 * low
    if said and text == "thousand" and 0 < value < 1000:
        return here + 1, value * 1000
    return None


def word(tokens: Sequence[Token], at: int) -> str:
    """The text of token `at`, or nothing behind the last."""
    return tokens[at].text if at < len(tokens) else ""


def words(tokens: Sequence[Token], at: int, count: int) -> tuple[str, ...]:
    """The texts of up to `count` tokens from `at` on."""
    return tuple(token.text for token in tokens[at : at + count])


def number_words(lang: Lang) -> frozenset[str]:
    """Every word or digit that numbers up to a hundred are said or written with."""
    written = {str(n) for n in range(101)}
    if lang == "zh":
        return frozenset({*written, *_ZH_DIGITS, *_ZH_UNITS, "点", "半"})
    said = {*_EN_ONES, *_EN_TENS, *_EN_ORDINALS, *_EN_REPEATS, "hundred", "thousand", "point", "and", "a", "half"}
    return frozenset(written | said)
