"""Mishearing: what is exchanged sounds alike, values are spared, and the seed decides everything."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from models.training.examples import ActSpan, Example, SlotSpan
from models.training.noise import Noise, blurred, counted, syllable

CHINESE = "打大答达搭开凯慨空控孔调掉吊窗床创上尚伤师是时十事市"
ENGLISH = ("heat", "heap", "seat", "wheat", "eat", "beat", "light", "right", "night", "write", "window", "widow")
COUNTS = {"zh": Counter(CHINESE * 2), "en": Counter(ENGLISH * 2)}


def noise(lang: str, seed: int = 1) -> Noise:
    return Noise("zh" if lang == "zh" else "en", COUNTS[lang], random.Random(seed))


@pytest.mark.parametrize("word", list(CHINESE))
def test_a_chinese_character_is_heard_for_one_of_like_sound(word: str) -> None:
    mishearing = noise("zh")
    heard = {mishearing.heard_for(word) for _ in range(30)}
    assert heard <= {*CHINESE}
    assert {blurred(syllable(other)) for other in heard} == {blurred(syllable(word))}
    assert heard != {word}


def test_equal_syllables_come_before_near_ones() -> None:
    mishearing = noise("zh")
    heard = Counter(syllable(mishearing.heard_for("是")) for _ in range(300))
    assert set(heard) == {"shi"}
    assert noise("zh").heard_for("楼") == "楼"  # no character like it is known
    assert blurred("shuang") == blurred("suan")
    assert blurred("zhi") == "zi"


@pytest.mark.parametrize(("word", "likely"), [("heat", {"heap", "seat", "wheat"}), ("night", {"light", "right"})])
def test_an_english_word_is_heard_for_one_that_sounds_alike(word: str, likely: set[str]) -> None:
    mishearing = noise("en")
    heard = {mishearing.heard_for(word) for _ in range(100)}
    assert heard <= {*ENGLISH} - {word}
    assert heard & likely


def test_an_english_word_unlike_all_others_stays() -> None:
    assert noise("en").heard_for("xylophone") == "xylophone"


@pytest.mark.parametrize("rate", [0.05, 0.2, 0.5])
def test_about_the_wanted_share_is_misheard(rate: float) -> None:
    words = ("窗",) * 4000
    heard = noise("zh").misheard(Example("zh", words), rate).words
    doubled = 2 * 0.06 * rate
    assert heard.count("窗") / len(words) == pytest.approx(1 - rate + doubled, abs=0.03)


def test_values_are_misheard_and_keep_their_place() -> None:
    words = ("打", "开", "空", "调", "十", "时")
    act = ActSpan("temperature.set", 0, 6, (SlotSpan("zone", 2, 4), SlotSpan("value", 4, 6)))
    mishearing = noise("zh")
    heard = [mishearing.misheard(Example("zh", words, (act,)), 0.5) for _ in range(50)]
    values = [(one.words[s.start : s.end], s.end == len(one.words)) for one in heard for s in one.acts[0].slots[1:]]
    assert {said for said, _ in values} >= {("十", "时"), ("是", "时")}
    assert all(last for _, last in values)


def test_a_misspelt_word_keeps_its_ends() -> None:
    heard = [noise("en", seed).misheard(Example("en", ("xylophones",)), 1.0).words for seed in range(60)]
    misspelt = {"".join(words) for words in heard if "xylophones" not in words}
    assert len(misspelt) > 5
    assert all(word[0] == "x" and word[-1] == "s" and 9 <= len(word) <= 11 for word in misspelt)


def test_punctuation_and_numbers_are_left_alone_and_nothing_is_emptied() -> None:
    mishearing = noise("en")
    assert mishearing.misheard(Example("en", ("22", ",", "%")), 1.0).words == ("22", ",", "%")
    assert all(mishearing.misheard(Example("en", ("heat",)), 1.0).words for _ in range(50))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_seed_decides_everything(lang: str) -> None:
    words = tuple(COUNTS[lang])
    example = Example("zh" if lang == "zh" else "en", words)
    first, again, other = (noise(lang, seed).misheard(example, 0.5) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_words_are_counted_over_all_texts() -> None:
    assert counted([("a", "b"), ("a",)]) == {"a": 2, "b": 1}
