"""English text as it is read aloud: figures, units, dates and signs written out in words (American usage)."""

from __future__ import annotations

import re
from collections.abc import Callable

ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
NUMBER = r"\d+(?:\.\d+)?"

UNITS = {
    "km/h": ("kilometre per hour", "kilometres per hour"), "kph": ("kilometre per hour", "kilometres per hour"),
    "kwh/100km": ("kilowatt hour per hundred kilometres", "kilowatt hours per hundred kilometres"),
    "l/100km": ("litre per hundred kilometres", "litres per hundred kilometres"),
    "mph": ("mile per hour", "miles per hour"), "m/s": ("metre per second", "metres per second"),
    "km": ("kilometre", "kilometres"), "cm": ("centimetre", "centimetres"), "mm": ("millimetre", "millimetres"),
    "m": ("metre", "metres"), "mi": ("mile", "miles"), "ft": ("foot", "feet"), "kg": ("kilogram", "kilograms"),
    "l": ("litre", "litres"), "kpa": ("kilopascal", "kilopascals"), "bar": ("bar", "bar"), "psi": ("P S I", "P S I"),
    "kwh": ("kilowatt hour", "kilowatt hours"), "kw": ("kilowatt", "kilowatts"), "v": ("volt", "volts"),
    "a": ("amp", "amps"), "ah": ("amp hour", "amp hours"), "nm": ("newton metre", "newton metres"),
    "kwh/100 km": ("kilowatt hour per hundred kilometres", "kilowatt hours per hundred kilometres"),
    "l/100 km": ("litre per hundred kilometres", "litres per hundred kilometres"),
    "mpg": ("mile per gallon", "miles per gallon"), "gal": ("gallon", "gallons"), "t": ("tonne", "tonnes"),
    "lb": ("pound", "pounds"), "lbs": ("pound", "pounds"), "hp": ("horsepower", "horsepower"),
    "ghz": ("gigahertz", "gigahertz"), "khz": ("kilohertz", "kilohertz"),
    "rpm": ("R P M", "R P M"), "mhz": ("megahertz", "megahertz"), "hz": ("hertz", "hertz"),
    "db": ("decibel", "decibels"),
    "gb": ("gigabyte", "gigabytes"), "mb": ("megabyte", "megabytes"), "h": ("hour", "hours"),
    "hrs": ("hour", "hours"),
    "min": ("minute", "minutes"), "mins": ("minute", "minutes"), "s": ("second", "seconds"),
    "ms": ("millisecond", "milliseconds"), "°c": ("degree Celsius", "degrees Celsius"),
    "℃": ("degree Celsius", "degrees Celsius"), "°f": ("degree Fahrenheit", "degrees Fahrenheit"),
    "℉": ("degree Fahrenheit", "degrees Fahrenheit"), "°": ("degree", "degrees"),
}  # fmt: skip
NAMES = {"G", "S", "A", "M", "H", "T"}
"""Capitals right behind a figure that name a thing, not a unit: 5G, exit 12A."""
_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_DASH = r"\s*[-–—~]\s*"


def cardinal(n: int) -> str:
    """A whole number in words: 121 is one hundred twenty one."""
    if n < 0:
        return "minus " + cardinal(-n)
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + (f" {ONES[n % 10]}" if n % 10 else "")
    for size, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if n >= size:
            head, rest = divmod(n, size)
            return f"{cardinal(head)} {name}" + (f" {cardinal(rest)}" if rest else "")
    raise AssertionError(n)


def ordinal(n: int) -> str:
    """The n-th: 22 is twenty second."""
    head, _, last = cardinal(n).rpartition(" ")
    last = ORDINALS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last.rstrip("t") + "th")
    return f"{head} {last}".strip()


def digits(text: str) -> str:
    """Digit by digit. What is no digit is dropped."""
    return " ".join(ONES[int(c)] for c in text if c.isascii() and c.isdigit())


def number(text: str) -> str:
    """A figure with sign, thousands commas and decimals: -1.50 is minus one point five zero."""
    sign = "minus " if text[:1] in "-−" else ""
    whole, _, decimals = text.lstrip("-−+").replace(",", "").partition(".")
    plain = len(whole) <= 12 and not (len(whole) > 1 and whole.startswith("0"))
    spoken = cardinal(int(whole)) if plain else digits(whole)
    return sign + spoken + (f" point {digits(decimals)}" if decimals else "")


def year(text: str) -> str:
    """A year: 2026 is twenty twenty six, 2005 two thousand five, 1900 nineteen hundred."""
    n = int(text)
    if n % 1000 < 10 or not 1000 <= n <= 9999:
        return cardinal(n)
    if n % 100 == 0:
        return f"{cardinal(n // 100)} hundred"
    return f"{cardinal(n // 100)} {'oh ' if n % 100 < 10 else ''}{cardinal(n % 100)}"


def _clock(hour: str, minute: str, half: str | None) -> str:
    h, m = int(hour), int(minute)
    if half is None and m == 0 and h in (0, 12, 24):
        return "noon" if h == 12 else "midnight"
    suffix = half.replace(".", "").upper() if half else "PM" if 12 <= h < 24 else "AM"
    minutes = "" if m == 0 else f" oh {cardinal(m)}" if m < 10 else f" {cardinal(m)}"
    return f"{cardinal(h % 12 or 12)}{minutes} {' '.join(suffix)}"


def _date(y: str, month: str, day: str) -> str:
    if not 1 <= int(month) <= 12:
        return f"{digits(y)} {digits(month)} {digits(day)}"
    return f"{MONTHS[int(month) - 1]} {ordinal(int(day))}, {year(y)}"


def _measured(match: re.Match[str]) -> str:
    figure, space, unit = match.groups()
    if unit in NAMES and not space:
        return f"{number(figure)} {unit}"
    return f"{number(figure)} {UNITS[unit.lower()][figure.lstrip('-−') != '1']}"


def _fraction(match: re.Match[str]) -> str:
    top, bottom = int(match[1]), int(match[2])
    name = {2: "half", 4: "quarter"}.get(bottom) or (ordinal(bottom) if bottom else "zero")
    plural = "halves" if bottom == 2 else f"{name}s"
    return f"{cardinal(top)} {name if top == 1 else plural}"


def _phone(match: re.Match[str]) -> str:
    return match[1] + ", ".join(digits(part) for part in re.split(r"[-\s()]+", match[2].lstrip("+(")) if part)


def _money(match: re.Match[str]) -> str:
    sign, figure, size = match.groups()
    name, part = CURRENCIES[sign]
    whole, _, rest = figure.partition(".")
    many = name + "s" * (name != "yuan")
    if size:
        return f"{number(figure)} {size} {many}"
    if len(rest) != 2 or not part:
        return f"{number(figure)} {name if figure == '1' else many}"
    cents = f"{cardinal(int(rest))} {part if int(rest) == 1 or part == 'pence' else part + 's'}" if int(rest) else ""
    units = f"{number(whole)} {name if whole == '1' else many}" if int(whole) or not cents else ""
    return f"{units} {cents}".strip()


def _spelled(text: str) -> str:
    """Letters and figures one by one."""
    return " ".join(digits(c) or c.upper() for c in text if c.isalnum())


def _of_month(month: str, day: str, y: str | None) -> str:
    name = next(full for full in MONTHS if full.lower().startswith(month.lower().rstrip(".")[:3]))
    return f"{name} {ordinal(int(day))}" + (f", {year(y)}" if y else "")


def _decade(match: re.Match[str]) -> str:
    lead, century, tens = match.groups()
    return f"{lead or ''}{cardinal(int(century)) + ' ' if century else ''}{TENS[int(tens)].removesuffix('y')}ies"


CURRENCIES = {"$": ("dollar", "cent"), "€": ("euro", "cent"), "£": ("pound", "pence"), "¥": ("yuan", "")}
COMPARED = {"<": "less than ", ">": "more than ", "≤": "at most ", "≥": "at least ", "±": "plus or minus "}
NUMBERED = "call|dial|phone|number|code|ending|room|flight|train|bus|line|US"
"""What a number of three figures or more is said digit by digit after."""
_MONTH = "|".join([*MONTHS, "Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sept?", "Oct", "Nov", "Dec"])
_SINGULAR = "minute|degree|second|hour|day|metre|kilometre|mile|level|litre"


_Spoken = str | Callable[[re.Match[str]], str]
_Rule = tuple[re.Pattern[str], _Spoken]


def _rule(pattern: str, spoken: _Spoken) -> _Rule:
    return re.compile(pattern, re.IGNORECASE), spoken


RULES: tuple[_Rule, ...] = (
    _rule(r"(?<=\d),(?=\d{3}(?!\d))", ""),
    _rule(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)(?:T(?=\d))?", lambda m: _date(m[1], m[2], m[3]) + " "),
    _rule(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])", lambda m: _date(m[3], m[1], m[2])),
    _rule(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4})(?![\d.])", lambda m: _date(m[3], m[2], m[1])),
    _rule(rf"\b(\d{{1,2}}) ({_MONTH})\b\.?(?: (\d{{4}})\b)?", lambda m: _of_month(m[2], m[1], m[3])),
    _rule(
        rf"\b({_MONTH})\.? (\d{{1,2}})\b(?![:.%]\d| ?[ap]\.?m)(?:, (\d{{4}})\b)?", lambda m: _of_month(m[1], m[2], m[3])
    ),
    _rule(r"\b()(19|20)(\d)0s\b", _decade),
    _rule(r"\b(the )()([2-9])0s\b", _decade),
    _rule(r"\b(from|between) (\d{4}) (to|and) (\d{4})\b", lambda m: f"{m[1]} {year(m[2])} {m[3]} {year(m[4])}"),
    _rule(r"\b24/7\b", "twenty four seven"),
    _rule(r"(?<=\d)(h|min)(?=\d)", lambda m: f"{m[1]} "),
    _rule(r"(?<=\d)\s*[-–]\s*(?=\d{1,2}\s*[ap]\.?m\b)|(?<=[ap]m)\s*[-–]\s*(?=\d)", " to "),
    _rule(rf"(?<=:\d\d){_DASH}(?=\d{{1,2}}:\d\d)", " to "),
    _rule(r"(?<![\d:])(\d{1,2}):(\d{2})(?::\d{2})?(?:\s*([ap]\.?m\b\.?))?(?!\d)", lambda m: _clock(m[1], m[2], m[3])),
    _rule(r"\b(\d{1,2})\s*([ap]\.m\.|[ap]\.?m\b)", lambda m: _clock(m[1], "0", m[2])),
    _rule(r"(\d+):(\d+)", lambda m: f"{number(m[1])} to {number(m[2])}"),
    _rule(r"(?<![\d.])()(\+\d{1,3}[-\s]?[\d()][\d()\s-]{6,}\d|1[3-9]\d-\d{4}-\d{4})(?!\d)", _phone),
    _rule(r"(?<![\d.])()((?:1-)?\d{3}-\d{3}-\d{4}|\(\d{3}\) ?\d{3}-\d{4})(?!\d)", _phone),
    _rule(rf"\b((?:{NUMBERED})(?: (?:is|in))?:?\s+)(\d{{3,}})(?![\d.])", _phone),
    _rule(r"\b(plate(?: number)?(?: is)?:? )((?-i:[A-Z0-9](?:[ -]?[A-Z0-9]){3,8}))\b", lambda m: m[1] + _spelled(m[2])),
    _rule(r"(?-i:\b(?=\d*[A-Z])(?=[A-Z]*\d)[A-Z0-9]{6,8}\b)", lambda m: _spelled(m[0])),
    _rule(r"\b(?:No\.?|#) ?(?=\d)|#(?=\d)", "number "),
    _rule(r"([<>≤≥±])\s*(?=\d)", lambda m: COMPARED[m[1]]),
    _rule(r"(?<=\d)x(?=\d)", " by "),
    _rule(r"(?<=\d)\s*[x×]\s*(?=\d)", " times "),
    _rule(r"(?<=[\d°])/(?=[-−]?\d+\s?°)", " to "),
    _rule(rf"(?<![\d.])1 ({_SINGULAR})s\b", lambda m: f"one {m[1]}"),
    _rule(r"(?-i:\b([A-Z]{2,})-(?=[A-Z]\b))", lambda m: f"{m[1]} "),
    _rule(r"(?<![\d.])()(\d{8,})(?![\d.])", _phone),
    _rule(r"\bv?(\d+(?:\.\d+){2,})", lambda m: " point ".join(number(part) for part in m[1].split("."))),
    _rule(rf"\bv({NUMBER})(?!\w)", lambda m: "version " + number(m[1])),
    _rule(rf"([$€£¥])\s*({NUMBER})(?: (million|billion|thousand))?", _money),
    _rule(rf"(?<=\d)(\s*(?:%|{_UNIT})?){_DASH}(?=\d)", lambda m: f"{m[1]} to "),
    _rule(rf"((?<![\w.])[-−]?{NUMBER})\s*%", lambda m: number(m[1]) + " percent"),
    _rule(rf"((?<![\w.])[-−]?{NUMBER})(\s*)({_UNIT})(?![A-Za-z])", _measured),
    _rule(r"\b(\d+)(?:st|nd|rd|th)\b", lambda m: ordinal(int(m[1]))),
    _rule(r"(?<=\d) (1)/([2-9])(?![\d/])", lambda m: " and " + _fraction(m).replace("one ", "a ")),
    _rule(r"(?<![\d./])(\d{1,3})/(\d{1,3})(?![\d/])", _fraction),
    _rule(r"\b((?:in|since|of|year|from)\s+)((?:19|20)\d{2})\b(?! ?[a-z]+s\b)", lambda m: m[1] + year(m[2])),
    _rule(r"(?<=[a-z])(,\s+)((?:19|20)\d{2})\b", lambda m: m[1] + year(m[2])),
    _rule(r"\b([A-Z]{1,3})-?(\d+)(?![\d.])", lambda m: f"{m[1]} {digits(m[2]) if len(m[2]) > 2 else number(m[2])}"),
    _rule(rf"(?<![\dA-Za-z])[-−]{NUMBER}", lambda m: number(m[0])),
    _rule(r"(?<=[A-Za-z])(?=\d)", " "),
    _rule(rf"{NUMBER}(?=[A-Za-z])", lambda m: number(m[0]) + " "),
    _rule(NUMBER, lambda m: number(m[0])),
    _rule(r"\bA/C\b", "A C"),
    _rule(r"[\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff]+", ""),
    _rule(r"\s*&\s*", " and "),
    _rule(r"\s*\+\s*", " plus "),
    _rule(r"\s*=\s*", " equals "),
    _rule(r"[·•*_#`|<>\[\]{}~^\\/@]+", " "),
)
"""Applied in order; each turns one kind of writing into words."""


def normalise(text: str) -> str:
    """Text with every figure and sign in the words one says; text without any is returned unchanged."""
    for pattern, spoken in RULES:
        text = pattern.sub(spoken, text)
    return re.sub(r"\s+([.,!?;:])", r"\1", re.sub(r"[^\S\n]+", " ", text)).strip()
