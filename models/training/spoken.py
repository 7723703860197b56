"""Quantities, days, times and numbers as people say them, at random: the reverse of `cockpit.nlu`'s readers."""

from __future__ import annotations

import random

from cockpit.types import Lang

_ZH = "零一二三四五六七八九"
_EN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def number(value: int, lang: Lang) -> str:
    """0 to 999 in words."""
    return _number_zh(value) if lang == "zh" else _number_en(value)


def _number_zh(value: int) -> str:
    if value < 10:
        return _ZH[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return ("" if tens == 1 else _ZH[tens]) + "十" + (_ZH[ones] if ones else "")
    hundreds, rest = divmod(value, 100)
    if not rest:
        return _ZH[hundreds] + "百"
    tail = _number_zh(rest) if rest >= 10 else "零" + _ZH[rest]
    return f"{_ZH[hundreds]}百{'一' if 10 <= rest < 20 else ''}{tail}"


def _number_en(value: int) -> str:
    if value < 20:
        return _EN[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return _TENS[tens - 2] + (f" {_EN[ones]}" if ones else "")
    hundreds, rest = divmod(value, 100)
    return f"{_EN[hundreds]} hundred" + (f" and {_number_en(rest)}" if rest else "")


class Speaker:
    """Says values at random. `rng` decides everything."""

    def __init__(self, lang: Lang, rng: random.Random) -> None:
        self._lang, self._rng = lang, rng

    def _say(self, value: int) -> str:
        return str(value) if self._rng.random() < 0.35 else number(value, self._lang)

    def quantity(self, unit: str, *, amount: bool = False) -> str:
        """A quantity of a control whose values are in `unit` (celsius, percent, level, mm, degrees, km_h, none)."""
        say = getattr(self, f"_{unit}", self._percent)
        return str(say(amount))

    def degrees(self, *, amount: bool = False) -> str:
        return self._celsius(amount, bare=False)

    def _celsius(self, amount: bool, *, bare: bool = True) -> str:
        value = self._rng.choice((1, 1, 2, 2, 3, 4, 5)) if amount else self._rng.randint(14, 32)
        half = self._rng.random() < 0.15
        if self._lang == "zh":
            said = "两" if amount and value == 2 and self._rng.random() < 0.8 else self._say(value)
            unit = self._rng.choice(("度", "度", "度", "摄氏度", "°"))
            if half:
                return self._rng.choice((f"{said}度半", f"{said}点五度", f"{value}.5度"))
            return said if bare and not amount and self._rng.random() < 0.2 else said + unit
        if half:
            said = self._rng.choice((f"{self._say(value)} and a half", f"{self._say(value)} point five", f"{value}.5"))
        else:
            said = self._say(value)
        if bare and self._rng.random() < 0.35:
            return said
        return f"{said} {self._rng.choice(('degrees', 'degrees', 'degrees', 'degree', 'degrees celsius', 'c'))}"

    def _percent(self, amount: bool) -> str:
        value = self._rng.choice((5, 10, 10, 15, 20, 20, 25, 30)) if amount else self._rng.choice(range(0, 101, 5))
        if self._rng.random() < 0.2:
            value = self._rng.randint(1, 99)
        said = self._say(value)
        if self._lang == "zh":
            if not amount and self._rng.random() < 0.15:
                return self._rng.choice(("一半", "三分之一", "三分之二", "四分之一", "四分之三"))
            return self._rng.choice(
                (
                    f"百分之{number(value, 'zh')}",
                    f"百分之{value}",
                    f"{value}%",
                    said,
                    f"{said}个百分点" if amount else said,
                )
            )
        if not amount and self._rng.random() < 0.15:
            return self._rng.choice(("half", "halfway", "a third", "two thirds", "a quarter", "three quarters"))
        return self._rng.choice((f"{said} percent", f"{said} percent", f"{value}%", said, f"{said} per cent"))

    def _level(self, amount: bool) -> str:
        if self._rng.random() < 0.15:
            return self._percent(amount)
        value = self._rng.choice((1, 1, 2)) if amount else self._rng.randint(1, 5)
        if self._lang == "zh":
            said = "两" if value == 2 and amount else self._say(value)
            return (
                said + self._rng.choice(("档", "挡", "级", "格", "档")) if amount or self._rng.random() < 0.85 else said
            )
        said = self._say(value)
        if amount:
            return f"{said} {self._rng.choice(('level', 'notch', 'step', 'levels', 'notches', 'steps'))}"
        return self._rng.choice(
            (f"level {said}", f"level {said}", said, f"setting {said}", f"stage {said}", f"speed {said}")
        )

    def _mm(self, amount: bool) -> str:
        del amount
        value = self._rng.choice((1, 2, 3, 5, 8, 10, 20, 30, 50))
        units = (
            ("厘米", "公分", "毫米")
            if self._lang == "zh"
            else (" centimeters", " cm", " inches", " mm", " centimetres")
        )
        return self._say(value) + self._rng.choice(units)

    def _degrees(self, amount: bool) -> str:
        value = self._rng.choice((5, 10, 15, 20, 30)) if amount else self._rng.choice((0, 5, 10, 15, 20, 30, 45, 60))
        return self._say(value) + ("度" if self._lang == "zh" else " degrees")

    def _km_h(self, amount: bool) -> str:
        value = self._rng.choice((5, 10, 20)) if amount else self._rng.choice(range(30, 131, 5))
        units = (
            ("公里", "码", "", "公里每小时")
            if self._lang == "zh"
            else (" kilometers per hour", " km h", "", " kilometers an hour")
        )
        return self._say(value) + self._rng.choice(units)

    def digits(self) -> str:
        """A telephone number."""
        figures = "".join(str(self._rng.randint(0, 9)) for _ in range(self._rng.choice((3, 5, 7, 8, 10, 11))))
        if self._rng.random() < 0.5:
            return figures
        if self._lang == "zh":
            return "".join("幺" if f == "1" and self._rng.random() < 0.4 else _ZH[int(f)] for f in figures)
        return " ".join("oh" if f == "0" and self._rng.random() < 0.3 else _EN[int(f)] for f in figures)

    def time(self) -> str:
        hour, quarter = self._rng.randint(1, 12), self._rng.choice((0, 0, 0, 15, 30, 30, 45, self._rng.randint(1, 59)))
        if self._lang == "zh":
            part = self._rng.choice(("", "上午", "下午", "晚上", "早上", "中午", "凌晨"))
            minutes = {0: "", 15: "一刻", 30: "半", 45: "三刻"}.get(quarter, f"{number(quarter, 'zh')}分")
            return self._rng.choice((f"{part}{self._say(hour)}点{minutes}", f"{hour + 11}:{quarter:02d}"))
        minutes = f" {'oh ' if quarter < 10 else ''}{number(quarter, 'en')}" if quarter else ""
        tail = self._rng.choice(("", " am", " pm", " oclock" if not quarter else "", " in the evening"))
        plain = f"{self._say(hour)}{minutes}{tail}"
        return self._rng.choice((plain, plain, f"{hour}:{quarter:02d}{self._rng.choice(('', ' pm', ' am'))}"))

    def day(self) -> str:
        if self._lang == "zh":
            return self._rng.choice(
                (
                    *("今天", "明天", "后天", "大后天", "今晚", "明早", "明晚", "这周末", "周末"),
                    *(f"{week}{day}" for week in ("周", "星期", "礼拜", "下周", "这周") for day in "一二三四五六日"),
                    *(f"{number(m, 'zh')}月{number(d, 'zh')}号" for m, d in ((3, 5), (10, 12), (12, 24), (7, 1))),
                )
            )
        days = "monday tuesday wednesday thursday friday saturday sunday".split()
        return self._rng.choice(
            (
                *("today", "tomorrow", "tonight", "the day after tomorrow", "this weekend", "now", "this evening"),
                *(f"{which}{day}" for which in ("", "on ", "next ", "this ") for day in days),
                *("december twenty fourth", "the third of march", "may 5"),
            )
        )
