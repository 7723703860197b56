"""Days and times of day as people say them.

A day is `today`, `tomorrow`, `+2` (days from today), `mon` … `sun` (the next such day) or `11-24`; the planner, which
knows the date, makes a date of it. A time is `HH:MM` on the 24-hour clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cockpit.nlu.numbers import read_number
from cockpit.nlu.tokens import Token
from cockpit.types import Lang

_DAYS: dict[Lang, dict[tuple[str, ...], str]] = {
    "zh": {
        tuple(words): day
        for day, names in {
            "today": "今天 今日 今晚 今儿 现在",
            "tomorrow": "明天 明日 明儿 明早 明晚",
            "+2": "后天",
            "+3": "大后天",
        }.items()
        for words in names.split()
    },
    "en": {
        ("today",): "today", ("tonight",): "today", ("now",): "today", ("right", "now"): "today",
        ("tomorrow",): "tomorrow",
        ("this", "evening"): "today", ("this", "afternoon"): "today", ("this", "morning"): "today",
        ("the", "day", "after", "tomorrow"): "+2", ("day", "after", "tomorrow"): "+2",
    },
}  # fmt: skip
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EN_WEEKDAYS = dict(
    zip(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], _WEEKDAYS, strict=True)
)
_ZH_WEEKDAYS = dict(zip("一二三四五六日", _WEEKDAYS, strict=True)) | {"天": "sun"}
_EN_MONTHS = {
    name: n
    for n, name in enumerate(
        [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        start=1,
    )
}
_ZH_PARTS = {"凌晨": 0, "早上": 1, "早晨": 1, "上午": 1, "中午": 10, "下午": 12, "傍晚": 12, "晚上": 17}
"""Part of the day to the first of the twelve hours that it can mean: 中午 is 10 to 21, 晚上 17 to 4."""
_EN_PARTS = {
    ("pm",): 12, ("p", "m"): 12, ("p", ".", "m", "."): 12, ("in", "the", "afternoon"): 12, ("in", "the", "evening"): 12,
    ("at", "night"): 17, ("am",): 0, ("a", "m"): 0, ("a", ".", "m", "."): 0, ("in", "the", "morning"): 0,
    ("oclock",): None,
}  # fmt: skip


def read_day(tokens: Sequence[Token], at: int, lang: Lang) -> Iterator[tuple[int, str]]:
    """Days that begin at token `at`, as `(end, day)`."""
    for words, day in _DAYS[lang].items():
        if _texts(tokens, at, len(words)) == words:
            yield at + len(words), day
    yield from _weekday_zh(tokens, at) if lang == "zh" else _weekday_en(tokens, at)
    yield from _date_zh(tokens, at) if lang == "zh" else _date_en(tokens, at)


def _weekday_zh(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, str]]:
    start = at + 1 if _texts(tokens, at, 1) in (("下",), ("这",), ("本",)) else at
    if _texts(tokens, start, 2) in (("星", "期"), ("礼", "拜")):
        place = start + 2
    elif _texts(tokens, start, 1) == ("周",):
        place = start + 1
    else:
        return
    if (day := _ZH_WEEKDAYS.get("".join(_texts(tokens, place, 1)))) is not None:
        yield place + 1, day


def _weekday_en(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, str]]:
    start = at + 1 if _texts(tokens, at, 1) in (("on",), ("next",), ("this",)) else at
    if (day := _EN_WEEKDAYS.get("".join(_texts(tokens, start, 1)))) is not None:
        yield start + 1, day


def _date_zh(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, str]]:
    for end, month in read_number(tokens, at, "zh"):
        if _texts(tokens, end, 1) != ("月",):
            continue
        for last, day in read_number(tokens, end + 1, "zh"):
            if _texts(tokens, last, 1) in (("日",), ("号",)) and _valid(month, day):
                yield last + 1, f"{int(month):02}-{int(day):02}"


def _date_en(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, str]]:
    month = _EN_MONTHS.get("".join(_texts(tokens, at, 1)))
    if month is None:
        return
    for end, day in read_number(tokens, at + 1, "en"):
        if _valid(month, day):
            yield end, f"{month:02}-{int(day):02}"


def _valid(month: float, day: float) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def read_time(tokens: Sequence[Token], at: int, lang: Lang) -> Iterator[tuple[int, str]]:
    """Times of day that begin at token `at`, as `(end, "HH:MM")`."""
    clock = "".join(_texts(tokens, at, 1)).split(":")
    if len(clock) == 2 and all(part.isdigit() for part in clock) and int(clock[0]) < 24 and int(clock[1]) < 60:
        yield from _with_part_of_day(tokens, at + 1, int(clock[0]), int(clock[1]), lang)
    yield from _time_zh(tokens, at) if lang == "zh" else _time_en(tokens, at)


def _time_zh(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, str]]:
    part = _ZH_PARTS.get("".join(_texts(tokens, at, 2)))
    start = at if part is None else at + 2
    if part is not None and ":" in "".join(_texts(tokens, start, 1)):
        clocks = read_time(tokens, start, "zh")
        yield from ((end, _clock(_within(part, int(clock[:2])), int(clock[3:]))) for end, clock in clocks)
    for end, hour in read_number(tokens, start, "zh"):
        if _texts(tokens, end, 1) not in (("点",), ("时",)) or not (hour == int(hour) and 0 <= hour < 24):
            continue
        last, minute = end + 1, 0
        if _texts(tokens, last, 1) == ("半",):
            last, minute = last + 1, 30
        elif _texts(tokens, last, 2) in (("一", "刻"), ("三", "刻")):
            last, minute = last + 2, 15 if _texts(tokens, last, 1) == ("一",) else 45
        elif numbers := read_number(tokens, last, "zh"):
            last, minute = numbers[0][0], int(numbers[0][1])
        last += _texts(tokens, last, 1) in (("钟",), ("分",), ("整",))
        if 0 <= minute < 60:
            yield last, _clock(_within(part, int(hour)), minute)


def _time_en(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, str]]:
    if _texts(tokens, at, 2) == ("half", "past"):
        for end, hour in read_number(tokens, at + 2, "en"):
            if 0 <= hour < 24:
                yield from _with_part_of_day(tokens, end, int(hour), 30, "en")
    for end, hour in read_number(tokens, at, "en"):
        if not (hour == int(hour) and 0 <= hour < 24):
            continue
        for last, minute in read_number(tokens, end, "en"):
            if 10 <= minute < 60 and minute == int(minute):
                yield from _with_part_of_day(tokens, last, int(hour), int(minute), "en")
        yield from _with_part_of_day(tokens, end, int(hour), 0, "en")


def _with_part_of_day(
    tokens: Sequence[Token], end: int, hour: int, minute: int, lang: Lang
) -> Iterator[tuple[int, str]]:
    if lang == "en":
        for words, part in _EN_PARTS.items():
            if _texts(tokens, end, len(words)) == words:
                yield end + len(words), _clock(_within(part, hour), minute)
    yield end, _clock(hour, minute)


def _within(first: int | None, hour: int) -> int:
    """`hour` of the twelve-hour clock put into the twelve hours that begin at `first`."""
    return hour if first is None or hour > 12 else first + (hour - first) % 12


def _clock(hour: int, minute: int) -> str:
    return f"{hour % 24:02}:{minute:02}"


def _texts(tokens: Sequence[Token], at: int, count: int) -> tuple[str, ...]:
    return tuple(token.text for token in tokens[at : at + count])
