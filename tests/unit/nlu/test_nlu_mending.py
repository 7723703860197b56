"""Which words go together, and what was probably said where a recogniser wrote something else."""

from __future__ import annotations

import gzip
from math import exp
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.errors import ModelError
from cockpit.nlu.mending import MAX_REMEMBERED, READINGS, Mender
from cockpit.nlu.wording import EDGE, Wording, load, save
from cockpit.types import Lang

SAID: dict[Lang, tuple[str, ...]] = {
    "zh": ("打开车窗", "关上车窗", "关上天窗", "打开空调", "关上空调", "车窗开一半", "床很大"),
    "en": (
        "open the window",
        "close the window",
        "turn on the heater",
        "turn off the heater",
        "the widow is here",
        "is it one or two",
    ),
}


def words(text: str, lang: Lang) -> tuple[str, ...]:
    return tuple(text) if lang == "zh" else tuple(text.split())


def wording(lang: Lang) -> Wording:
    return Wording.counted([words(text, lang) for text in SAID[lang] for _ in range(20)])


def mended(text: str, lang: Lang) -> str:
    return ("" if lang == "zh" else " ").join(Mender(wording(lang), lang).mended(words(text, lang))[0])


@pytest.mark.parametrize(
    ("lang", "heard", "meant"),
    [
        ("zh", "打开车床", "打开车窗"),
        ("zh", "关上天创", "关上天窗"),
        ("zh", "大开空条", "打开空调"),
        ("zh", "床很大", "床很大"),
        ("zh", "打开车窗", "打开车窗"),
        ("en", "open the widow", "open the window"),
        ("en", "turn of the eater", "turn off the heater"),
        ("en", "the widow is here", "the widow is here"),
        ("en", "turn one the heater", "turn on the heater"),
    ],
)
def test_words_are_mended_by_those_beside_them(lang: Lang, heard: str, meant: str) -> None:
    assert mended(heard, lang) == meant


@pytest.mark.parametrize(("lang", "text"), [("zh", "我爱吃苹果"), ("en", "quantum physics amuses zebras"), ("zh", "")])
def test_what_is_not_known_stays_as_it_is(lang: Lang, text: str) -> None:
    assert mended(text, lang) == text


@given(st.sampled_from(["zh", "en"]), st.lists(st.text(min_size=1, max_size=6), max_size=8))
def test_as_many_words_come_out_as_went_in(lang: Lang, said: list[str]) -> None:
    for out in Mender(wording(lang), lang).mended(said):
        assert len(out) == len(said)
        assert all(new == old for new, old in zip(out, said, strict=True) if not old.isalpha())


def test_what_else_may_have_been_said_comes_after_what_is_likeliest() -> None:
    readings = Mender(wording("en"), "en").mended(words("open the widow", "en"))
    assert readings[0] == ("open", "the", "window")
    assert 1 <= len(readings) <= READINGS
    assert len(set(readings)) == len(readings)


def test_what_is_remembered_is_bounded() -> None:
    mender = Mender(wording("en"), "en")
    for number in range(MAX_REMEMBERED + 10):
        mender.candidates("word" + "".join(chr(97 + int(digit)) for digit in str(number)))
    assert len(mender._remembered) <= MAX_REMEMBERED


def test_a_word_that_often_follows_costs_less_than_one_that_never_does() -> None:
    known = wording("en")
    assert known.cost("open", "the", "window") < known.cost("open", "the", "widow") < known.cost("open", "the", "two")
    assert known.cost(EDGE, EDGE, "zebra") > known.cost(EDGE, EDGE, "one")


def test_two_words_before_tell_more_than_one() -> None:
    known = wording("en")
    assert known.cost("close", "the", "window") < known.cost("on", "the", "window")
    assert known.cost("on", "the", "heater") < known.cost("open", "the", "heater")


def test_what_may_follow_is_all_that_there_is() -> None:
    known = wording("en")
    for first, second in (("open", "the"), (EDGE, EDGE), ("never", "heard")):
        assert sum(exp(-known.cost(first, second, word)) for word in (*known.words, EDGE)) == pytest.approx(1, abs=0.05)


def test_counts_come_back_as_they_were_kept(tmp_path: Path) -> None:
    file = tmp_path / "words.json.gz"
    kept: dict[Lang, Wording] = {"zh": wording("zh"), "en": wording("en")}
    save(kept, file)
    assert load(file) == kept
    first = file.read_bytes()
    save(kept, file)
    assert file.read_bytes() == first


@pytest.mark.parametrize(
    "damage", [b"", b"no gzip", gzip.compress(b"{"), gzip.compress(b"[]"), gzip.compress(b'{"zh": 1}')]
)
def test_damaged_counts_are_corrupt(tmp_path: Path, damage: bytes) -> None:
    file = tmp_path / "words.json.gz"
    file.write_bytes(damage)
    with pytest.raises(ModelError) as raised:
        load(file)
    assert raised.value.code == "model-corrupt"


def test_counts_that_are_not_there_are_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as raised:
        load(tmp_path / "words.json.gz")
    assert raised.value.code == "model-missing"
