"""When a value that came is the one that was wanted."""

from __future__ import annotations

import pytest

from hil.scenario.comparison import Comparison, holds


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        (22, 22.0),
        (22.0, 22.005),
        (True, True),
        ("Home", "home"),
        ("人民 广场。", "人民广场"),
        ([1, "a"], [1.0, "A"]),
        (Comparison(at_least=1, at_most=3), 3),
        (Comparison(one_of=["failed", "expired"]), "expired"),
        (Comparison(contains="空调"), "打开空调吧"),
        (Comparison(other_than=0), 1),
    ],
)
def test_these_are_the_same(wanted: object, got: object) -> None:
    assert holds(wanted, got)


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        (22, 22.5),
        (1, True),
        (True, 1),
        (0, None),
        ("22.5", "225"),
        ("-5", "5"),
        ([1], [1, 2]),
        (Comparison(at_least=1), "2"),
        (Comparison(at_least=1), True),
        (Comparison(at_least=1, at_most=3), 3.5),
        (Comparison(one_of=["failed"]), "succeeded"),
        (Comparison(contains="空调"), "空 跳"),
        (Comparison(other_than=1), 1.0),
    ],
)
def test_and_these_are_not(wanted: object, got: object) -> None:
    assert not holds(wanted, got)
