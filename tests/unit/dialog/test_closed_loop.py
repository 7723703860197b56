"""What a car did not do, or only in part, told as the bus showed it."""

from __future__ import annotations

import pytest

from cockpit.dialog.reply import Composer, Seen
from cockpit.plan.plans import Do
from cockpit.types import LANGS, Lang, Outcome, OutcomeStatus, Reading, Scalar, SetSignal, Snapshot
from tests.unit.plan.reference_car import PROFILE, SKILLS, do

COMPOSER = Composer(SKILLS, PROFILE)
WINDOW = do("window.open")
FAN = do("fan.set", value=40)
CODES = ("no-answer", "accepted", "moving", "obstacle", "not-reached", "low-voltage", "busy", "superseded", "refused",
         "away", "unacknowledged", "denied", "")  # fmt: skip


def where(plan: Do, value: Scalar) -> Snapshot:
    paths = [p.path for p in plan.proposals if isinstance(p, SetSignal)]
    return Snapshot({path: Reading(value, 0.0) for path in paths}, ("Vehicle.*",), frozenset())


def told(plan: Do, lang: Lang, status: OutcomeStatus, code: str, before: Scalar, now: Scalar) -> str:
    outcomes = {n: tuple(Outcome(p, status, code) for p in deed.proposals) for n, deed in enumerate(plan.deeds)}
    return COMPOSER.outcome(plan, outcomes, lang, "driver", Seen(where(plan, before), where(plan, now))).text


def test_a_blocked_window_is_told_with_where_it_stands() -> None:
    assert told(WINDOW, "zh", "failed", "obstacle", 0, 40) == "车窗遇到阻碍，停在40%了"
    assert told(WINDOW, "en", "failed", "obstacle", 0, 40) == "Something is in the way, the window stopped at 40%"


def test_one_that_stopped_without_a_reason_too() -> None:
    assert told(WINDOW, "zh", "failed", "vehicle-failed", 0, 40) == "车窗停在40%了，没有到位"
    assert "stopped at 40%" in told(WINDOW, "en", "failed", "vehicle-failed", 0, 40)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", ["vehicle-obstacle", "vehicle-failed", "vehicle-moving"])
def test_no_place_is_named_where_nothing_moved(lang: Lang, code: str) -> None:
    assert not any(letter.isdigit() for letter in told(WINDOW, lang, "failed", code, 40, 40))


@pytest.mark.parametrize("lang", LANGS)
def test_every_end_has_a_sentence_of_its_own(lang: Lang) -> None:
    texts = [told(WINDOW, lang, "failed", code, 0, 40) for code in CODES]
    ends: list[OutcomeStatus] = ["done", "already", "expired", "unavailable"]
    texts += [told(WINDOW, lang, end, "", 0, 100) for end in ends]
    assert len(set(texts)) == len(texts)
    assert not any("failed" in text or "{" in text for text in texts)


@pytest.mark.parametrize("lang", LANGS)
def test_what_may_have_happened_is_not_denied(lang: Lang) -> None:
    """Without an answer nobody knows; to say that it was not done would be a guess."""
    for code in ("vehicle-no-answer", "bus-away", "bus-unacknowledged", "vehicle-accepted"):
        text = told(FAN, lang, "failed", code, 20, 20)
        assert (
            ("没法确认" in text or "还没有说" in text)
            if lang == "zh"
            else ("confirm" in text or "has not said" in text)
        )


@pytest.mark.parametrize(("lang", "says"), [("zh", "车窗正在动"), ("en", "The window is moving")])
def test_what_is_on_its_way_is_told_while_it_is_waited_for(lang: Lang, says: str) -> None:
    path = next(p.path for p in WINDOW.proposals if isinstance(p, SetSignal))
    assert COMPOSER.moving(lang, path) == says
    assert COMPOSER.moving(lang, "") == ""
