"""Chinese text to the phonemes Kokoro was trained on: characters, pinyin, tone sandhi, IPA.

The symbols are Kokoro's: retroflex affricates are one letter (ꭧ), alveolar ones too (ʦ, ʨ), both apical vowels are ɨ,
and a tone is an arrow behind the vowel (→ ↗ ↓ ↘ for tones 1 to 4, none for the neutral tone). The values are the
standard ones of Duanmu, "The Phonology of Standard Chinese" (2007), in the variants that misaki's Chinese front end,
with which the model was trained, picks for pinyin.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from pypinyin import Style, lazy_pinyin
from pypinyin.contrib.tone_convert import to_finals, to_initials
from pypinyin.seg.mmseg import seg

from cockpit.yamlfile import read_yaml

INITIALS = {
    "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l", "g": "k", "k": "kʰ", "h": "x",
    "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "r": "ɻ", "z": "ʦ", "c": "ʦʰ", "s": "s", "": "",
}  # fmt: skip

FINALS = {
    "a": "a-", "ai": "ai-", "an": "a-n", "ang": "a-ŋ", "ao": "au-", "e": "ɤ-", "ei": "ei-", "en": "ə-n", "eng": "ə-ŋ",
    "er": "ɚ-", "o": "wo-", "ong": "ʊ-ŋ", "ou": "ou-", "ê": "ɛ-",
    "i": "i-", "ia": "ja-", "ian": "jɛ-n", "iang": "ja-ŋ", "iao": "jau-", "ie": "je-", "in": "i-n", "ing": "i-ŋ",
    "iong": "jʊ-ŋ", "iou": "jou-", "io": "jɔ-",
    "u": "u-", "ua": "wa-", "uai": "wai-", "uan": "wa-n", "uang": "wa-ŋ", "uei": "wei-", "uen": "wə-n", "ueng": "wə-ŋ",
    "uo": "wo-", "v": "y-", "van": "ɥɛ-n", "ve": "ɥe-", "vn": "y-n",
}  # fmt: skip
"""Finals as pypinyin's strict spelling names them (v for ü); the hyphen is where the tone goes."""

APICAL = {"zh", "ch", "sh", "r", "z", "c", "s"}
INTERJECTIONS = {"o": "ɔ-", "n": "n-", "ng": "ŋ-", "m": "m-", "hm": "hm-", "hng": "hŋ-", "r": "ɚ-"}
TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}

READINGS: dict[str, str] = read_yaml(Path(__file__).parent.parent / "language" / "zh" / "readings.yaml")
"""Words whose reading pypinyin's phrase table misses."""
SURNAMES = {
    "单": "shan4",
    "曾": "zeng1",
    "任": "ren2",
    "解": "xie4",
    "查": "zha1",
    "区": "ou1",
    "仇": "qiu2",
    "华": "hua4",
}
"""Characters that are read otherwise where they are a name."""
ALONE = {"调": "tiao2", "得": "de5"}
"""Readings as a word of one character: 调 座椅 (to adjust), 跑 得 快; not those of 声调 and 得到."""

_SURNAME = rf"[{''.join(SURNAMES)}](?=先生|女士|小姐|老师|经理|总(?![是会在要]))"
_ADVERB = r"([\u3400-\u9fff])\1地(?!方|铁|图|上|下|面)"
_SPECIAL = re.compile("|".join([*sorted(READINGS, key=len, reverse=True), _SURNAME, _ADVERB]))
_HAN = re.compile(r"[\u3400-\u9fff]+")
_PUNCTUATION = str.maketrans("，、。！？；：（）《》「」『』【】", ",,.!?;:()“”“”“”“”")


def phonemes(text: str, english: Callable[[str], str]) -> str:
    """Kokoro phonemes of normalised Chinese text; what is written in Latin letters goes through `english`."""
    parts: list[str] = []
    for piece in re.findall(r"[\u3400-\u9fff]+|[A-Za-z][A-Za-z' .&/-]*|[^\u3400-\u9fffA-Za-z]+", text):
        if _HAN.match(piece):
            parts.append(_han(piece))
        elif piece[0].isascii() and piece[0].isalpha():
            parts.append(f" {english(piece.strip())} ")
        else:
            parts.append(piece.translate(_PUNCTUATION))
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def _han(text: str) -> str:
    return " ".join("".join(map(syllable_phonemes, word)) for word in readings(text))


def readings(text: str) -> list[list[str]]:
    """Words of a text in characters only, each a list of syllables with the tone digits they are spoken in."""
    return sandhi(text, list(_words(text)))


def _words(text: str) -> Iterator[list[str]]:
    """Cut into words, each a list of syllables with tone digits, one a character."""
    at = 0
    for match in _SPECIAL.finditer(text):
        yield from _plain_words(text[at : match.start()])
        yield _special(match.group())
        at = match.end()
    yield from _plain_words(text[at:])


def _special(word: str) -> list[str]:
    if word in READINGS:
        return READINGS[word].split()
    if word in SURNAMES:
        return [SURNAMES[word]]
    return [*lazy_pinyin(word[:-1], style=Style.TONE3, neutral_tone_with_five=True), "de5"]  # 慢慢地


def _plain_words(text: str) -> Iterator[list[str]]:
    syllables = iter(lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True))
    for word in seg.cut(text):
        spoken = [next(syllables) for _ in word]
        yield [ALONE[word]] if word in ALONE else spoken


def sandhi(text: str, words: list[list[str]]) -> list[list[str]]:
    """Change the tones of 不, 一 and of third tones in a row as they are spoken in one breath.

    Of the third tones in a row inside a word all but the last rise; between words, seen from the end, a third tone
    rises before one that is left.
    """
    tones = [syllable[-1] for word in words for syllable in word]
    _sandhi_bu_yi(text, tones)
    inside = [k < len(word) - 1 for word in words for k in range(len(word))]
    runs = [i for i in range(len(tones) - 1) if inside[i] and tones[i] == tones[i + 1] == "3"]
    for i in runs:
        tones[i] = "2"
    for i in range(len(tones) - 2, -1, -1):
        if tones[i] == tones[i + 1] == "3":
            tones[i] = "2"
    spoken = iter(tones)
    return [[syllable[:-1] + next(spoken) for syllable in word] for word in words]


def _sandhi_bu_yi(text: str, tones: list[str]) -> None:
    for i, char in enumerate(text[:-1]):
        after = tones[i + 1]
        if char == "不" and after == "4":
            tones[i] = "2"
        elif char == "一":
            tones[i] = "1" if _counted(text, i) else "2" if after in "45" else "4"


def _counted(text: str, i: int) -> bool:
    """Whether 一 at `i` is part of a figure rather than "a": 二十一度, 第一个, 一点五, 一点半; not 一点, 一百."""
    if i and text[i - 1] in "十第点零一二三四五六七八九幺":
        return True
    follows = text[i + 2 : i + 3] if text[i + 1] == "点" else text[i + 1]
    return follows != "" and follows in "零一二三四五六七八九十半钟整"


def syllable_phonemes(syllable: str) -> str:
    """Phonemes of one syllable such as `tiao2`; what is no pinyin syllable is left out."""
    plain, tone = syllable[:-1], TONES.get(syllable[-1], "")
    if plain in INTERJECTIONS:
        return INTERJECTIONS[plain].replace("-", tone)
    if plain == "ɚ":
        return "ɚ"
    initial, final = to_initials(plain, strict=True), to_finals(plain, strict=True)
    if final == "i" and initial in APICAL:
        return f"{INITIALS[initial]}ɨ{tone}"
    if initial not in INITIALS or final not in FINALS:
        return ""
    return INITIALS[initial] + FINALS[final].replace("-", tone)
