"""Expectations against traces: what meets them, what is near, and how they are put into words."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from hil.scenario.account import Account
from hil.scenario.expectations import Expectation, Expected
from hil.scenario.expecting import Matcher
from hil.scenario.wording import in_words, instead
from hil.trace import Seen
from tests.unit.hil.scenario.bus_story import TURN, Story

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
AC = "Vehicle.Cabin.HVAC.IsAirConditioningActive"


def expectation(**keys: Any) -> Expectation:
    found: Expectation = TypeAdapter[Any](Expected).validate_python(keys)
    return found


def story() -> Story:
    """The window was told to open, stopped at 40, and that was said; another turn switched the air conditioning on."""
    told = Story(told=False).asked()
    told.event("transcript", text="打开车窗", final=True)
    told.event("understood", acts=[{"intent": "window.open"}])
    ident = told.sent(WINDOW, 100)
    told.result(ident, "accepted").state(WINDOW, 40).result(ident, "failed", "obstacle")
    app = told.called("navigation", "navigate", {"destination": "home", "prefer": "fastest"})
    told.app_result(app, "succeeded")
    told.replied("打开车窗没有成功。", "failed").event("turn_end", outcome="failed")
    other = told.sent(AC, True, turn="turn-2")
    return told.result(other, "succeeded")


def met(entries: list[Seen], **keys: Any) -> bool:
    matcher = Matcher(expectation(**keys), TURN, Account(entries))
    return any(matcher(entry) for entry in entries)


@pytest.mark.parametrize(
    "keys",
    [
        {"expect": "heard", "text": "打开车窗"},
        {"expect": "heard", "text": {"contains": "车窗"}},
        {"expect": "heard", "intents": ["window.open"]},
        {"expect": "set", "path": WINDOW, "value": 100},
        {"expect": "set", "path": "*.Window.Position"},
        {"expect": "set", "value": {"at_least": 50}},
        {"expect": "result", "status": "accepted"},
        {"expect": "result", "path": WINDOW, "status": "failed", "code": "obstacle"},
        {"expect": "state", "path": WINDOW, "value": {"at_most": 41}},
        {"expect": "app", "app": "navigation", "action": "navigate", "args": {"destination": "home"}},
        {"expect": "app", "app": "navigation", "status": "succeeded"},
        {"expect": "spoken", "kind": "failed", "says": "没有成功", "not_says": "已打开"},
        {"expect": "spoken", "kind": ["failed", "partial"], "says": ["打开", "车窗"]},
        {"expect": "event", "type": "turn_end", "fields": {"outcome": "failed"}},
    ],
)
def test_what_came_meets_it(keys: dict[str, Any]) -> None:
    assert met(story().entries, **keys)


@pytest.mark.parametrize(
    "keys",
    [
        {"expect": "heard", "intents": ["window.close"]},
        {"expect": "set", "path": WINDOW, "value": 40},
        {"expect": "set", "path": AC},
        {"expect": "result", "path": AC, "status": "succeeded"},
        {"expect": "result", "status": "failed", "code": "refused"},
        {"expect": "state", "path": WINDOW, "value": 100},
        {"expect": "app", "app": "navigation", "args": {"destination": "work"}},
        {"expect": "app", "app": "navigation", "args": {"avoid": ["tolls"]}},
        {"expect": "app", "app": "navigation", "status": "failed"},
        {"expect": "app", "app": "phone"},
        {"expect": "spoken", "kind": "done"},
        {"expect": "spoken", "says": "已打开"},
        {"expect": "spoken", "not_says": "车窗"},
        {"expect": "event", "type": "alert"},
        {"expect": "sound"},
    ],
)
def test_what_did_not_come_does_not(keys: dict[str, Any]) -> None:
    assert not met(story().entries, **keys)


def test_what_came_instead_is_told() -> None:
    entries = story().entries
    account = Account(entries)
    account.update()
    matcher = Matcher(expectation(expect="set", path=WINDOW, value=50), TURN, account)
    assert instead(matcher, entries) == f"set {WINDOW} = 100 → failed"
    spoken = Matcher(expectation(expect="spoken", kind="done"), TURN, Account(entries))
    assert instead(spoken, entries) == "failed: 打开车窗没有成功。"


def test_an_expectation_is_a_sentence() -> None:
    one = expectation(expect="set", path=WINDOW, value={"at_least": 40.0}, within_ms=800)
    assert in_words(one) == f"set: path {WINDOW}, value at least 40.0 within 800 ms"
    assert in_words(expectation(expect="set", absent=True, for_ms=2000)) == "no set for 2000 ms"
    assert in_words(expectation(expect="app", app="phone", count=1)) == "1 × app: app phone"
