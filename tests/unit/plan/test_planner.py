"""From acts to plans: manifests, app requests, dates, handlers and what is so already."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.plan.controls import at_the_end
from cockpit.plan.planner import WEEKDAYS, calendar_day
from cockpit.plan.plans import Ask, Tell
from cockpit.types import Act, CallApp, Scalar, SlotValue
from tests.unit.plan.reference_car import PROFILE, SKILLS, TODAY, call, deeds, do, plan, situation, wishes

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"

APPS: list[tuple[str, dict[str, SlotValue], str, str, dict[str, object]]] = [
    ("media.play", {"artist": "Queen", "track": "Radio"}, "media", "play", {"artist": "Queen", "track": "Radio"}),
    ("media.play", {"query": "jazz"}, "media", "play", {"query": "jazz"}),
    ("media.play", {}, "media", "play", {}),
    ("media.favourite", {}, "media", "favourite", {}),
    ("media.repeat", {"mode": "one"}, "media", "repeat", {"mode": "one"}),
    ("media.shuffle_on", {}, "media", "shuffle", {"on": True}),
    ("media.shuffle_off", {}, "media", "shuffle", {"on": False}),
    ("navigation.navigate", {"destination": "home"}, "navigation", "navigate", {"destination": "home"}),
    ("navigation.navigate", {"destination": "work", "avoid": "tolls", "avoid2": "ferries", "prefer": "fastest"},
    "navigation", "navigate", {"destination": "work", "avoid": ["tolls", "ferries"], "prefer": "fastest"}),
    ("navigation.navigate", {"destination": "x", "waypoint": "a", "waypoint2": "b"}, "navigation", "navigate",
    {"destination": "x", "waypoints": ["a", "b"]}),
    ("navigation.search", {"query": "coffee", "near": "route"}, "navigation", "search",
    {"query": "coffee", "near": "route"}),
    ("navigation.search", {"query": "coffee"}, "navigation", "search", {"query": "coffee"}),
    ("navigation.add_waypoint", {"destination": "x"}, "navigation", "add_waypoint", {"destination": "x"}),
    ("navigation.zoom_in", {}, "navigation", "zoom", {"direction": "in"}),
    ("navigation.zoom_out", {}, "navigation", "zoom", {"direction": "out"}),
    ("navigation.eta", {}, "navigation", "eta", {}),
    ("phone.call", {"contact": "Anna", "label": "work"}, "phone", "call", {"contact": "Anna", "label": "work"}),
    ("phone.call", {"number": "10086"}, "phone", "call", {"number": "10086"}),
    ("phone.send_message", {"contact": "Anna", "text": "late"}, "messages", "send",
    {"contact": "Anna", "text": "late"}),
    ("phone.read_messages", {}, "messages", "read", {}),
    ("weather.query", {}, "weather", "query", {}),
    ("weather.query", {"place": "Paris", "day": "tomorrow"}, "weather", "query",
    {"place": "Paris", "day": "tomorrow"}),
    ("weather.query", {"day": "today"}, "weather", "query", {"day": "today"}),
    ("weather.query", {"day": "+2"}, "weather", "query", {"day": "2026-03-06"}),
    ("weather.query", {"day": "fri"}, "weather", "query", {"day": "2026-03-06"}),
    ("calendar.list", {"day": "11-24"}, "calendar", "list", {"day": "2026-11-24"}),
    ("calendar.add", {"title": "dentist", "start": "15:00"}, "calendar", "add",
    {"title": "dentist", "start": "2026-03-04T15:00:00"}),
    ("calendar.add", {"title": "d", "start": "15:00", "end": "16:30", "day": "tomorrow"}, "calendar", "add",
    {"title": "d", "start": "2026-03-05T15:00:00", "end": "2026-03-05T16:30:00"}),
    ("calendar.add", {"title": "d", "start": "08:05", "day": "mon"}, "calendar", "add",
    {"title": "d", "start": "2026-03-09T08:05:00"}),
]  # fmt: skip


@pytest.mark.parametrize(("intent", "slots", "app", "action", "args"), APPS)
def test_app_request(intent: str, slots: dict[str, SlotValue], app: str, action: str, args: dict[str, object]) -> None:
    assert call(intent, **slots) == CallApp(app, action, args)
    assert do(intent, **slots).act == Act(intent, slots)


REQUIRED = [
    ("calendar.add", {}, "title"), ("calendar.add", {"title": "x"}, "start"),
    ("calendar.add", {"start": "10:00"}, "title"),
    ("navigation.navigate", {}, "destination"), ("navigation.navigate", {"waypoint": "a"}, "destination"),
    ("navigation.search", {}, "query"), ("navigation.add_waypoint", {}, "destination"), ("phone.call", {}, "contact"),
    ("phone.call", {"label": "work"}, "contact"), ("phone.send_message", {}, "contact"),
    ("phone.send_message", {"contact": "Anna"}, "text"),
]  # fmt: skip


@pytest.mark.parametrize(("intent", "slots", "missing"), REQUIRED)
def test_what_is_missing_is_asked_for(intent: str, slots: dict[str, SlotValue], missing: str) -> None:
    assert plan(intent, **slots) == Ask(Act(intent, slots), missing, f"ask.{missing}")


@pytest.mark.parametrize("intent", [name for s in SKILLS.skills.values() for name in s.manifest.intents])
def test_every_manifest_intent_plans_something(intent: str) -> None:
    everything: dict[str, SlotValue] = dict.fromkeys(
        ("title", "destination", "query", "contact", "text", "number", "equipment", "mode"), "x"
    )
    found = plan(intent, **everything, start="10:00")
    assert not isinstance(found, Ask)
    assert found != Tell("unsupported", "unsupported.not_understood")


@pytest.mark.parametrize("skill", SKILLS.skills.values(), ids=lambda skill: skill.manifest.name)
def test_manifests_name_only_what_the_vehicle_has(skill: object) -> None:
    manifest = skill.manifest  # type: ignore[attr-defined]
    assert set(manifest.controls) <= set(PROFILE.controls)
    assert set(manifest.readings) <= set(PROFILE.readings)
    for spec in manifest.intents.values():
        assert bool(spec.app) == bool(spec.action)
        assert not spec.app or spec.action in PROFILE.apps[spec.app]
        assert all(op.control in PROFILE.controls for op in spec.do)


@pytest.mark.parametrize(
    ("intent", "answers"),
    [
        ("navigation.search", True),
        ("weather.query", True),
        ("calendar.list", True),
        ("navigation.eta", True),
        ("phone.call", False),
        ("media.play", False),
    ],
)
def test_what_answers_and_what_is_done(intent: str, answers: bool) -> None:
    assert do(intent, query="x", contact="x").answers is answers


FEELINGS: list[tuple[str, dict[str, Scalar | None], dict[str, Scalar]]] = [
    ("climate.feel_cold", {}, {"Cabin.HVAC.Station.Row1.Driver.Temperature": 26.0}),
    ("climate.feel_hot", {}, {"Cabin.HVAC.Station.Row1.Driver.Temperature": 22.0}),
    ("climate.feel_hot", {"Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature": 17.0},
    {"Cabin.HVAC.Station.Row1.Driver.Temperature": 16.0}),
    ("climate.fogging", {}, {"Cabin.HVAC.IsFrontDefrosterActive": True, "Cabin.HVAC.IsAirConditioningActive": True}),
    ("climate.stuffy", {"Vehicle.Speed": 59.9}, {"Cabin.Door.Row1.DriverSide.Window.Position": 20}),
    ("climate.stuffy", {"Vehicle.Speed": 60.0}, {"Cabin.HVAC.IsRecirculationActive": False}),
    ("climate.stuffy", {"Vehicle.Speed": None}, {"Cabin.HVAC.IsRecirculationActive": False}),
    ("drive.raining", {}, {"Body.Windshield.Front.Wiping.Mode": "RAIN_SENSOR"}),
    ("drive.raining", {WINDOW: 30},
    {"Body.Windshield.Front.Wiping.Mode": "RAIN_SENSOR", "Cabin.Door.Row1.DriverSide.Window.Position": 0}),
    ("lights.too_dark_to_read", {}, {"Cabin.Light.Spotlight.Row1.DriverSide.IsLightOn": True}),
    ("media.too_loud", {}, {"Cabin.Infotainment.Media.Volume": 10}),
    ("media.too_loud", {"Vehicle.Cabin.Infotainment.Media.Volume": 15}, {"Cabin.Infotainment.Media.Volume": 0}),
    ("seats.cold_hands", {}, {"Chassis.SteeringWheel.HeatingCooling": 66}),
]  # fmt: skip


@pytest.mark.parametrize(("intent", "values", "wanted"), FEELINGS)
def test_feeling(intent: str, values: dict[str, Scalar | None], wanted: dict[str, Scalar]) -> None:
    assert wishes(intent, situation(values)) == wanted


def test_a_speed_that_is_old_does_not_open_a_window() -> None:
    assert wishes("climate.stuffy", situation(ages={"Vehicle.Speed": 2.5})) == {
        "Cabin.HVAC.IsRecirculationActive": False
    }


def test_a_feeling_is_of_the_seat_that_says_so() -> None:
    assert list(wishes("climate.feel_cold", situation(zone="rear_right"))) == [
        "Cabin.HVAC.Station.Row2.Passenger.Temperature"
    ]
    assert list(wishes("climate.feel_cold", zone="front_passenger")) == [
        "Cabin.HVAC.Station.Row1.Passenger.Temperature"
    ]


def test_sleepiness_sets_nothing() -> None:
    found = plan("drive.sleepy")
    assert isinstance(found, Tell)
    assert found.kind in ("answer", "ask")


def test_equipment_that_is_not_there() -> None:
    found = plan("drive.missing_equipment", equipment="fridge")
    assert found == Tell("unavailable", "unavailable.equipment", {"name": "equipment.fridge"})


@pytest.mark.parametrize(
    "intent",
    ["nonsense", "nothing.on", "dialog.talk", "dialog.undo", "answer.value", "window.read", "weather.nothing", ""],
)
def test_an_unknown_intent_does_nothing(intent: str) -> None:
    assert plan(intent) == Tell("unsupported", "unsupported.not_understood")


@pytest.mark.parametrize("intent", ["temperature.set", "temperature.ask", "volume.set", "window.set"])
def test_setting_without_a_value_asks_for_it(intent: str) -> None:
    found = plan(intent)
    assert isinstance(found, Ask)
    assert (found.slot, found.key) == ("value", "ask.value")


def test_a_feeling_with_two_deeds_keeps_their_order() -> None:
    assert [deed.name for deed in deeds(plan("climate.fogging"))] == ["front_defroster", "ac"]


def test_days_as_dates() -> None:
    assert calendar_day("today", TODAY) == TODAY
    assert calendar_day("tomorrow", date(2026, 12, 31)) == date(2027, 1, 1)
    assert calendar_day("+3", TODAY) == date(2026, 3, 7)
    assert calendar_day("03-04", TODAY) == TODAY
    assert calendar_day("03-03", TODAY) == date(2027, 3, 3)
    assert calendar_day("02-29", date(2028, 1, 1)) == date(2028, 2, 29)


@given(st.dates(date(2024, 1, 1), date(2040, 1, 1)), st.sampled_from(WEEKDAYS))
def test_a_weekday_is_the_next_one(today: date, name: str) -> None:
    found = calendar_day(name, today)
    assert today < found <= today + timedelta(days=7)
    assert WEEKDAYS[found.weekday()] == name


def test_a_leap_day_that_has_passed_is_no_error() -> None:
    assert calendar_day("02-29", date(2028, 3, 1)) > date(2028, 3, 1)


@pytest.mark.parametrize("day", ["02-30", "04-31", "13-01"])
def test_a_date_that_does_not_exist_is_an_error(day: str) -> None:
    with pytest.raises(ValueError, match=day):
        calendar_day(day, TODAY)


ENDS: list[tuple[str, dict[str, Scalar | None], bool]] = [
    ("window.close", {}, True), ("window.close", {WINDOW: 3}, False), ("window.close", {WINDOW: None}, False),
    ("ac.off", {}, True), ("ac.on", {}, False), ("temperature.max", {}, False),
    ("temperature.max", {"Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature": 30.0}, True),
    ("temperature.up", {"Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature": 30.0}, True),
    ("volume.down", {"Vehicle.Cabin.Infotainment.Media.Volume": 0}, True),
    ("wiper.off", {}, True), ("playback.pause", {}, False), ("playback.next", {}, False),
    ("sunroof.close", {}, True), ("sunroof.open", {}, False),
    ("sunroof.open", {"Vehicle.Cabin.Sunroof.Position": 100}, True),
    ("sunroof.tilt", {}, False), ("sunroof.close", {"Vehicle.Cabin.Sunroof.Switch": "ONE_SHOT_OPEN"}, False),
    ("sunroof.close", {"Vehicle.Cabin.Sunroof.Switch": "ONE_SHOT_CLOSE"}, True),
    ("mirror_heating.off", {"Vehicle.Body.Mirrors.PassengerSide.IsHeatingOn": True}, False),
]  # fmt: skip


@pytest.mark.parametrize(("intent", "values", "wanted"), ENDS)
def test_what_is_so_already(intent: str, values: dict[str, Scalar | None], wanted: bool) -> None:
    where = situation(values)
    assert all(at_the_end(deed, where) for deed in deeds(plan(intent, where))) is wanted


def test_nothing_is_so_already_without_its_provider() -> None:
    where = situation(provided=("Vehicle.Body.*",))
    assert not at_the_end(deeds(plan("window.close", where))[0], where)


def test_an_app_request_is_never_so_already() -> None:
    assert not at_the_end(do("media.favourite").deeds[0], situation())
