"""Values, zones and sentences put into words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.dialog.wording import Wording, by_value, shown_zones
from cockpit.plan.plans import Deed
from cockpit.types import LANGS, ZONES, Lang, SetSignal, Zone
from tests.unit.dialog.fixed_texts import fixed
from tests.unit.plan.reference_car import PROFILE, deeds, plan, situation

WORDS: dict[Lang, Wording] = {lang: Wording(fixed(), PROFILE, lang) for lang in LANGS}
D, P, L, R = ZONES


@pytest.mark.parametrize(
    ("value", "text"),
    [(22.0, "22"), (22.5, "22.5"), (0, "0"), (-3.0, "-3"), (18.4, "18.4"), (100, "100"), (0.1, "0.1")],
)
def test_number(value: float, text: str) -> None:
    assert Wording.number(value) == text


@given(st.integers(-99_999, 99_999), st.sampled_from([0, 1, 2, 4]))
def test_numbers_have_no_trailing_zeros(tenths: int, places: int) -> None:
    text = Wording.number(tenths / 10**places)
    assert not re.search(r"\.\d*0$|\.$", text)
    assert float(text) == pytest.approx(tenths / 10**places)


def test_large_numbers_are_told_in_full() -> None:
    assert "e" not in Wording.number(1234567.5)


@pytest.mark.parametrize(
    ("lang", "zones", "text"),
    [
        ("en", (), ""), ("en", (D,), "driver's "), ("en", (L,), "rear left "), ("en", (D, P), "front "),
        ("en", (R, L), "rear "),
        ("en", ZONES, "all "), ("en", (D, L), "driver's and rear left "), ("zh", (), ""), ("zh", (D,), "主驾"),
        ("zh", (P, D), "前排"),
        ("zh", ZONES, "所有"), ("zh", (D, R), "主驾和右后"), ("zh", None, ""),
    ],
)  # fmt: skip
def test_zones(lang: Lang, zones: object, text: str) -> None:
    assert WORDS[lang].zones(zones) == text


@pytest.mark.parametrize(
    ("name", "value", "zh", "en"),
    [
        ("temperature", 22.0, "22度", "22 degrees"), ("temperature", 22.5, "22.5度", "22.5 degrees"),
        ("fan", 60, "3挡", "level 3"),
        ("fan", 70, "70%", "70%"), ("seat_heating", 66, "2挡", "level 2"),
        ("seat_ventilation", -100, "3挡", "level 3"),
        ("seat_ventilation", -50, "50%", "50%"), ("window", 50, "50%", "50%"), ("volume", 30, "30%", "30%"),
        ("seat_position", 120, "120毫米", "120 mm"), ("recline", 25.0, "25度", "25 degrees"),
        ("brightness", 60.0, "60%", "60%"),
    ],
)  # fmt: skip
def test_value(name: str, value: float, zh: str, en: str) -> None:
    control = PROFILE.controls[name]
    assert WORDS["zh"].value(name, control, value) == zh
    assert WORDS["en"].value(name, control, value) == en


@pytest.mark.parametrize(
    ("name", "value", "zh", "en"),
    [
        ("drive_mode", "SPORT", "运动", "sport"),
        ("wiper", "RAIN_SENSOR", "自动", "automatic"),
        ("ambient_colour", "#FF0000", "红色", "red"),
    ],
)
def test_a_named_value_is_called_by_its_name(name: str, value: str, zh: str, en: str) -> None:
    control = PROFILE.controls[name]
    assert (WORDS["zh"].value(name, control, value), WORDS["en"].value(name, control, value)) == (zh, en)


@pytest.mark.parametrize(
    ("lang", "parts", "text"),
    [
        ("zh", ["空调已打开"], "空调已打开。"), ("zh", ["空调已打开。"], "空调已打开。"),
        ("zh", ["空调已打开", "温度已调到22度"], "空调已打开，温度已调到22度。"),
        ("zh", ["要调到多少？"], "要调到多少？"), ("zh", ["空调已打开", "要调到多少？"], "空调已打开，要调到多少？"),
        ("zh", ["要调到多少？", "空调已打开"], "要调到多少？空调已打开。"), ("zh", [], ""),
        ("zh", ["", "好了"], "好了。"),
        ("en", ["AC is on"], "AC is on."), ("en", ["the fan is off"], "The fan is off."),
        ("en", ["fan is on", "AC is off."], "Fan is on, AC is off."),
        ("en", ["what should it be?"], "What should it be?"),
        ("en", ["fan is on", "Shall I open it?"], "Fan is on, Shall I open it?"),
        ("en", ["Shall I?", "fan is on"], "Shall I? fan is on."), ("en", ["done", "done"], "Done."), ("en", [], ""),
    ],
)  # fmt: skip
def test_sentences(lang: Lang, parts: list[str], text: str) -> None:
    assert WORDS[lang].sentences(parts) == text


@given(
    st.sampled_from(LANGS),
    st.lists(st.sampled_from(["空调已打开", "fan is on.", "Shall I?", "好吗？", "it is done", ""]), max_size=5),
)
def test_a_reply_ends_once_and_has_no_double_marks(lang: Lang, parts: list[str]) -> None:
    text = WORDS[lang].sentences(parts)
    assert text == "" or text[-1] in "。.?？!！"
    assert not re.search(r"  |[。.，,][。.，,]|[?？][。.，]", text)
    assert text[:1] == text[:1].upper()


def test_of_several_texts_the_first_whose_fields_are_known_is_said() -> None:
    words = Wording(fixed(x=["{a} and {b}", "only {a}", "nothing"]), PROFILE, "en")
    assert words.say("x", {"a": 1, "b": 2.0}) == "1 and 2"
    assert words.say("x", {"a": 1}) == "only 1"
    assert words.say("x", {"a": 1, "b": None}) == "only 1"
    assert words.say("x") == "nothing"
    assert words.say("gone") == "gone"
    assert words.first(["gone", "x"], {"a": "q"}) == "only q"
    assert words.first(["gone", "lost"], {}) == "lost"


def test_a_value_that_is_not_known_is_not_said() -> None:
    words = Wording(fixed(x=["set to {value}", "set"]), PROFILE, "en")
    assert words.say("x", {"name": "drive_mode", "value": None}) == "set"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"v": (240, "kpa")}, "240 kPa"), ({"v": (18.4, "celsius")}, "18.4 degrees"), ({"v": True}, "true"),
        ({"v": ["a", "b"]}, "a, b"),
        ({"v": {"name": "Cafe", "distance": 2.0, "note": None}}, "Cafe 2"),
        ({"v": "plain {braces}"}, "plain {braces}"),
    ],
)  # fmt: skip
def test_fields_in_words(fields: dict[str, object], text: str) -> None:
    assert Wording(fixed(x="{v}"), PROFILE, "en").say("x", fields) == text


def test_metres_are_told_in_kilometres_too() -> None:
    assert Wording(fixed(x="{distance_km} km"), PROFILE, "en").say("x", {"distance_m": 12_345}) == "12.3 km"


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [("晴 Sunny", "晴", "Sunny"), ("light rain", "light rain", "light rain"), ("小雨", "小雨", "小雨")],
)
def test_a_summary_in_both_languages_is_said_in_one(text: str, zh: str, en: str) -> None:
    said = [Wording(fixed(x="{summary}"), PROFILE, lang).say("x", {"summary": text}) for lang in LANGS]
    assert said == [zh, en]


@pytest.mark.parametrize(
    ("zone", "speaker", "shown"),
    [
        (None, D, ()),
        ("own", D, ()),
        ("driver", D, ()),
        ("driver", P, (D,)),
        ("rear", D, (L, R)),
        ("all", D, ZONES),
        ("rear_left", L, ()),
    ],
)
def test_only_zones_worth_saying_are_said(zone: str | None, speaker: Zone, shown: tuple[Zone, ...]) -> None:
    where = situation(zone=speaker)
    (deed,) = deeds(plan("window.open", where, **({"zone": zone} if zone else {})))
    assert shown_zones(deed, speaker) == shown


def test_zones_with_equal_values_are_told_together() -> None:
    (deed,) = deeds(plan("temperature.set", zone="all", value=22.0))
    assert by_value(deed, PROFILE.controls["temperature"]) == [(ZONES, 22.0)]


def test_zones_with_different_values_are_told_apart() -> None:
    path = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
    (deed,) = deeds(plan("temperature.up", situation({path: 20.0}), zone="front"))
    assert by_value(deed, PROFILE.controls["temperature"]) == [((D,), 21.0), ((P,), 25.0)]


def test_what_has_no_zones_has_one_value() -> None:
    (deed,) = deeds(plan("volume.set", value=30.0))
    assert by_value(deed, PROFILE.controls["volume"]) == [((), 30)]
    assert by_value(Deed("x", "y", ()), PROFILE.controls["volume"]) == [((), None)]


def test_a_colour_is_grouped_by_its_own_value_not_by_the_lights() -> None:
    (deed,) = deeds(plan("ambient_colour.choose", choice="red"))
    assert by_value(deed, PROFILE.controls["ambient_colour"]) == [((D, P), "#FF0000")]
    assert SetSignal("Vehicle.Cabin.Light.AmbientLight.Row1.DriverSide.IsLightOn", True) in deed.proposals
