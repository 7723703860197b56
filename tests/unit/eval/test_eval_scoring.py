"""What counts as understood right."""

from __future__ import annotations

import pytest

from cockpit.types import Act
from models.eval.scoring import SlotCount, judge, plain, slot_counts
from models.eval.sets import Row, Wanted


def row(*wanted: tuple[str, dict[str, str | int | float]]) -> Row:
    return Row("say", "en", tuple(Wanted(intent, slots) for intent, slots in wanted))


def test_listed_slots_must_be_equal_and_others_may_be_there() -> None:
    wanted = row(("temperature.set", {"value": 22}))
    assert judge(wanted, [Act("temperature.set", {"value": 22.0, "value_unit": "degree", "zone": "rear"})]).understood
    assert judge(wanted, [Act("temperature.set", {"value": "22"})]).understood
    wrong = judge(wanted, [Act("temperature.set", {"value": 23})])
    assert wrong.intents_right
    assert not wrong.understood
    assert not judge(wanted, [Act("temperature.set", {})]).understood


def test_zones_are_a_set() -> None:
    wanted = row(("window.open", {"zone": "rear_left", "zone2": "rear_right"}))
    assert judge(wanted, [Act("window.open", {"zone": "rear_right", "zone2": "rear_left"})]).understood
    assert not judge(wanted, [Act("window.open", {"zone": "rear_left"})]).understood


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Eiffel Tower.", "eiffel tower"),
        ("泡沫的", "泡沫"),
        ("Don't Stop", "dont stop"),
        ("Taylor Swift", "TaylorSwift"),
    ],
)
def test_free_text_compares_by_its_letters(one: str, other: str) -> None:
    assert plain(one) == plain(other)


def test_text_of_articles_and_particles_only_stays() -> None:
    assert plain("The") == "the"
    assert plain("了") == "了"


def test_acts_count_in_their_order() -> None:
    wanted = row(("ac.on", {}), ("window.close", {}))
    assert judge(wanted, [Act("ac.on"), Act("window.close")]).understood
    assert not judge(wanted, [Act("window.close"), Act("ac.on")]).understood
    assert not judge(wanted, [Act("ac.on")]).understood
    assert not judge(wanted, [Act("ac.on"), Act("window.close"), Act("fan.up")]).understood


def test_acts_are_laid_side_by_side() -> None:
    wanted = row(("ac.on", {}), ("fan.up", {}), ("window.close", {}))
    judged = judge(wanted, [Act("ac.on"), Act("fan.max"), Act("window.close"), Act("media.play")])
    names = [(w and w.intent, g and g.intent) for w, g in judged.pairs]
    assert names == [("ac.on", "ac.on"), ("fan.up", "fan.max"), ("window.close", "window.close"), (None, "media.play")]


@pytest.mark.parametrize(
    ("got", "outcome"),
    [
        ([Act("ac.on")], "right"),
        ([Act("ac.on", doubtful=True)], "asked_right"),
        ([Act("ac.off", doubtful=True)], "asked_wrong"),
        ([Act("ac.off")], "wrong"),
        ([], "refused"),
        ([Act("dialog.chat")], "refused"),
    ],
)
def test_outcome_of_a_command(got: list[Act], outcome: str) -> None:
    assert judge(row(("ac.on", {})), got).outcome == outcome


@pytest.mark.parametrize(
    ("got", "outcome"), [([], "right"), ([Act("dialog.talk")], "right"), ([Act("ac.on")], "wrong")]
)
def test_outcome_of_talk(got: list[Act], outcome: str) -> None:
    assert judge(row(), got).outcome == outcome


def test_slots_of_wrong_intents_count_against() -> None:
    wanted = row(("temperature.set", {"value": 22, "zone": "rear"}))
    right = judge(wanted, [Act("temperature.set", {"value": 22, "value_unit": "degree", "zone": "front"})])
    assert slot_counts(right) == {"value": SlotCount(right=1), "zone": SlotCount(extra=1, missed=1)}
    other = judge(wanted, [Act("fan.set", {"value": 22})])
    assert slot_counts(other) == {"value": SlotCount(extra=1, missed=1), "zone": SlotCount(missed=1)}
