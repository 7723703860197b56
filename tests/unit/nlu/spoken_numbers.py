"""Numbers spelled as people say them, written apart from the code that reads them back."""

from __future__ import annotations

ZH_DIGITS = "零一二三四五六七八九"
EN_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
EN_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()


def zh(number: int, *, two: str = "二") -> str:
    """An integer of 0 to 9999; `two` is what 200 and 2000 begin with (二 or 两)."""
    if number == 0:
        return "零"
    text, gap = "", False
    for size, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // size % 10
        if digit == 0:
            gap = bool(text)
            continue
        name = two if digit == 2 and size >= 100 else ZH_DIGITS[digit]
        text += ("零" if gap else "") + name + unit
        gap = False
    return text.removeprefix("一") if 10 <= number < 20 else text


def zh_short(number: int) -> str:
    """As `zh`, with the last unit left unsaid where that is usual: 一百五 is 150, 两千三 is 2300."""
    spelled = zh(number, two="两")
    plain = spelled[-1] in "十百" and len(spelled) > 3 and "零" not in spelled
    return spelled[:-1] if plain else spelled


def en(number: int, *, joint: str = " and ") -> str:
    """An integer of 0 to 9999; `joint` stands before the last two digits (British and American)."""
    if number < 20:
        return EN_SMALL[number]
    if number < 100:
        return (EN_TENS[number // 10] + (f" {EN_SMALL[number % 10]}" if number % 10 else "")).strip()
    size, name = (1000, "thousand") if number >= 1000 else (100, "hundred")
    rest = number % size
    text = f"{EN_SMALL[number // size]} {name}"
    if not rest:
        return text
    return text + (joint if rest < 100 else " ") + en(rest, joint=joint)


def spelled(number: int, lang: str) -> str:
    return zh(number) if lang == "zh" else en(number)


def decimals(digits: str, lang: str) -> str:
    """The digits after the point, one by one."""
    return "".join(ZH_DIGITS[int(d)] for d in digits) if lang == "zh" else " ".join(EN_SMALL[int(d)] for d in digits)
