"""Words that sound alike are near, others are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.nlu.sound import HOMOPHONE, Vocabulary, sounds_en, sounds_zh


@pytest.mark.parametrize(
    ("wanted", "said"),
    [("座", "作"), ("灯", "等"), ("窗", "疮"), ("开", "凯"), ("座椅", "坐椅"), ("加热", "佳热"), ("空调", "空条"),
    ("天窗", "添窗"), ("温度", "文度"), ("除霜", "除双"), ("窗", "床"), ("车窗", "车床")],
)  # fmt: skip
def test_homophones_cost_little(wanted: str, said: str) -> None:
    cost = sounds_zh(wanted, said)
    assert cost is not None
    assert 0 < cost <= HOMOPHONE * len(wanted)


@pytest.mark.parametrize(("wanted", "said"), [("中间", "宗间"), ("车窗", "测窗"), ("风量", "分量"), ("升起", "深起")])
def test_near_sounds_cost_more_than_homophones(wanted: str, said: str) -> None:
    cost = sounds_zh(wanted, said)
    assert cost is not None
    assert cost > HOMOPHONE


def test_most_of_a_word_must_be_right() -> None:
    assert sounds_zh("中", "宗") is None
    assert sounds_zh("中程", "宗层") is None
    assert sounds_zh("中间", "宗间") is not None


@pytest.mark.parametrize(
    ("wanted", "said"),
    [("车窗", "空调"), ("天窗", "天气"), ("开", "关"), ("高", "低"), ("主", "副"), ("左", "右"), ("灯", "门")],
)
def test_unrelated_characters_are_not_alike(wanted: str, said: str) -> None:
    assert sounds_zh(wanted, said) is None


@given(st.text("开车窗天空调门座椅加热", min_size=1, max_size=8))
def test_the_same_costs_nothing(words: str) -> None:
    assert sounds_zh(words, words) == 0


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("sunroof", "son roof"),
        ("defroster", "defrost her"),
        ("air conditioning", "air condition in"),
        ("windshield", "wind shield"),
        ("headlights", "head lights"),
        ("seat heating", "seed heating"),
        ("recirculation", "re circulation"),
        ("massage", "masage"),
    ],
)
def test_misheard_english_is_near(wanted: str, said: str) -> None:
    cost = sounds_en(wanted.split(), said.split())
    assert cost is not None
    assert 0 < cost < 0.7


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("window", "radio"),
        ("on", "off"),
        ("front", "rear"),
        ("left", "right"),
        ("seat", "sunroof"),
        ("open", "close"),
        ("volume", "temperature"),
        ("defroster", "window"),
        ("driver", "passenger"),
        ("heating", "cooling"),
        ("warmer", "cooler"),
        ("up", "down"),
        ("lock", "unlock"),
        ("headlights", "highlights"),
    ],
)
def test_unrelated_english_is_not_alike(wanted: str, said: str) -> None:
    assert sounds_en(wanted.split(), said.split()) is None


def test_vocabulary_finds_words_by_their_beginning() -> None:
    english = Vocabulary(frozenset({"sunroof", "window", "open"}), "en")
    assert "sunroof" in english.alike(("son", "roof"))
    assert english.alike(("banana", "bread")) == frozenset()
    chinese = Vocabulary(frozenset("座窗灯"), "zh")
    assert chinese.alike(("作", "椅")) == {"座"}
    assert chinese.alike(("门",)) == frozenset()


def test_vocabulary_answers_the_same_the_second_time() -> None:
    words = Vocabulary(frozenset({"defroster", "fan"}), "en")
    assert words.alike(("defrost", "her")) == words.alike(("defrost", "her")) == {"defroster"}
