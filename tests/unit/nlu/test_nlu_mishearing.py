"""What one syllable costs to be believed for another, and how texts are laid along each other."""

from __future__ import annotations

import pytest

from cockpit.nlu.mishearing import aligned, cost, counted
from cockpit.nlu.numbers import read_digits
from cockpit.nlu.tokens import clean, tokenise


def test_the_same_syllable_costs_nothing_and_any_other_something() -> None:
    assert cost("feng", "feng") == 0.0
    assert cost("feng", "fen") > 0.0


@pytest.mark.parametrize(
    ("said", "near", "far"), [("san", "shan", "ban"), ("sha", "shang", "shi"), ("suo", "zuo", "luo")]
)
def test_what_is_often_misheard_is_cheaper(said: str, near: str, far: str) -> None:
    assert cost(said, near) < cost(said, far)


def test_two_parts_misheard_cost_both() -> None:
    assert cost("san", "shen") == pytest.approx(cost("san", "shan") + cost("shan", "shen"), rel=0.5)
    assert cost("san", "shen") > max(cost("san", "shan"), cost("san", "sen"))


def test_syllables_that_are_lost_or_made_up_are_left_out() -> None:
    said, heard = "you dian leng a".split(), "you dian le".split()
    assert aligned(said, heard) == [("you", "you"), ("dian", "dian"), ("leng", "le")]
    assert aligned(heard, said) == [("you", "you"), ("dian", "dian"), ("le", "leng")]


def test_initials_and_finals_are_counted_apart() -> None:
    initials, finals = counted([(["suo", "an"], ["zuo", "an"])])
    assert initials["s"] == {"z": 1}
    assert initials["-"] == {"-": 1}
    assert finals["uo"] == {"uo": 1}


@pytest.mark.parametrize(("said", "digits"), [("腰零零八六", "10086"), ("腰有点酸", ""), ("腰", "")])
def test_a_one_at_the_head_of_a_number_is_known_by_its_sound(said: str, digits: str) -> None:
    assert read_digits(tokenise(clean(said)), 0, "zh")[1] == digits
