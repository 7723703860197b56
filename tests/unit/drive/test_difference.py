from __future__ import annotations

import pytest

from hil.drive.difference import Difference, differences, turns
from hil.drive.format import Drive, Entry
from tests.unit.drive.drives import asked, drive, entry, replied, wanted

FAN = "Vehicle/Cabin/HVAC/Station/Row1/Driver/FanSpeed"


def driven(*, value: object = True, text: str = "空调已打开。", kind: str = "done", at_s: float = 1.2) -> Drive:
    return drive(asked(1.0, "t", "打开空调"), wanted(1.01, "t", value), replied(at_s, "t", text, kind))


def found(then: Drive, now: Drive) -> list[tuple[str, str, str]]:
    return [(one.what, one.then, one.now) for one in differences(then, now)]


def test_a_drive_does_not_differ_from_itself() -> None:
    assert differences(driven(), driven()) == []


@pytest.mark.parametrize(
    ("now", "what", "was", "is_now"),
    [
        (driven(value=False), "act", "HVAC.IsAirConditioningActive = True", "HVAC.IsAirConditioningActive = False"),
        (driven(text="好的。"), "words", "空调已打开。", "好的。"),
        (driven(kind="already"), "kind", "done", "already"),
        (driven(at_s=2.0), "time", "200 ms", "1000 ms"),
    ],
)
def test_each_kind_of_difference_is_told_by_its_name(now: Drive, what: str, was: str, is_now: str) -> None:
    (kind, then, after), *others = found(driven(), now)
    assert others == []
    assert (kind, then.removeprefix("Vehicle.Cabin."), after.removeprefix("Vehicle.Cabin.")) == (what, was, is_now)


def test_a_little_time_more_or_less_is_no_difference() -> None:
    assert differences(driven(), driven(at_s=1.6)) == []
    assert [one.what for one in differences(driven(), driven(at_s=1.6), tolerance_ms=100)] == ["time"]


def test_the_same_acts_in_another_order_are_told_as_such() -> None:
    one = drive(asked(1, "t", "x"), wanted(1.1, "t", True), wanted(1.1, "t", 50, FAN))
    other = drive(asked(1, "t", "x"), wanted(1.1, "t", 50, FAN), wanted(1.1, "t", True))
    assert [what for what, _, _ in found(one, other)] == ["order"]


def test_what_is_done_twice_is_not_what_is_done_once() -> None:
    once = drive(asked(1, "t", "x"), wanted(1.1, "t", True))
    twice = drive(asked(1, "t", "x"), wanted(1.1, "t", True), wanted(1.1, "t", True))
    assert found(once, twice) == [("act", "", "Vehicle.Cabin.HVAC.IsAirConditioningActive = True")]
    assert found(twice, once) == [("act", "Vehicle.Cabin.HVAC.IsAirConditioningActive = True", "")]


def test_a_reply_that_never_comes_is_told() -> None:
    silent = drive(asked(1.0, "t", "打开空调"), wanted(1.01, "t", True))
    assert {what for what, _, _ in found(driven(), silent)} == {"kind", "words", "time"}


def test_what_is_said_unasked_belongs_to_what_caused_it() -> None:
    alert = entry(3.0, "cockpit/v/event/alert", type="alert", turn="road-1", text="前方有事故。", severity=3)
    assert differences(drive(alert), drive()) == [Difference("road-1", "", "alert", "前方有事故。", "")]


def test_what_a_language_model_wrote_is_not_compared_word_for_word() -> None:
    def written(text: str) -> list[Entry]:
        route = entry(1.1, "cockpit/v/event/route", type="route", turn="t", tier="local_llm")
        return [asked(1, "t", "讲个笑话"), route, replied(2.0, "t", text, "answer")]

    assert differences(drive(*written("一个")), drive(*written("另一个"))) == []


def test_an_apps_presence_is_no_request_to_it() -> None:
    presence = entry(1.0, "app/v/media/status", status="online")
    play = entry(2.0, "app/v/media/play", id="t.1", turn="t", args={"genre": "jazz"})
    assert turns(drive(presence, play))["t"].acts == ["media.play(genre='jazz')"]
