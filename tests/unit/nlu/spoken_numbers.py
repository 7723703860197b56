"""Numbers spelled as people say them, written apart from the code that reads them back."""

from __future__ import annotations

import re

from hypothesis import settings
from hypothesis import strategies as st

from cockpit.nlu.tokens import Token, clean, tokenise

ZH_DIGITS = "零一二三四五六七八九"
EN_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
EN_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
EN_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth"
).split()
EN_PARTS = "half third quarter fifth sixth seventh eighth ninth tenth".split()
MONTHS = "january february march april may june july august september october november december".split()
CHATTER = {
    "zh": ["请", "把", "音量", "调到", "谢谢", "吧", "车窗", "好吗", "我说", "，", "。"],
    "en": ["please", "set", "it", "volume", "to", "thanks", "would", "you", "window", "is", ",", "."],
}
"""Words that are no part of any value."""

quick = settings(max_examples=50)


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


def ordinal(number: int) -> str:
    """An English ordinal of 1 to 99 in words."""
    if number < 20:
        return EN_ORDINALS[number]
    tens, ones = divmod(number, 10)
    return f"{EN_TENS[tens]} {EN_ORDINALS[ones]}" if ones else f"{EN_TENS[tens][:-1]}ieth"


def written_ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if 10 < number % 100 < 14 else ending}"


def around(lang: str) -> st.SearchStrategy[tuple[str, str]]:
    """Words before and words after."""
    some = st.lists(st.sampled_from(CHATTER[lang]), max_size=3).map(("" if lang == "zh" else " ").join)
    return st.tuples(some, some)


def amid(said: str, words: tuple[str, str]) -> tuple[tuple[Token, ...], int, int]:
    """The tokens of `said` with `words` before and after it, and where it begins and ends."""
    before, after = words
    begin = len(tokenise(clean(before)))
    end = begin + len(tokenise(clean(said)))
    return tokenise(clean(f"{before} {said} {after}")), begin, end


def degrees(tenths: int, lang: str) -> list[str]:
    """Ways to say a temperature of so many tenths of a degree."""
    number, rest = divmod(abs(tenths), 10)
    minus = [""] if tenths >= 0 else ["-", "负", "零下"] if lang == "zh" else ["-", "minus ", "negative "]
    word, digit = spelled(number, lang), spelled(rest, lang)
    ways = [f"{number}.{rest}度" if lang == "zh" else f"{number}.{rest} degrees"]
    if lang == "zh":
        ways += [f"{word}点{digit}度"] + ([f"{word}度{digit}", f"{number}度{rest}"] if rest else [f"{word}度"])
        ways += [f"{word}度半"] if rest == 5 else []
    else:
        ways += [f"{word} point {digit} degrees"] + ([] if rest else [f"{word} degrees", f"{number} degrees"])
        ways += [f"{word} and a half degrees", f"{word} degrees and a half"] if rest == 5 else []
    return [f"{sign}{way}" for sign in minus for way in ways if sign != "-" or way[0].isdigit()]


def percentages(number: int, lang: str) -> list[str]:
    word = spelled(number, lang)
    if lang == "en":
        return [f"{n}{unit}" for n in (word, number) for unit in (" percent", " per cent", "%", " percentage points")]
    tenths = [f"{zh(number // 10)}成"] if number and number % 10 == 0 else []
    tenths += [f"{zh(number // 10)}成{zh(number % 10)}"] if 10 < number < 100 and number % 10 else []
    return [f"百分之{word}", f"百分之{number}", f"{number}%", f"{word}个百分点", f"{word}个点", *tenths]


def levels(number: int, lang: str) -> list[str]:
    word = spelled(number, lang)
    if lang == "zh":
        names = [f"{n}{unit}" for n in (word, number) for unit in ("档", "挡", "级", "格", "个档")]
        return [*names, *(f"第{name}" for name in names), f"档位{word}", *(["两档", "两格"] if number == 2 else [])]
    ways = [f"{unit} {n}" for n in (word, number) for unit in ("level", "gear", "setting", "stage", "level number")]
    ways += [f"{n} {unit}" for n in (word, f"{word} more", number) for unit in ("levels", "notches", "steps")]
    ways += [f"{n} {unit}" for n in (ordinal(number), written_ordinal(number)) for unit in ("level", "gear", "notch")]
    return ways + {1: ["a notch", "another level"], 2: ["a couple of notches", "a couple levels"]}.get(number, [])


def fractions(some: int, parts: int, lang: str) -> list[str]:
    if lang == "zh":
        return [f"{zh(parts)}分之{zh(some)}", f"{parts}分之{some}", *(["一半"] if 2 * some == parts else [])]
    name = EN_PARTS[parts - 2]
    ways = [f"{en(some)} {name}{'s' if some > 1 else ''}", f"{en(some)}-{name}{'s' if some > 1 else ''}"]
    return ways + ([f"a {name}"] if some == 1 else []) + (["half", "a half"] if 2 * some == parts else [])


def phone_numbers(digits: str, lang: str) -> list[str]:
    """Ways to say or write a phone number."""
    groups = [digits[:3], digits[3:7], digits[7:]]
    written = [digits, *(mark.join(filter(None, groups)) for mark in (" ", "-"))]
    if lang == "zh":
        plain = "".join(ZH_DIGITS[int(d)] for d in digits)
        return [*written, plain, plain.replace("一", "幺"), plain.replace("零", "〇")]
    plain = " ".join(EN_SMALL[int(d)] for d in digits)
    runs = re.findall(r"(\d)(\1{0,2})", digits)
    repeated = " ".join(("", "double ", "triple ")[len(more)] + EN_SMALL[int(d)] for d, more in runs)
    return [*written, plain, plain.replace("zero", "oh"), repeated]


def dates(month: int, day: int, lang: str) -> list[str]:
    """Ways to say a day of the year."""
    if lang == "zh":
        return [f"{m}月{d}{end}" for m in (zh(month), month) for d in (zh(day), day) for end in "日号"]
    name = MONTHS[month - 1]
    ordinals = (ordinal(day), written_ordinal(day))
    after = [f"{name} {n}" for n in (en(day), day, *ordinals, *(f"the {n}" for n in ordinals))]
    before = [
        f"{n} {name}" for n in (en(day), day, *ordinals, *(f"{the}{n} of" for the in ("", "the ") for n in ordinals))
    ]
    return [f"{on}{way}" for on in ("", "on ") for way in after + before]


def clock_times(hour: int, minute: int, lang: str) -> list[str]:
    """Ways to say a time of the 24-hour clock."""
    rest, following = 60 - minute, (hour + 1) % 24
    ways = [f"{hour}:{minute:02}", f"{hour:02}:{minute:02}"]
    if lang == "zh":
        quarters = {0: ["整", "钟", ""], 15: ["一刻"], 30: ["半"], 45: ["三刻"]}.get(minute, [])
        ways += [f"{zh(hour)}点{tail}" for tail in quarters]
        ways += [f"{zh(hour)}点{'零' * (0 < minute < 10)}{zh(minute)}分", f"{hour}点{minute:02}分", f"{hour}点{minute}"]
        ways += [f"{zh(hour)}点过{zh(minute)}分"] if minute else []
        ways += [f"差{zh(rest)}分{zh(following)}点", f"{zh(following)}点差{zh(rest)}分"] if 0 < rest < 60 else []
        return ways + ([f"差一刻{zh(following)}点"] if minute == 45 else [])
    named = {0: ["midnight"], 12: ["noon", "midday", "twelve noon"]}
    if minute == 0:
        return [*ways, en(hour), f"{en(hour)} o'clock", *named.get(hour, [])]
    ways += [f"{en(hour)} oh {en(minute)}"] if minute < 10 else [f"{en(hour)} {en(minute)}", f"{hour} {minute}"]
    for base, minutes, words in ((hour, minute, ("past", "after")), (following, rest, ("to", "till", "before"))):
        if minutes < 30:
            counts = [f"{en(minutes)} minutes", *({15: ["quarter", "a quarter"]}.get(minutes, []))]
            counts += [en(minutes)] if minutes in (5, 10, 20, 25) else []
            hours = [en(base), str(base), *named.get(base, [])[:1]]
            ways += [f"{count} {word} {name}" for count in counts for word in words for name in hours]
    return ways + ([f"half past {en(hour)}"] if minute == 30 else [])
