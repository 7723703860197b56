"""Days and times of day as people say them.

A day is `today`, `tomorrow`, `+2` (days from today), `mon` … `sun` (the next such day), `11-24` or `24` (of the month,
the next such day); the planner, which knows the date, makes a date of it. A time is `HH:MM` on the 24-hour clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cockpit.nlu.numbers import read_digits, read_number, read_ordinal, words
from cockpit.nlu.tokens import Token
from cockpit.types import Lang

_DAYS: dict[Lang, dict[tuple[str, ...], str]] = {
    "zh": {
        tuple(name): day
        for day, names in {
            "today": "今天 今日 今晚 今儿 今早 今夜 现在",
            "tomorrow": "明天 明日 明儿 明早 明晚",
            "+2": "后天",
            "+3": "大后天",
        }.items()
        for name in names.split()
    },
    "en": {
        ("today",): "today", ("tonight",): "today", ("now",): "today", ("right", "now"): "today",
        ("tomorrow",): "tomorrow",
        ("this", "evening"): "today", ("this", "afternoon"): "today", ("this", "morning"): "today",
        ("the", "day", "after", "tomorrow"): "+2", ("day", "after", "tomorrow"): "+2",
    },
}  # fmt: skip
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EN_WEEKDAYS = {f"{name}day": name[:3] for name in "mon tues wednes thurs fri satur sun".split()}
_ZH_WEEKDAYS = dict(zip("一二三四五六日", _WEEKDAYS, strict=True)) | {"天": "sun"}
_EN_MONTHS = {
    name: n
    for n, name in enumerate(
        "january february march april may june july august september october november december".split(), start=1
    )
}
_EN_MONTHS |= {name[:3]: n for name, n in _EN_MONTHS.items()} | {"sept": 9}
_ZH_PARTS = {"凌晨": 0, "早上": 1, "早晨": 1, "清晨": 1, "上午": 1, "中午": 10, "下午": 12, "午后": 12, "傍晚": 12}
_ZH_PARTS |= dict.fromkeys(("晚上", "夜晚", "今晚", "明晚"), 17) | dict.fromkeys(("夜里", "半夜", "深夜", "午夜"), 20)
"""Part of the day to the first of the twelve hours that it can mean: 中午 is 10 to 21, 晚上 17 to 4."""
_EN_PARTS = {
    ("pm",): 12, ("p", "m"): 12, ("p", ".", "m", "."): 12, ("in", "the", "afternoon"): 12, ("in", "the", "evening"): 12,
    ("at", "night"): 17, ("am",): 0, ("a", "m"): 0, ("a", ".", "m", "."): 0, ("in", "the", "morning"): 0,
    ("noon",): 10, ("midnight",): 0,
}  # fmt: skip
_EN_OCLOCK = ((), ("oclock",), ("o", "clock"), ("sharp",))
_EN_EARLIER = {"tonight": 17, "evening": 12, "night": 17, "afternoon": 12, "morning": 0}
"""Parts of the day that a time may follow: tonight at eight."""
_EN_QUARTERS = {("quarter",): 15, ("a", "quarter"): 15, ("half",): 30}
_EN_PAST, _EN_TO = ("past", "after"), ("to", "till", "til", "until", "before", "of")
_SPANS = (("from",), ("between",))
_EN_NAMED = {"noon": 12, "midday": 12, "midnight": 0}


def read_day(tokens: Sequence[Token], at: int, lang: Lang) -> Iterator[tuple[int, str]]:
    """Days that begin at token `at`, as `(end, day)`."""
    for said, day in _DAYS[lang].items():
        if words(tokens, at, len(said)) == said:
            yield at + len(said), day
    yield from _weekday_zh(tokens, at) if lang == "zh" else _weekday_en(tokens, at)
    yield from _date_zh(tokens, at) if lang == "zh" else _date_en(tokens, at)


def _weekday_zh(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, str]]:
    start = at + (words(tokens, at, 1) in (("下",), ("这",), ("本",)))
    for name in ("星期", "礼拜", "周"):
        if words(tokens, start, len(name)) == tuple(name):
            place = start + len(name)
            if (day := _ZH_WEEKDAYS.get("".join(words(tokens, place, 1)))) is not None:
                yield place + 1, day


def _weekday_en(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, str]]:
    start = at + (words(tokens, at, 1) in (("on",), ("next",), ("this",)))
    if (day := _EN_WEEKDAYS.get("".join(words(tokens, start, 1)))) is not None:
        yield start + 1, day


def _date_zh(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, str]]:
    for end, month in read_number(tokens, at, "zh"):
        if words(tokens, end, 1) == ("号",) and _valid(1, month):
            yield end + 1, f"{int(month):02}"
        if words(tokens, end, 1) == ("月",):
            for last, day in read_number(tokens, end + 1, "zh"):
                if words(tokens, last, 1) in (("日",), ("号",)) and _valid(month, day):
                    yield last + 1, f"{int(month):02}-{int(day):02}"


def _date_en(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, str]]:
    """March 3, march the third, the third of march, 3rd march; the 24th."""
    start = at + (words(tokens, at, 1) == ("on",))
    if (month := _EN_MONTHS.get("".join(words(tokens, start, 1)))) is not None:
        for end, day in _day_of_month(tokens, start + 1):
            yield end, f"{month:02}-{day:02}"
    for end, day in _day_of_month(tokens, start):
        place = end + (words(tokens, end, 1) == ("of",))
        if (month := _EN_MONTHS.get("".join(words(tokens, place, 1)))) is not None:
            yield place + 1, f"{month:02}-{day:02}"
        if words(tokens, start, 1) == ("the",):
            yield end, f"{day:02}"


def _day_of_month(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, int]]:
    start = at + (words(tokens, at, 1) == ("the",))
    if (ordinal := read_ordinal(tokens, start)) is not None and _valid(1, ordinal[1]):
        yield ordinal
    if start == at:
        yield from ((end, int(day)) for end, day in read_number(tokens, at, "en") if _valid(1, day))


def _valid(month: float, day: float) -> bool:
    return month == int(month) and day == int(day) and 1 <= month <= 12 and 1 <= day <= 31


def read_time(tokens: Sequence[Token], at: int, lang: Lang) -> Iterator[tuple[int, str]]:
    """Times of day that begin at token `at`, as `(end, "HH:MM")`."""
    yield from _time_zh(tokens, at) if lang == "zh" else _time_en(tokens, at)


def _time_zh(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, str]]:
    if words(tokens, at, 2) in (("正", "午"), ("午", "夜"), ("半", "夜")):
        yield at + 2, "12:00" if words(tokens, at, 1) == ("正",) else "00:00"
    part = _ZH_PARTS.get("".join(words(tokens, at, 2)))
    start = at if part is None else at + 2
    if part is None and at >= 2:  # 今晚 is a day and a part of it
        part = _ZH_PARTS.get("".join(words(tokens, at - 2, 2)))
    yield from ((end, _clock(_within(part, hour), minute)) for end, hour, minute in _clock_zh(tokens, start))


def _time_en(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, str]]:
    before = at - 1 - (words(tokens, at - 1, 1) == ("at",))
    earlier = _EN_EARLIER.get("".join(words(tokens, before, 1))) if before >= 0 else None
    for end, hour, minute in _clock_en(tokens, at):
        for last in (end + len(said) for said in _EN_OCLOCK if words(tokens, end, len(said)) == said):
            for said, part in _EN_PARTS.items():
                if words(tokens, last, len(said)) == said:
                    yield last + len(said), _clock(_within(part, hour), minute)
            yield last, _clock(_within(earlier, hour), minute)


def _written(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, int, int]]:
    hour, _, minute = "".join(words(tokens, at, 1)).replace(".", ":").partition(":")
    if not (hour.isdecimal() and minute.isdecimal() and len(hour) <= 2 == len(minute)):
        return
    if int(hour) < 24 and int(minute) < 60:
        yield at + 1, int(hour), int(minute)


def _clock_zh(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, int, int]]:
    """八点半, 八点过五分, 八点差一刻, 差五分八点, as `(end, hour, minute)`; the minutes to an hour are negative."""
    yield from _written(tokens, at)
    if words(tokens, at, 1) == ("差",) and (minutes := _minutes_zh(tokens, at + 1)):
        end = minutes[0] + (words(tokens, minutes[0], 1) in (("钟",), ("到",)))
        yield from ((last, hour, -minutes[1]) for last, hour in _hours_zh(tokens, end))
    for end, hour in _hours_zh(tokens, at):
        apart = words(tokens, end, 1) in (("差",), ("过",))
        if minutes := _minutes_zh(tokens, end + apart):
            yield minutes[0], hour, -minutes[1] if words(tokens, end, 1) == ("差",) else minutes[1]
        else:
            yield end, hour, 0


def _hours_zh(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, int]]:
    for end, hour in read_number(tokens, at, "zh"):
        if words(tokens, end, 1) in (("点",), ("时",)) and hour == int(hour) and 0 <= hour <= 24:
            yield end + 1 + (words(tokens, end + 1, 1) in (("钟",), ("整",))), int(hour)


def _minutes_zh(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """Minutes at `at`: 半, 一刻, 零五, 五分."""
    for said, minute in (("半", 30), ("一刻", 15), ("三刻", 45)):
        if words(tokens, at, len(said)) == tuple(said):
            return at + len(said), minute
    for end, number in read_number(tokens, at, "zh"):
        if number == int(number) and 0 <= number < 60:
            return end + (words(tokens, end, 1) in (("分",), ("整",))), int(number)
    return None


def _clock_en(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, int, int]]:
    """Seven thirty, six oh five, half past seven, ten to eight, as `(end, hour, minute)`."""
    yield from _written(tokens, at)
    for end, minutes, sure in _minutes_en(tokens, at):
        relation = "".join(words(tokens, end, 1))
        for last, hour in _hours_en(tokens, end + 1):
            if relation in _EN_PAST:
                yield last, hour, minutes
            # "from ten to eleven" and "nine to five" last from an hour to another
            elif relation in _EN_TO and minutes < 30 and (sure or words(tokens, at - 1, 1) not in _SPANS):
                yield last, hour, -minutes
    for end, hour in _hours_en(tokens, at):
        last, digits = read_digits(tokens, end + 1, "en")
        if words(tokens, end, 1) in (("oh",), ("o",)) and len(digits) == 1:
            yield last, hour, int(digits)
        for last, minute in read_number(tokens, end, "en"):
            if 10 <= minute < 60 and minute == int(minute):
                yield last, hour, int(minute)
        yield end, hour, 0


def _hours_en(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, int]]:
    if (hour := _EN_NAMED.get("".join(words(tokens, at, 1)))) is not None:
        yield at + 1, hour
    yield from ((end, int(n)) for end, n in read_number(tokens, at, "en") if n == int(n) and 0 <= n < 24)


def _minutes_en(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, int, bool]]:
    """Minutes past or to an hour, as `(end, minutes, sure)`; not sure are those that may be an hour themselves."""
    yield from ((at + len(said), n, True) for said, n in _EN_QUARTERS.items() if words(tokens, at, len(said)) == said)
    for end, number in read_number(tokens, at, "en"):
        if words(tokens, end, 1) in (("minutes",), ("minute",)) and number in range(1, 60):
            yield end + 1, int(number), True
        elif number in (5, 10, 20, 25):
            yield end, int(number), False


def _within(first: int | None, hour: int) -> int:
    """`hour` of the twelve-hour clock put into the twelve hours that begin at `first`."""
    return hour if first is None or hour > 12 else first + (hour - first) % 12


def _clock(hour: int, minute: int) -> str:
    """`minute` may be negative: before the hour."""
    return "{:02}:{:02}".format(*divmod((60 * hour + minute) % 1440, 60))
