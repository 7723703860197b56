"""The circuit breaker over all its states."""

from __future__ import annotations

from cockpit.cloud.breaker import Breaker


def failed(times: int = 3) -> Breaker:
    """One that has just opened, at time 0."""
    breaker = Breaker(3, 30.0)
    for _ in range(times):
        assert breaker.admit(0.0)
        breaker.failed(0.0)
    return breaker


def test_it_opens_after_failures_in_a_row_only() -> None:
    breaker = failed(2)
    breaker.succeeded()
    breaker.failed(0.0)
    breaker.failed(0.0)
    assert breaker.state(0.0) == "closed"
    breaker.failed(0.0)
    assert breaker.state(0.0) == "open"
    assert not breaker.admit(29.9)


def test_after_its_time_one_call_is_let_through_on_trial() -> None:
    breaker = failed()
    assert breaker.state(30.0) == "half-open"
    assert breaker.admit(30.0)
    assert not breaker.admit(30.0)


def test_a_trial_that_succeeds_closes_it() -> None:
    breaker = failed()
    assert breaker.admit(30.0)
    breaker.succeeded()
    assert breaker.state(30.0) == "closed"


def test_a_trial_that_fails_opens_it_for_longer_up_to_a_limit() -> None:
    breaker, now_s = failed(), 30.0
    for hold_s in (60.0, 120.0, 240.0, 300.0, 300.0):
        assert breaker.admit(now_s)
        breaker.failed(now_s)
        assert not breaker.admit(now_s + hold_s - 0.1)
        now_s += hold_s
        assert breaker.state(now_s) == "half-open"


def test_a_trial_that_was_given_up_leaves_room_for_another() -> None:
    breaker = failed()
    assert breaker.admit(30.0)
    breaker.abandoned()
    assert breaker.admit(30.0)


def test_what_the_provider_asks_for_opens_it_at_once() -> None:
    breaker = Breaker(3, 30.0)
    breaker.failed(0.0, at_least_s=60.0)
    assert not breaker.admit(59.9)
    assert breaker.admit(60.0)


def test_no_provider_can_shut_itself_out_for_ever() -> None:
    breaker = Breaker(3, 30.0)
    breaker.failed(0.0, at_least_s=1e9)
    assert breaker.admit(300.0)
