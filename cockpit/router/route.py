"""Who answers one part of a request: a pure function of what is known when it is decided.

The board comes first. The cloud is asked only for what the policy says, what is not private, and what is worth the
way; where a tier cannot be had the next one is taken, and the reason names what decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cockpit.router.policy import Policy, Topic
from cockpit.router.situation import LinkLevel, Situation

Tier = Literal["nlu", "local_llm", "cloud", "refused"]
Reason = Literal[
    "understood", "status", "doubtful", "manual", "small_talk", "knowledge", "unclear",
    "private", "kill_switch", "no_cloud", "offline", "budget", "metered", "too_late", "weak_link",
    "no_local_model", "hot", "no_memory",
]  # fmt: skip
TOPICS: dict[Topic, Reason] = {"talk": "small_talk", "knowledge": "knowledge", "unclear": "unclear"}


@dataclass(frozen=True, slots=True)
class Route:
    """`give_up_s` is how long from now the first token (or the act) is waited for; then `instead` takes over, or where
    that is `refused` the person is told. `link` and `complexity` go into the event."""

    tier: Tier
    reason: Reason
    give_up_s: float
    instead: Tier = "refused"
    link: LinkLevel = "none"
    complexity: str = ""


def route(now: Situation, policy: Policy) -> Route:
    """The tier for one part of a request."""
    if now.sure:
        return _to(now, "nlu", "status" if now.reads else "understood")
    if now.manual >= policy.manual_from:
        return _to(now, "nlu", "manual")
    if now.doubtful:
        return _to(now, "nlu", "doubtful")
    return _beyond_tier_0(now, policy)


def _beyond_tier_0(now: Situation, policy: Policy) -> Route:
    topic, no_local, no_cloud = _topic(now), _no_local(now, policy), _no_cloud(now, policy)
    if topic not in (*policy.local_for, *policy.cloud_for):
        return _to(now, "refused", TOPICS[topic])
    on_board = topic in policy.local_for and not no_local
    wait_s = _wait_s(now, policy, on_board=on_board)
    if on_board and topic not in policy.cloud_for:
        return _to(now, "local_llm", "private" if now.privacy != "none" else TOPICS[topic])
    if topic not in (*policy.cloud_for, *policy.cloud_instead):
        return _to(now, "refused", no_local or "no_local_model")
    hindered = no_cloud or (_not_worth_it(now, policy, wait_s) if on_board else None)
    if hindered:
        return _to(now, "local_llm" if on_board else "refused", hindered)
    why = TOPICS[topic] if topic in policy.cloud_for else no_local or TOPICS[topic]
    return _to(now, "cloud", why, wait_s, "local_llm" if on_board else "refused")


def _to(now: Situation, tier: Tier, reason: Reason, wait_s: float | None = None, instead: Tier = "refused") -> Route:
    give_up_s = max(0.0, now.left_s if wait_s is None else wait_s)
    return Route(tier, reason, give_up_s, instead, now.link.level, now.complexity or "unknown")


def expected_first_s(chosen: Route, now: Situation, policy: Policy) -> float | None:
    """When something is to be expected to be heard, from the end of the request: at once from tier 0 and of a refusal;
    None where the cloud is not to be expected in time and nothing is there instead."""
    if chosen.tier == "cloud":
        first_s = _first_token_s(now, policy)
        if first_s <= chosen.give_up_s:
            return now.elapsed_s + first_s
        return now.elapsed_s + chosen.give_up_s + policy.local_first_s if chosen.instead == "local_llm" else None
    return now.elapsed_s + (policy.local_first_s if chosen.tier == "local_llm" else 0.0)


def _topic(now: Situation) -> Topic:
    if now.complexity == "talk":
        return "talk"
    return "knowledge" if now.complexity == "knowledge" or now.kind == "chat" else "unclear"


def _no_local(now: Situation, policy: Policy) -> Reason | None:
    """Why the model on the board cannot answer."""
    if not now.local_ready:
        return "no_local_model"
    if now.thermal == "hot" and not policy.local_when_hot:
        return "hot"
    return "no_memory" if now.free_mb is not None and now.free_mb < policy.local_free_mb else None


def _no_cloud(now: Situation, policy: Policy) -> Reason | None:
    """Why the cloud must not or cannot be asked at all, the strongest reason first."""
    if now.privacy != "none":
        return "private"
    if now.kill_switch:
        return "kill_switch"
    if not now.cloud_ready:
        return "no_cloud"
    if now.link.level == "none":
        return "offline"
    if now.price > policy.price_max or (now.money_left is not None and now.price > now.money_left):
        return "budget"
    return "too_late" if now.left_s - policy.reserve_s < policy.least_wait_s else None


def _not_worth_it(now: Situation, policy: Policy, wait_s: float) -> Reason | None:
    """Why the board answers although the cloud could be asked."""
    if now.metered and policy.metered == "avoid":
        return "metered"
    if wait_s < policy.least_wait_s:
        return "too_late"
    return "weak_link" if _first_token_s(now, policy) > wait_s else None


def _wait_s(now: Situation, policy: Policy, *, on_board: bool) -> float:
    """How long the cloud's first token is waited for: until the board must begin to be heard in time, or patiently
    where it could not answer anyway."""
    most = policy.first_sound_s - policy.local_first_s - now.elapsed_s if on_board else policy.patience_s
    return max(0.0, min(most, now.left_s - policy.reserve_s))


def _first_token_s(now: Situation, policy: Policy) -> float:
    """When the cloud's first token is to be expected; the middle of a weak link where no round trip is known."""
    level_ms = policy.link.good_rtt_ms if now.link.level == "good" else policy.link.weak_rtt_ms
    rtt_ms = now.link.rtt_ms if now.link.rtt_ms is not None else level_ms
    return policy.cloud_think_s + policy.round_trips * rtt_ms / 1000
