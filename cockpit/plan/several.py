"""What several acts of one utterance come to: nothing is done twice, and nothing that only explains the rest."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.skillset import SkillSet
from cockpit.types import Act

FOLLOW_UP = "dialog."
NUDGES = frozenset({"up", "down", "more", "less", "max", "min", "on", "off", "set"})
"""Follow-ups that say how something is to be changed."""
SAME_NUDGE = {"more": "up", "less": "down", "open": "on", "close": "off"}


def without_repeats(acts: Sequence[Act]) -> tuple[Act, ...]:
    """Without follow-ups that only say again what the act before them said ("I can hardly hear it, the radio louder,
    turn it up")."""
    kept: list[Act] = []
    for act in acts:
        if kept and _says_again(act, kept[-1]):
            continue
        if kept and _says_again(kept[-1], act) and kept[-1].intent.startswith(FOLLOW_UP):
            kept.pop()
        kept.append(act)
    return tuple(kept)


def without_reasons(acts: Sequence[Act], skills: SkillSet) -> tuple[Act, ...]:
    """Without the feelings that the utterance's plain requests answer ("I'm cold, heat my seat")."""
    return tuple(act for n, act in enumerate(acts) if not _answered(act, (*acts[:n], *acts[n + 1 :]), skills))


def _says_again(act: Act, other: Act) -> bool:
    """Whether `act` is a follow-up with which nothing is said that `other` does not say."""
    _, _, nudge = act.intent.partition(".")
    if not act.intent.startswith(FOLLOW_UP) or nudge not in NUDGES:
        return False
    same = _nudge(nudge) == _nudge(other.intent.rpartition(".")[2])
    return same and act.slots.items() <= other.slots.items()


def _nudge(operation: str) -> str:
    return SAME_NUDGE.get(operation, operation)


def _answered(act: Act, others: Sequence[Act], skills: SkillSet) -> bool:
    found = skills.intent(act.intent)
    answering = found[1].gives_way if found is not None else []
    return bool(answering) and any(
        not _yields(other, skills) and (skills.owner(other.intent) in answering or _is_nudge(other)) for other in others
    )


def _yields(act: Act, skills: SkillSet) -> bool:
    found = skills.intent(act.intent)
    return found is not None and bool(found[1].gives_way)


def _is_nudge(act: Act) -> bool:
    return act.intent.startswith(FOLLOW_UP) and act.intent.removeprefix(FOLLOW_UP) in NUDGES
