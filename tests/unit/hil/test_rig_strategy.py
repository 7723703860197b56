from __future__ import annotations

from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hil.rig.errors import RigError
from hil.rig.strategy import MOVES, Event, Standing, State, overdue, step

STATES, EVENTS = get_args(State), get_args(Event)


@pytest.mark.parametrize(("state", "event"), list(product(STATES, EVENTS)))
def test_every_state_and_event(state: State, event: Event) -> None:
    now = Standing(state, 1.0, 11.0 if state == "booting" else None, "smoke" if state == "broken" else "")
    wanted = MOVES.get((state, event))
    if wanted is None:
        with pytest.raises(RigError) as error:
            step(now, event, 5.0, boot_s=10)
        assert error.value.code == ("rig-broken" if state == "broken" else "rig-unsupported")
        return
    after = step(now, event, 5.0, boot_s=10, reason="fire")
    assert after.state == wanted
    assert (after == now) if wanted == state else after.since_s == 5.0
    assert (after.due_s is not None) == (wanted == "booting")
    assert after.reason == {"broken": "smoke" if state == "broken" else "fire"}.get(wanted, "")


def test_booting_has_a_deadline_that_a_second_start_does_not_move() -> None:
    booting = step(Standing(), "switch-on", 100.0, boot_s=30)
    assert step(booting, "away", 120.0, boot_s=30) == booting
    assert overdue(booting, 129.9) == booting
    late = overdue(booting, 130.0)
    assert (late.state, late.reason) == ("broken", "still booting after 30 s")


@given(st.lists(st.sampled_from(EVENTS)))
def test_nothing_but_mending_leads_out_of_broken(events: list[Event]) -> None:
    now = Standing()
    for event in events:
        before = now
        try:
            now = step(now, event, 0.0, boot_s=1)
        except RigError:
            assert now == before
        if before.state == "broken" and now.state != "broken":
            assert (event, now.state) == ("mend", "off")


def test_a_ready_rig_is_never_overdue() -> None:
    ready = step(step(Standing(), "switch-on", 0, boot_s=5), "online", 3, boot_s=5)
    assert overdue(ready, 1e9) == ready
