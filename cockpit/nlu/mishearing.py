"""How likely one Chinese syllable is heard for another, learned from recordings whose words are known.

Initial and final are taken to be misheard independently. What was counted is smoothed by what phonetics expects: pairs
that are known to be near share `NEAR` of the chances, any other pair has `OTHER`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import product
from math import log
from pathlib import Path

from cockpit.errors import ConfigError
from cockpit.nlu.sound import near, near_finals, near_initials, parted
from cockpit.yamlfile import read_yaml

FILE = Path(__file__).with_name("mishearing.zh.yaml")
NEAR, OTHER = 0.02, 0.0008
SMOOTHING = 100
"""Sounds heard that the expectation is worth."""
REVERSED = 0.5
"""What one for the other is worth where it was counted the other way round."""
LOST, SAME_PART, UNLIKE = 0.7, 0.6, 1.0
"""Price of a syllable that is lost or made up, and of two that share one part or none, when texts are aligned."""

Counts = Mapping[str, Mapping[str, int]]
"""What was said, to how often what was heard."""


@lru_cache(maxsize=65_536)
def cost(said: str, heard: str) -> float:
    """Nats that it costs to believe that the syllable `heard` was `said`; 0 for the same."""
    if said == heard:
        return 0.0
    (initial, final), (other_initial, other_final) = parted(said), parted(heard)
    initials, finals = _learned()
    return _part(initials, initial, other_initial, near_initials(initial, other_initial)) + _part(
        finals, final, other_final, near_finals(final, other_final)
    )


def _part(counts: Counts, said: str, heard: str, alike: bool) -> float:
    if said == heard:
        return 0.0
    of_said, of_heard = counts.get(said, {}), counts.get(heard, {})
    total, back = sum(of_said.values()), sum(of_heard.values())
    reversed_ = REVERSED * of_heard.get(said, 0) * total / back if back else 0.0
    prior = SMOOTHING * (NEAR if alike else OTHER)
    return -log(min(1.0, (of_said.get(heard, 0) + reversed_ + prior) / (total + SMOOTHING)))


@cache
def _learned() -> tuple[Counts, Counts]:
    """Raises `ConfigError` (`config-bad-counts`)."""
    found = read_yaml(FILE)
    try:
        return found["initials"], found["finals"]
    except (KeyError, TypeError) as error:
        raise ConfigError("bad-counts", f"{FILE} lacks {error}") from error


def counted(pairs: Iterable[tuple[Sequence[str], Sequence[str]]]) -> tuple[Counts, Counts]:
    """Initials and finals of syllables said, with those heard for them, in utterances as they were said and heard."""
    initials: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    finals: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for said, heard in pairs:
        for one, other in aligned(said, heard):
            (initial, final), (other_initial, other_final) = parted(one), parted(other)
            initials[initial][other_initial] += 1
            finals[final][other_final] += 1
    return initials, finals


def aligned(said: Sequence[str], heard: Sequence[str]) -> list[tuple[str, str]]:
    """The syllables of `said` with those heard for them; what was lost or made up is left out."""
    costs = {(0, 0): 0.0}
    before: dict[tuple[int, int], tuple[int, int]] = {}
    for at, other in product(range(len(said) + 1), range(len(heard) + 1)):
        ways = {
            (at - 1, other): LOST,
            (at, other - 1): LOST,
            (at - 1, other - 1): _unlike(said[at - 1], heard[other - 1]) if at and other else UNLIKE,
        }
        known = {place: costs[place] + price for place, price in ways.items() if place in costs}
        if known:
            before[at, other] = min(known, key=lambda place: known[place])
            costs[at, other] = known[before[at, other]]
    place, found = (len(said), len(heard)), []
    while place in before:
        last, place = place, before[place]
        if last == (place[0] + 1, place[1] + 1):
            found.append((said[place[0]], heard[place[1]]))
    return found[::-1]


def _unlike(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if near(one, other):
        return SAME_PART - 0.2
    return SAME_PART if any(a == b for a, b in zip(parted(one), parted(other), strict=True)) else UNLIKE
