"""Beam search that leans on a phrase graph (shallow fusion): words that the graph does not expect cost something.

Free speech stays possible: a word out of place costs `COST` nats a token and leaves the speaker where he was, or
anywhere a phrase can begin. Whether a word is in its place shows when it is over; until then it is free as long as
some word that is expected begins like it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from cockpit.phrasegraph import PhraseGraph, Places

COST = 2.5
BEAMS = 6
WIDTH = 24
"""Tokens looked at after each hypothesis, the likeliest ones."""

END_LIKELY = 2.0
"""A text may end only where its end is at most this many nats less likely than the likeliest token: what costs makes
short texts cheap, and people are not interrupted by a price."""

Logits = NDArray[np.float32]
Step = Callable[[Sequence[int], Sequence[int]], Logits]
"""Takes for each hypothesis that goes on the row of the one before that it continues, and its newest token; gives the
logits of what comes next, one row each."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A finished hypothesis: its tokens, their log probability, and the score with what strange words cost."""

    tokens: tuple[int, ...]
    log_probability: float
    score: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Tokens so far. `owed` is what the word under way (`partial`) will cost if it turns out to be a strange one;
    `strange` that it is one already."""

    tokens: tuple[int, ...]
    log_probability: float
    paid: float
    owed: float
    strange: bool
    places: Places
    partial: str

    @property
    def score(self) -> float:
        return self.log_probability - self.paid


class Leaning:
    """The graph as the search sees it: by tokens rather than words. `texts` are the tokens' texts, with a leading space
    where a word begins."""

    def __init__(self, graph: PhraseGraph, texts: Sequence[str], cost: float = COST) -> None:
        self._graph, self._texts, self._cost = graph, texts, cost

    def begin(self) -> Hypothesis:
        return Hypothesis((), 0.0, 0.0, 0.0, strange=False, places=self._graph.entries, partial="")

    def extended(self, before: Hypothesis, token: int, log_probability: float) -> Hypothesis:
        """`before` with one more token."""
        after = before
        for char in self._texts[token].casefold():
            if char.isalnum():
                after = replace(after, partial=after.partial + char)
            elif char not in "'’":
                after = self._closed(after)
        if after.partial and after.strange:
            after = replace(after, paid=after.paid + self._cost)
        elif after.partial:
            after = replace(after, owed=after.owed + self._cost)
            if not self._begins(after.places, after.partial):
                after = replace(after, paid=after.paid + after.owed, owed=0.0, strange=True)
        total = before.log_probability + log_probability
        return replace(after, tokens=(*before.tokens, token), log_probability=total)

    def ended(self, last: Hypothesis, log_probability: float) -> Heard:
        closed = self._closed(last)
        total = last.log_probability + log_probability
        return Heard(last.tokens, total, total - closed.paid)

    def _closed(self, open_: Hypothesis) -> Hypothesis:
        """The word under way is over."""
        if not open_.partial:
            return open_
        places = frozenset[int]() if open_.strange else self._graph.after(open_.places, open_.partial)
        if places:
            return replace(open_, owed=0.0, partial="", places=places | self._graph.entries)
        return replace(open_, paid=open_.paid + open_.owed, owed=0.0, strange=False, partial="")

    def _begins(self, places: Places, partial: str) -> bool:
        """Whether some word that may come next begins with `partial`."""
        words = self._graph.nexts(places)
        at = bisect_left(words, partial)
        return at < len(words) and words[at].startswith(partial)


class Open(Protocol):
    """A hypothesis that goes on."""

    @property
    def tokens(self) -> tuple[int, ...]: ...

    @property
    def score(self) -> float: ...


Going = TypeVar("Going", bound=Open)


class Judge(Protocol[Going]):
    """What the search goes by beside the sound."""

    def begin(self) -> Going: ...

    def extended(self, before: Going, token: int, log_probability: float) -> Going: ...

    def ended(self, last: Going, log_probability: float) -> Heard: ...


def search(
    first: Logits, step: Step, judge: Judge[Going], end: int, limit: int, beams: int = BEAMS, enough: int = 1
) -> list[Heard]:
    """The likeliest texts, best first, at most `beams`. `first` are the logits of the first token, shape (vocabulary,);
    `end` is the token that ends a text, and none gets longer than `limit` tokens. Over when `enough` texts are better
    than any that goes on."""
    width = min(WIDTH, len(first))
    finished: list[Heard] = []
    alive, logits = [judge.begin()], first[np.newaxis]
    for length in range(limit + 1):
        grown: list[tuple[float, int, Going]] = []
        for row, (hypothesis, scores) in enumerate(zip(alive, _log_softmax(logits), strict=True)):
            if length == limit or (length and scores[end] >= scores.max() - END_LIKELY):
                finished.append(judge.ended(hypothesis, float(scores[end])))
            likeliest = np.argpartition(scores, -width)[-width:].tolist() if length < limit else ()
            for token in likeliest:
                if token != end:
                    longer = judge.extended(hypothesis, token, float(scores[token]))
                    grown.append((longer.score, row, longer))
        grown.sort(key=lambda item: item[0], reverse=True)
        finished = sorted(finished, key=lambda heard: heard.score, reverse=True)[:beams]
        best = grown[:beams]
        if not best or (len(finished) >= enough and finished[enough - 1].score >= best[0][0]):
            break
        alive = [hypothesis for _, _, hypothesis in best]
        logits = step([row for _, row, _ in best], [hypothesis.tokens[-1] for hypothesis in alive])
    return finished


def _log_softmax(logits: Logits) -> Logits:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    result: Logits = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result
