"""What several acts of one utterance come to."""

from __future__ import annotations

import pytest

from cockpit.plan.several import without_reasons, without_repeats
from cockpit.types import Act
from tests.unit.plan.reference_car import SKILLS

ZONED = {"zone": "front_passenger"}


def names(acts: tuple[Act, ...]) -> list[str]:
    return [act.intent for act in acts]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (["volume.up", "dialog.up"], ["volume.up"]),
        (["volume.up", "dialog.more"], ["volume.up"]),
        (["dialog.more", "dialog.up"], ["dialog.more"]),
        (["dialog.less", "dialog.down"], ["dialog.less"]),
        (["dialog.up", "volume.up"], ["volume.up"]),
        (["window.open", "dialog.on"], ["window.open"]),
        (["volume.down", "window.close"], ["volume.down", "window.close"]),
        (["volume.down", "dialog.up"], ["volume.down", "dialog.up"]),
        (["volume.up", "volume.up"], ["volume.up", "volume.up"]),
        (["fan.up", "dialog.also"], ["fan.up", "dialog.also"]),
        (["volume.up", "dialog.undo"], ["volume.up", "dialog.undo"]),
    ],
)
def test_what_is_said_twice_is_done_once(said: list[str], left: list[str]) -> None:
    assert names(without_repeats([Act(intent) for intent in said])) == left


def test_a_follow_up_that_says_more_stays() -> None:
    acts = (Act("window.down"), Act("dialog.down", {"amount": 20.0}))
    assert without_repeats(acts) == acts


def test_the_same_amount_twice_is_one() -> None:
    acts = (Act("window.down", {"amount": 20.0}), Act("dialog.down", {"amount": 20.0}))
    assert without_repeats(acts) == acts[:1]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (["climate.feel_cold", "seat_heating.on"], ["seat_heating.on"]),
        (["seat_heating.off", "climate.feel_hot"], ["seat_heating.off"]),
        (["climate.feel_hot", "dialog.down"], ["dialog.down"]),
        (["climate.feel_hot", "window.open"], ["window.open"]),
        (["drive.sleepy", "recline.flat"], ["recline.flat"]),
        (["drive.raining", "wiper.on"], ["wiper.on"]),
        (["climate.feel_cold", "media.play"], ["climate.feel_cold", "media.play"]),
        (["climate.feel_cold", "climate.stuffy"], ["climate.feel_cold", "climate.stuffy"]),
        (["climate.feel_cold", "dialog.also"], ["climate.feel_cold", "dialog.also"]),
        (["climate.feel_hot"], ["climate.feel_hot"]),
    ],
)
def test_a_feeling_gives_way_to_what_answers_it(said: list[str], left: list[str]) -> None:
    assert names(without_reasons([Act(intent, ZONED) for intent in said], SKILLS)) == left
