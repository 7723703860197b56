"""What the network alone, the templates alone and both together make of an utterance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from cockpit.nlu.consideration import Consideration
from cockpit.types import Act

Thresholds = Mapping[str, float]
Variant = Callable[[Consideration, Thresholds], tuple[Act, ...]]


def both(found: Consideration, _: Thresholds) -> tuple[Act, ...]:
    """As the assistant understands it."""
    return found.understanding.acts


def network(found: Consideration, thresholds: Thresholds) -> tuple[Act, ...]:
    """What the network proposes, under the same thresholds."""
    return gated(proposed(found), thresholds)


def templates(found: Consideration, _: Thresholds) -> tuple[Act, ...]:
    """What the skills' own sentences account for."""
    return found.reading.acts if found.reading else ()


def proposed(found: Consideration) -> tuple[Act, ...]:
    """The network's acts as if there were no thresholds."""
    return tuple(candidate.act for candidate in found.candidates)


def unlimited(found: Consideration, _: Thresholds) -> tuple[Act, ...]:
    return ungated(found)


def ungated(found: Consideration) -> tuple[Act, ...]:
    """What would be understood if there were no thresholds."""
    acts = found.understanding.acts if found.why != "unsure" else proposed(found)
    return tuple(replace(act, doubtful=False) for act in acts)


def gated(acts: Sequence[Act], thresholds: Thresholds) -> tuple[Act, ...]:
    """`acts` as the thresholds let them pass: refused, doubtful or carried out."""
    if any(act.confidence < thresholds.get("ask", 0.0) for act in acts):
        return ()
    return tuple(replace(act, doubtful=act.confidence < thresholds.get("act", 0.0)) for act in acts)


VARIANTS: Mapping[str, Variant] = {
    "both": both,
    "network": network,
    "templates": templates,
    "no thresholds": unlimited,
}
