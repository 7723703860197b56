from __future__ import annotations

import json
from pathlib import Path

import pytest
from pypinyin import Style, pinyin
from pypinyin.constants import PINYIN_DICT

from cockpit.config import Settings
from cockpit.tts.pinyin import FINALS, INITIALS, TONES, phonemes, readings, syllable_phonemes

READ_AS = {
    "打开空调": "da3 kai1 kong1 tiao2",
    "温度调到二十二度": "wen1 du4 tiao2 dao4 er4 shi2 er4 du4",
    "音量调大一点": "yin1 liang4 tiao2 da4 yi4 dian3",
    "调高两度": "tiao2 gao1 liang3 du4",
    "强调": "qiang2 diao4",
    "还能跑多远": "hai2 neng2 pao3 duo1 yuan3",
    "还给你": "huan2 gei2 ni3",
    "不行": "bu4 xing2",
    "银行": "yin2 hang2",
    "行驶": "xing2 shi3",
    "长按": "chang2 an4",
    "长度": "chang2 du4",
    "重新": "chong2 xin1",
    "重试": "chong2 shi4",
    "重量": "zhong4 liang4",
    "设为": "she4 wei2",
    "为您": "wei4 nin2",
    "不是": "bu2 shi4",
    "一个": "yi2 ge4",
    "一下": "yi2 xia4",
    "一百一十五": "yi4 bai3 yi1 shi2 wu3",
    "第一": "di4 yi1",
    "二十一度": "er4 shi2 yi1 du4",
    "所有": "suo2 you3",
    "可以给你打开": "ke2 yi2 gei3 ni2 da3 kai1",
    "导航": "dao3 hang2",
    "车窗已关": "che1 chuang1 yi3 guan1",
    "得系好安全带": "dei3 ji4 hao3 an1 quan2 dai4",
}


@pytest.mark.parametrize(("text", "reading"), READ_AS.items())
def test_reading_and_sandhi(text: str, reading: str) -> None:
    assert " ".join(syllable for word in readings(text) for syllable in word) == reading


SPOKEN = {
    "ma1": "ma→", "lv4": "ly↘", "xue2": "ɕɥe↗", "zhi1": "ꭧɨ→", "si4": "sɨ↘", "qi3": "ʨʰi↓", "liu2": "ljou↗",
    "gui4": "kwei↘", "lun2": "lwə↗n", "yun2": "y↗n", "yi1": "i→", "wu3": "u↓", "yong4": "jʊ↘ŋ", "er4": "ɚ↘",
    "bo1": "pwo→", "de5": "tɤ", "weng1": "wə→ŋ", "juan4": "ʨɥɛ↘n", "n2": "n↗", "x9": "",
}  # fmt: skip


@pytest.mark.parametrize(("syllable", "ipa"), SPOKEN.items())
def test_syllable(syllable: str, ipa: str) -> None:
    assert syllable_phonemes(syllable) == ipa


def test_every_syllable_of_the_language_has_phonemes() -> None:
    heard = {
        syllable[:-1]
        for code in range(0x4E00, 0x9FA6)
        for syllable in pinyin(chr(code), style=Style.TONE3, neutral_tone_with_five=True, heteronym=False)[0]
        if code in PINYIN_DICT
    }
    assert len(heard) > 390
    assert {one for one in heard if not syllable_phonemes(one + "1")} == set()


@pytest.mark.models
def test_every_symbol_is_in_the_models_vocabulary() -> None:
    file = Settings().models_dir / "kokoro-v1.0" / "vocab.json"
    vocabulary = set(json.loads(Path(file).read_text("utf-8"))["vocab"])
    symbols = set("".join([*INITIALS.values(), *FINALS.values(), *TONES.values()])) - {"-"}
    assert symbols <= vocabulary


def test_mixed_text_keeps_its_order_and_pauses() -> None:
    said = phonemes("正在播放Adele的歌，请稍等。", str.upper)
    assert " ADELE " in said
    assert said.index("ADELE") < said.index("kɤ→")
    assert said.count(",") == 1
    assert said.endswith(".")


@pytest.mark.parametrize("text", ["", "。", "😀", "\x00\ufffd", "한국어", "𠮷野家", "㐀"])
def test_odd_characters_do_no_harm(text: str) -> None:
    assert isinstance(phonemes(text, str), str)
