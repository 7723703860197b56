"""Who answers: every reason by an example, and what must hold whatever is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.errors import ConfigError
from cockpit.nlu.labels import COMPLEXITIES, KINDS
from cockpit.router.policy import Policy, load_policy
from cockpit.router.route import route
from cockpit.router.situation import Link, LinkLevel, PrivacyClass, Situation, Thermal

POLICY = load_policy()
GOOD, WEAK, NONE = Link("good", 60.0), Link("weak", 600.0, 0.2), Link("none")
READY = Situation(local_ready=True, cloud_ready=True, link=GOOD, privacy="none", free_mb=1000.0, price=0.0005)
QUESTION = replace(READY, kind="chat", complexity="knowledge")
TALK = replace(READY, kind="chat", complexity="talk")
ALONE = replace(QUESTION, local_ready=False)


@pytest.mark.parametrize(
    ("now", "tier", "reason"),
    [
        (replace(READY, sure=True, complexity="simple"), "nlu", "understood"),
        (replace(READY, sure=True, reads=True), "nlu", "status"),
        (replace(READY, sure=True, kill_switch=True, link=NONE, privacy="contacts"), "nlu", "understood"),
        (replace(READY, doubtful=True), "nlu", "doubtful"),
        (replace(QUESTION, manual=0.8), "nlu", "manual"),
        (replace(QUESTION, manual=0.8, local_ready=False), "nlu", "manual"),
        (QUESTION, "cloud", "knowledge"),
        (TALK, "local_llm", "small_talk"),
        (replace(READY, kind="request", complexity="simple"), "refused", "unclear"),
        (replace(QUESTION, privacy="contacts"), "local_llm", "private"),
        (replace(QUESTION, kill_switch=True), "local_llm", "kill_switch"),
        (replace(QUESTION, cloud_ready=False), "local_llm", "no_cloud"),
        (replace(QUESTION, link=NONE), "local_llm", "offline"),
        (replace(QUESTION, money_left=0.0001), "local_llm", "budget"),
        (replace(QUESTION, price=1.0), "local_llm", "budget"),
        (replace(QUESTION, link=WEAK), "local_llm", "weak_link"),
        (replace(QUESTION, elapsed_s=0.8), "local_llm", "too_late"),
        (replace(QUESTION, left_s=1.1), "local_llm", "too_late"),
        (replace(TALK, local_ready=False), "cloud", "no_local_model"),
        (replace(TALK, thermal="hot"), "cloud", "hot"),
        (replace(TALK, free_mb=10.0), "cloud", "no_memory"),
        (replace(ALONE, link=WEAK), "cloud", "knowledge"),
        (replace(ALONE, link=NONE), "refused", "offline"),
        (replace(ALONE, privacy="unsure"), "refused", "private"),
        (replace(TALK, local_ready=False, kill_switch=True), "refused", "kill_switch"),
        (replace(READY, kind="request", local_ready=False), "refused", "unclear"),
    ],
)
def test_each_reason(now: Situation, tier: str, reason: str) -> None:
    found = route(now, POLICY)
    assert (found.tier, found.reason) == (tier, reason)


def test_a_metered_link_is_used_unless_the_policy_spares_it() -> None:
    now = replace(QUESTION, metered=True)
    assert route(now, POLICY).tier == "cloud"
    sparing = POLICY.model_copy(update={"metered": "avoid"})
    assert (route(now, sparing).tier, route(now, sparing).reason) == ("local_llm", "metered")
    assert route(replace(now, local_ready=False), sparing).tier == "cloud"


def test_the_board_takes_over_in_time_to_be_heard() -> None:
    found = route(replace(QUESTION, elapsed_s=0.1), POLICY)
    assert found.instead == "local_llm"
    assert found.give_up_s == pytest.approx(POLICY.first_sound_s - POLICY.local_first_s - 0.1)


def test_where_nothing_else_can_answer_the_cloud_gets_more_time() -> None:
    found = route(ALONE, POLICY)
    assert (found.instead, found.give_up_s) == ("refused", POLICY.patience_s)


def test_a_policy_can_ask_the_cloud_first_for_talk() -> None:
    assert route(TALK, Policy(cloud_for=("talk", "knowledge"))).tier == "cloud"


SITUATIONS = st.builds(
    Situation,
    sure=st.booleans(),
    doubtful=st.booleans(),
    reads=st.booleans(),
    kind=st.sampled_from(["", *KINDS]),
    complexity=st.sampled_from(["", *COMPLEXITIES]),
    privacy=st.sampled_from(get_args(PrivacyClass)),
    manual=st.floats(0, 1),
    link=st.builds(Link, st.sampled_from(get_args(LinkLevel)), st.none() | st.floats(0, 5000), st.floats(0, 1)),
    metered=st.booleans(),
    money_left=st.none() | st.floats(-1, 10),
    price=st.floats(0, 1),
    elapsed_s=st.floats(0, 20),
    left_s=st.floats(0, 20),
    thermal=st.sampled_from(get_args(Thermal)),
    free_mb=st.none() | st.floats(0, 8000),
    local_ready=st.booleans(),
    cloud_ready=st.booleans(),
    kill_switch=st.booleans(),
)


@given(SITUATIONS)
def test_the_cloud_is_asked_only_where_it_may_and_can_be(now: Situation) -> None:
    found = route(now, POLICY)
    if found.tier == "cloud":
        assert now.privacy == "none"
        assert not now.kill_switch
        assert now.cloud_ready
        assert now.link.level != "none"
        assert now.price <= POLICY.price_max
        assert now.money_left is None or now.price <= now.money_left


@given(SITUATIONS)
def test_a_route_ends_within_the_turn_and_never_relies_on_a_missing_model(now: Situation) -> None:
    found = route(now, POLICY)
    assert 0 <= found.give_up_s <= now.left_s
    assert "cloud" not in found.instead
    if not now.local_ready:
        assert "local_llm" not in (found.tier, found.instead)


@given(SITUATIONS)
def test_with_the_board_there_only_what_is_unclear_is_refused_and_the_first_sound_is_in_time(now: Situation) -> None:
    on_board = replace(now, local_ready=True, thermal="normal", free_mb=None)
    found = route(on_board, POLICY)
    assert found.tier != "refused" or found.reason == "unclear"
    if found.tier == "cloud":
        assert now.elapsed_s + found.give_up_s + POLICY.local_first_s <= POLICY.first_sound_s + 1e-9


@given(SITUATIONS)
def test_what_tier_0_is_sure_of_stays_there(now: Situation) -> None:
    assert route(replace(now, sure=True), POLICY).tier == "nlu"


def test_mistakes_in_a_policy_are_told(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("cloud_for: [everything]\nlink: {good_rtt_ms: 900}\n")
    with pytest.raises(ConfigError, match=r"cloud_for.*good_\* must not be above"):
        load_policy(file)


def test_the_shipped_policy_is_the_default_one() -> None:
    assert Policy() == POLICY
