"""Chinese text as it is read aloud: figures, units, dates and signs written out in characters.

The forms are those of ordinary spoken Mandarin (两 before measure words, 幺 for 1 in telephone and plate numbers,
百分之 before the figure, 零下 for degrees of frost).
"""

from __future__ import annotations

import re
from collections.abc import Callable

DIGITS = "零一二三四五六七八九"
NUMBER = r"\d+(?:\.\d+)?"
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
MEASURES = "个位条只辆次天周扇首种份家站人米公里小时分钟秒升块段件张遍层盏排座倍元"
"""First characters of measure words that take 两 rather than 二."""

UNITS = {
    "km/h": "公里每小时", "kwh/100km": "千瓦时每百公里", "l/100km": "升每百公里", "mph": "英里每小时", "m/s": "米每秒",
    "km": "公里", "cm": "厘米", "mm": "毫米", "m": "米", "kg": "公斤", "g": "克", "l": "升", "ml": "毫升",
    "kpa": "千帕", "bar": "巴", "psi": "磅每平方英寸", "kwh": "千瓦时", "kw": "千瓦", "w": "瓦", "v": "伏", "a": "安",
    "ah": "安时", "nm": "牛米", "n·m": "牛米", "rpm": "转每分钟", "ghz": "吉赫", "mhz": "兆赫", "khz": "千赫",
    "hz": "赫兹", "db": "分贝", "t": "吨", "h": "小时", "min": "分钟", "s": "秒", "ms": "毫秒",
    "°c": "摄氏度", "℃": "摄氏度", "°f": "华氏度", "℉": "华氏度", "°": "度",
}  # fmt: skip
NAMES = {"G", "S", "H", "M", "T"}
"""Capitals behind a figure that name a thing, not a unit: 5G, 4S店, 2.0T."""
CALLED = "打|打给|拨|拨打|致电|呼叫|电话|号码|手机|编号|验证码|尾号"
"""What a number is said digit by digit after."""
CURRENCIES = {"¥": "元", "￥": "元", "$": "美元", "€": "欧元", "£": "英镑"}
COMPARED = {"<": "小于", ">": "大于", "≤": "小于等于", "≥": "大于等于", "±": "正负"}
_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_DEGREE = r"°[CFcf]?|℃|℉|度|摄氏度|华氏度"
_DASH = r"\s*[-–—~～至到]\s*"


def cardinal(n: int) -> str:
    """A whole number in characters: 105 is 一百零五, 12 十二, 20000 两万."""
    if n < 0:
        return "负" + cardinal(-n)
    if n < 10:
        return DIGITS[n]
    for size, name in ((10**8, "亿"), (10**4, "万")):
        if n >= size:
            head, rest = divmod(n, size)
            lead = "两" if head == 2 else cardinal(head)
            gap = "零" if 0 < rest < size // 10 else ""
            return lead + name + gap + (_below_10000(rest) if rest < 10**4 else cardinal(rest)) * (rest > 0)
    return _below_10000(n).removeprefix("一") if 10 <= n < 20 else _below_10000(n)


def _below_10000(n: int) -> str:
    text, gap = "", False
    for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, n = divmod(n, size)
        if digit:
            text += "零" * (gap and text != "") + ("两" if digit == 2 and size >= 1000 else DIGITS[digit]) + name
        gap = digit == 0
    return text


def digits(text: str, one: str = "一") -> str:
    """Digit by digit; `one` is how 1 is said. What is no digit is dropped."""
    return "".join(one if c == "1" else DIGITS[int(c)] for c in text if c.isascii() and c.isdigit())


def number(text: str) -> str:
    """A figure with sign, thousands commas and decimals: -1,234.50 is 负一千二百三十四点五零."""
    sign = "负" if text[:1] in "-−" else ""
    whole, _, decimals = text.lstrip("-−+").replace(",", "").partition(".")
    if len(whole) > 1 and whole.startswith("0"):
        spoken = digits(whole)
    else:
        spoken = cardinal(int(whole)) if len(whole) <= 12 else digits(whole)
    return sign + spoken + ("点" + digits(decimals) if decimals else "")


def counted(text: str) -> str:
    """A figure before a measure word: 2 is 两."""
    return "两" if text == "2" else number(text)


def _clock(hour: str, minute: str, second: str | None) -> str:
    spoken = counted(str(int(hour))) + "点"
    if int(minute):
        spoken += ("零" if int(minute) < 10 else "") + cardinal(int(minute)) + "分"
    elif second:
        spoken += "零分"
    return spoken + (cardinal(int(second)) + "秒" if second and int(second) else "")


def _date(year: str, month: str, day: str) -> str:
    return f"{digits(year)}年{cardinal(int(month))}月{cardinal(int(day))}日"


def _degrees(match: re.Match[str]) -> str:
    sign, figure, unit = match.groups()
    frost = "零下" if sign in ("-", "−") else ""
    return frost + (counted(figure) if unit == "度" else number(figure)) + UNITS.get(unit.lower(), unit)


def _measured(match: re.Match[str]) -> str:
    figure, unit = match.groups()
    if unit in NAMES:
        return f"{number(figure)}{unit}"
    return counted(figure) + UNITS[unit.lower()]


def _plate(match: re.Match[str]) -> str:
    return match[1] + " ".join(digits(c, "幺") if c.isdigit() else c for c in match[2] + match[3])


def _identifier(match: re.Match[str]) -> str:
    """Up to two figures behind a letter are a number (G15 is G十五), more are said one by one."""
    letter, figures = match.groups()
    return letter + (number(figures) if len(figures) <= 2 else digits(figures, "幺"))


def _about(match: re.Match[str]) -> str:
    """Two neighbouring figures are a guess: 2、3个 is 两三个."""
    return counted(match[1]) + digits(match[2])


def _phone(match: re.Match[str]) -> str:
    return match[1] + "，".join(digits(part, "幺") for part in re.split(r"[-\s]+", match[2].lstrip("+")))


_Spoken = str | Callable[[re.Match[str]], str]
_Rule = tuple[re.Pattern[str], _Spoken]


def _rule(pattern: str, spoken: _Spoken) -> _Rule:
    return re.compile(pattern, re.IGNORECASE), spoken


RULES: tuple[_Rule, ...] = (
    _rule(r"(?<=\d),(?=\d{3}(?!\d))", ""),
    _rule(rf"([{PROVINCES}])([A-Z])[·•\s]?([A-Z0-9]{{5,6}})(?![A-Z0-9])", _plate),
    _rule(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:T|日|号)?(?!\d{3})", lambda m: _date(m[1], m[2], m[3])),
    _rule(r"(?<!\d)(\d{4})[-–—~～至到](\d{4})(?=年)", lambda m: f"{digits(m[1])}到{digits(m[2])}"),
    _rule(r"(?<!\d)(\d{4})(?=年)", lambda m: digits(m[1])),
    _rule(r"(?<=[年月日号点分时])[-–—~～](?=\d)", "到"),
    _rule(r"(?<=\d)h(\d+)\s?min\b", lambda m: f"小时{m[1]}分钟"),
    _rule(
        rf"(?<![\d:])(\d{{1,2}})[:：](\d{{2}})(?:[:：](\d{{2}}))?(?:{_DASH}(\d{{1,2}})[:：](\d{{2}}))?(?!\d)",
        lambda m: _clock(m[1], m[2], m[3]) + (f"到{_clock(m[4], m[5], None)}" if m[4] else ""),
    ),
    _rule(r"(\d+)[:：](\d+)", lambda m: f"{number(m[1])}比{number(m[2])}"),
    _rule(r"(?<![\d.])()(\+\d{1,3}[-\s]?\d[\d\s-]{6,}\d|1[3-9]\d[-\s]?\d{4}[-\s]?\d{4})(?!\d)", _phone),
    _rule(r"(?<![\d.])()(0\d{2,3}[-\s]\d{3,4}[-\s]?\d{4}|[48]00-\d{3,4}-\d{3,4})(?!\d)", _phone),
    _rule(
        r"((?:打|打给|拨|拨打|致电|呼叫|电话|号码|手机|编号|验证码|尾号)(?:是|为|号)?[:：\s]*)(\d{3,})(?![\d.])", _phone
    ),
    _rule(r"(?<!\d)()(\d{3})(?=国道|省道|县道|路(?:公交|车|$|[，。！？]))", _phone),
    _rule(r"(?<!\d)()(\d{3,4})(?=室|房)", _phone),
    _rule(r"(?<=[座栋幢])()(\d{3,4})(?!\d)", _phone),
    _rule(r"(?<![\d.])()(\d{8,})(?![\d.])", _phone),
    _rule(r"(?<![A-Za-z\d.])[vV]?(\d+(?:\.\d+){2,})", lambda m: "点".join(number(part) for part in m[1].split("."))),
    _rule(r"(?<![A-Za-z\d])[vV](\d+(?:\.\d+)?)(?![\w%])", lambda m: number(m[1])),
    _rule(
        rf"([-−]?)({NUMBER})[%％]?{_DASH}({NUMBER})\s*[%％]",
        lambda m: f"百分之{number(m[1] + m[2])}到百分之{number(m[3])}",
    ),
    _rule(r"(?<![\d.])100\s*[%％]", "百分之百"),
    _rule(rf"([-−]?{NUMBER})\s*[%％]", lambda m: "百分之" + number(m[1])),
    _rule(rf"({NUMBER})\s*[‰]", lambda m: "千分之" + number(m[1])),
    _rule(r"(?<=公里)/(?:小时|时|h)", "每小时"),
    _rule(r"(?<=[升时hL])/(?:100|百)公里", "每百公里"),
    _rule(r"(?<=[\d°度℃])/(?=[-−]?\d+\s*(?:度|°|℃))", "到"),
    _rule(r"([<>≤≥±])\s*(?=\d)", lambda m: COMPARED[m[1]]),
    _rule(r"(?<=\d)\s*[×✕]\s*(?=\d)", "乘"),
    _rule(rf"([2-9])、([3-9])(?=[{MEASURES}十百])", _about),
    _rule(rf"(?<=\d)(\s*(?:{_UNIT})?){_DASH}(?=\d)(?!\d{{1,2}}月)", lambda m: f"{m[1]}到"),
    _rule(rf"([-−]?)(?<![A-Za-z\d.])({NUMBER})\s*({_DEGREE})(?![A-Za-z])", _degrees),
    _rule(rf"(?<![A-Za-z\d.])([-−]?{NUMBER})\s*({_UNIT})(?![A-Za-z])", _measured),
    _rule(rf"([¥￥$€£])\s*({NUMBER})", lambda m: counted(m[2]) + CURRENCIES[m[1]]),
    _rule(r"\bNo\.?\s?(?=\d)", "第"),
    _rule(r"(?<=\d)#", "号"),
    _rule(r"(?<![\d./])(\d{1,3})/(\d{1,3})(?![\d/])", lambda m: f"{number(m[2])}分之{number(m[1])}"),
    _rule(r"(?<!\d)(9[258])(?=号(?:汽油|油))", lambda m: digits(m[1])),
    _rule(r"([A-Z])-?(\d+)(?![\d.])", _identifier),
    _rule(r"(?<![\d.第])2(?=点(?:\d{1,2}分|(?!\d))|度(?!假)|挡风)", "两"),
    _rule(rf"(?<![\d.第-])2\s*(?=[{MEASURES}])", "两"),
    _rule(rf"(?<![\dA-Za-z])[-−]{NUMBER}", lambda m: number(m[0])),
    _rule(NUMBER, lambda m: number(m[0])),
    _rule(r"[\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff]+", ""),
    _rule(r"\s*[&＆]\s*", "和"),
    _rule(r"\s*[+＋]\s*", "加"),
    _rule(r"\s*[=＝]\s*", "等于"),
    _rule(r"\bWi-Fi\b", "WiFi"),
    _rule(r"(?<=[A-Za-z])[/-](?=[A-Za-z])", " "),
    _rule(r"[·•*_#`|<>\[\]{}~～^\\/@]+", " "),
)
"""Applied in order; each turns one kind of writing into characters."""


def normalise(text: str) -> str:
    """Text with every figure and sign in the words one says; text without any is returned unchanged."""
    for pattern, spoken in RULES:
        text = pattern.sub(spoken, text)
    return re.sub(r"[^\S\n]+", " ", text).strip()
