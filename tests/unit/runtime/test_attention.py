from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.config import WakeSettings
from cockpit.runtime.attention import Attention

SETTINGS = WakeSettings(required=True, listen_s=6, follow_up_s=8, answer_s=15)


def test_without_a_required_word_all_speech_is_listened_to() -> None:
    assert Attention(WakeSettings()).begun("driver", 0) == "open"


def test_at_first_nothing_is_listened_to() -> None:
    assert Attention(SETTINGS).begun("driver", 0) is None


@pytest.mark.parametrize(("at_s", "why"), [(0.0, "wake"), (6.0, "wake"), (6.1, None)])
def test_the_word_opens_its_own_seat_for_a_while(at_s: float, why: str | None) -> None:
    attention = Attention(SETTINGS)
    attention.woken("driver", 0)
    assert attention.begun("front_passenger", at_s) is None
    assert attention.begun("driver", at_s) == why


@pytest.mark.parametrize(
    ("asked", "at_s", "why"), [(False, 8, "follow_up"), (False, 9, None), (True, 15, "follow_up"), (True, 16, None)]
)
def test_a_reply_opens_its_seat_and_a_question_for_longer(asked: bool, at_s: float, why: str | None) -> None:
    attention = Attention(SETTINGS)
    attention.replied("driver", 0, asked=asked)
    assert attention.begun("driver", at_s) == why


@pytest.mark.parametrize(("woken_s", "asked", "listen_s"), [(1, True, 15), (4, False, 10)])
def test_the_word_after_a_reply_leaves_the_seat_open_for_as_long_as_either(
    woken_s: float, asked: bool, listen_s: float
) -> None:
    attention = Attention(SETTINGS)
    attention.replied("driver", 0, asked=asked)
    attention.woken("driver", woken_s)
    assert attention.begun("driver", listen_s) == "wake"
    assert attention.begun("driver", listen_s + 0.1) is None


def test_a_short_follow_up_takes_nothing_from_the_time_after_the_word() -> None:
    attention = Attention(WakeSettings(required=True, listen_s=6, follow_up_s=1))
    attention.woken("driver", 0)
    attention.replied("driver", 0.5, asked=False)
    assert attention.begun("driver", 6) == "follow_up"
    assert attention.begun("driver", 6.1) is None


def test_no_follow_up_where_it_is_switched_off() -> None:
    attention = Attention(WakeSettings(required=True, follow_up_s=0))
    attention.replied("driver", 0, asked=False)
    assert attention.begun("driver", 0) is None


def test_the_key_counts_while_it_is_down() -> None:
    attention = Attention(WakeSettings(required=True, follow_up_s=0))
    attention.pressed("driver", 990)
    assert attention.begun("driver", 1000) == "push"
    attention.released("driver")
    assert attention.begun("driver", 1000) is None


def test_a_key_that_never_goes_up_is_not_believed_for_ever() -> None:
    attention = Attention(WakeSettings(required=True, push_s=30))
    attention.pressed("driver", 0)
    assert attention.begun("driver", 30) == "push"
    assert attention.begun("driver", 31) is None


def test_speech_alone_keeps_nothing_open() -> None:
    attention = Attention(SETTINGS)
    attention.woken("driver", 0)
    assert attention.begun("driver", 5) == "wake"
    assert attention.begun("driver", 7) is None


@pytest.mark.parametrize(
    ("free", "intent", "expected"),
    [(True, "playback.next", True), (True, "window.open", False), (False, "playback.next", False)],
)
def test_free_commands(free: bool, intent: str, expected: bool) -> None:
    attention = Attention(WakeSettings(required=True, free=free))
    assert attention.free(intent) is expected
    assert attention.free_commands is free


@given(
    st.lists(
        st.tuples(st.sampled_from(["woken", "replied", "asked", "begun", "pressed", "released"]), st.floats(0.1, 12)),
        max_size=40,
    )
)
def test_speech_is_listened_to_only_for_a_reason(steps: list[tuple[str, float]]) -> None:
    """Against the plainest model there is: the time until which the seat is open, and the key."""
    attention, now_s, until_s, down = Attention(WakeSettings(required=True, push_s=600)), 0.0, float("-inf"), False
    for step, seconds in steps:
        now_s += seconds
        if step == "woken":
            attention.woken("driver", now_s)
            until_s = max(until_s, now_s + 6)
        elif step in ("replied", "asked"):
            attention.replied("driver", now_s, asked=step == "asked")
            until_s = max(until_s, now_s + (15 if step == "asked" else 8))
        elif step == "begun":
            expected = down or now_s <= until_s
            assert (attention.begun("driver", now_s) is not None) is expected
        else:
            down = step == "pressed"
            attention.pressed("driver", now_s) if down else attention.released("driver")
