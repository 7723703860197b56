"""Single replies against single stories: what a person would call true, and what a lie."""

from __future__ import annotations

import pytest

from cockpit.types import Lang, ReplyKind
from hil.scenario.truth import Truth
from tests.unit.hil.scenario.bus_story import Story
from tests.unit.plan.reference_car import PROFILE, SKILLS

TRUTH = Truth(SKILLS, PROFILE)
AC = "Vehicle.Cabin.HVAC.IsAirConditioningActive"
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
OTHER_WINDOW = "Vehicle.Cabin.Door.Row1.PassengerSide.Window.Position"
SPEED = "Vehicle.Speed"


def window(status: str, position: int, code: str = "") -> Story:
    """The driver's window was told to open, moved to `position`, and the result was `status`."""
    story = Story().asked()
    ident = story.sent(WINDOW, 100)
    story.result(ident, "accepted").state(WINDOW, position)
    return story.result(ident, status, code)


def untrue(story: Story, text: str, kind: ReplyKind, lang: Lang = "zh") -> list[str]:
    """Which claims of the reply are not so."""
    verdict = TRUTH.judge(story.replied(text, kind, lang).entries)
    assert verdict.claims, f"nothing was read in {text!r}"
    return [claim.claimed for claim in verdict.claims if not claim.ok]


@pytest.mark.parametrize(
    ("text", "kind", "lang"),
    [
        ("车窗停在40%了。", "failed", "zh"),
        ("车窗停在百分之40了", "failed", "zh"),
        ("打开车窗没有成功", "failed", "zh"),
        ("车窗遇到阻碍，停在40%了。", "failed", "zh"),
        ("车辆说做完了，可是车窗停在40%。", "failed", "zh"),
        ("车窗还在动，现在到40%。", "failed", "zh"),
        ("车辆没有回应，没法确认打开车窗完成了没有。", "failed", "zh"),
        ("Something is in the way, the window stopped at 40%.", "failed", "en"),
        ("The window is still moving, it is at 40% now.", "failed", "en"),
        ("The car did not answer, so I cannot confirm the request to open the window.", "failed", "en"),
        ("The window stopped at 40%.", "failed", "en"),
        ("The window has stopped at 40 percent.", "failed", "en"),
        ("I could not open the window.", "failed", "en"),
        ("The car did not answer, so I could not open the window.", "failed", "en"),
    ],
)
def test_a_window_that_was_blocked_may_be_called_so(text: str, kind: ReplyKind, lang: Lang) -> None:
    assert untrue(window("failed", 40, "obstacle"), text, kind, lang) == []


@pytest.mark.parametrize(
    ("text", "kind", "lang"),
    [
        ("车窗停在80%了。", "failed", "zh"),
        ("车窗遇到阻碍，停在80%了。", "failed", "zh"),
        ("Something is in the way, the window stopped at 80%.", "failed", "en"),
        ("车窗已打开。", "done", "zh"),
        ("好的，已经把车窗打开了。", "done", "zh"),
        ("车窗本来就开着。", "already", "zh"),
        ("The window stopped at 80%.", "failed", "en"),
        ("The window is open.", "done", "en"),
        ("I have opened the window.", "done", "en"),
        ("The window is already open.", "already", "en"),
        ("Done.", "done", "en"),
        ("好了。", "done", "zh"),
    ],
)
def test_and_nothing_else(text: str, kind: ReplyKind, lang: Lang) -> None:
    assert untrue(window("failed", 40, "obstacle"), text, kind, lang)


def test_done_before_the_result_is_a_lie_though_it_succeeds_later() -> None:
    story = Story().asked()
    ident = story.sent(AC, True)
    story.state(AC, True).replied("空调已打开。", "done").result(ident, "succeeded")
    verdict = TRUTH.judge(story.entries)
    assert [claim.ok for claim in verdict.claims] == [False, False]


def test_another_turns_success_proves_nothing() -> None:
    story = Story().asked().asked(turn="turn-2")
    ident = story.sent(AC, True, turn="turn-2")
    story.state(AC, True).result(ident, "succeeded")
    assert untrue(story, "空调已打开。", "done") == ["done ac open/on/unmute", "kind done"]


def test_partial_names_what_was_done_and_what_was_not() -> None:
    def story() -> Story:
        told = Story().asked()
        one, other = told.sent(WINDOW, 100), told.sent(OTHER_WINDOW, 100)
        return told.state(WINDOW, 100).result(one, "succeeded").result(other, "failed")

    assert untrue(story(), "主驾车窗已打开，打开副驾车窗没有成功。", "partial") == []
    assert untrue(story(), "副驾车窗已打开，打开主驾车窗没有成功。", "partial") == [
        "done window front_passenger open/on/unmute",
        "failed window driver open/on",
    ]


@pytest.mark.parametrize(("shown", "true"), [(48.0, True), (52.0, False)])
def test_a_reading_is_what_was_shown_lately(shown: float, *, true: bool) -> None:
    story = Story({SPEED: 30.0})
    story.tick(60)
    story.state(SPEED, shown).asked()
    assert (untrue(story, "现在车速48公里每小时。", "answer") == []) is true


def test_a_value_of_long_ago_is_no_excuse() -> None:
    story = Story({SPEED: 48.0})
    story.tick(60)
    story.state(SPEED, 90.0)
    story.tick(60)
    assert untrue(story.asked(), "We are going 48 km/h.", "answer", "en") == ["is speed = 48.0"]


def test_an_app_must_have_been_asked_for_what_is_said() -> None:
    def story() -> Story:
        one = Story().asked()
        return one.app_result(one.called("navigation", "navigate", {"destination": "人民广场"}), "succeeded")

    assert untrue(story(), "导航去人民广场。", "done") == []
    assert untrue(story(), "导航去外滩。", "done") == ["app navigation.navigate"]


def test_an_app_that_failed_did_nothing() -> None:
    def story() -> Story:
        one = Story().asked()
        return one.app_result(one.called("phone", "call", {"contact": "Anna"}), "failed")

    assert untrue(story(), "Calling Anna.", "done", "en") == ["app phone.call", "kind done"]
    assert untrue(story(), "The phone could not do that.", "failed", "en") == []


def test_what_was_refused_was_not_sent() -> None:
    trunk = "Vehicle.Body.Trunk.Rear.IsOpen"
    assert untrue(Story().asked(), "停车后才能打开后备箱。", "refused") == []
    story = Story().asked()
    story.result(story.sent(trunk, True), "rejected")
    assert untrue(story, "停车后才能打开后备箱。", "refused") == ["refused trunk open/on"]


def test_a_reply_that_nobody_can_read_is_counted() -> None:
    verdict = TRUTH.judge(Story().asked().replied("嗯嗯，妥了妥了。", "partial").entries)
    assert (verdict.replies, verdict.unread) == (1, ["嗯嗯，妥了妥了。"])


@pytest.mark.parametrize(("on", "true"), [(True, True), (False, False)])
def test_a_late_reply_is_held_against_what_was_shown_before(*, on: bool, true: bool) -> None:
    before = Story({AC: on}).asked().entries
    now_s = before[-1].at_s + 1
    earlier = [entry.model_copy(update={"at_s": entry.at_s - now_s}) for entry in before]
    late = Story(told=False).replied("空调已经开着了。", "already").entries
    assert [claim.ok for claim in TRUTH.judge(late, earlier).claims] == [true]
