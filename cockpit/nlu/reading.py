"""The cheapest sequence of acts that accounts for a whole utterance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from cockpit.nlu.language import Language, Sentence, reads
from cockpit.nlu.matcher import Match, Matcher

ACT_COST = 0.35
MENTION_COST = 0.5
FOLLOW_UP_COST = 0.37
"""A little more than a skill's act, so that a sentence which is both is the skill's."""
ANSWER_COST = 0.15
UNASKED_COST = 0.1
"""What any other act costs more while a question waits for its answer."""
RUN_ON_COST = 0.3
"""For an act that follows another without a pause or a connector."""
ASIDE_COST, ASIDE_TOKEN_COST = 0.6, 0.15
MENTION = "mention"
FOLLOW_UP = "dialog."
"""Begins the intents that stand apart: "don't open the window" is no "no" and an "open"."""


@dataclass(frozen=True, slots=True)
class Step:
    """One act (or an aside, when `intent` is empty) over tokens `start` to `end` of the best reading so far."""

    intent: str
    match: Match
    start: int


@dataclass(frozen=True, slots=True)
class Route:
    cost: float
    sound: float
    steps: tuple[Step, ...]
    apart: bool = True
    """Whether a pause or a connector stands before what comes next."""


class Reader:
    """Finds the cheapest sequence of acts that accounts for a whole utterance."""

    def __init__(self, language: Language, matcher: Matcher, expecting: str) -> None:
        self._language, self._matcher = language, matcher
        self._expecting = expecting
        self._index = language.index(matcher.present, expecting)

    def best(self) -> Route | None:
        """The cheapest path from the first token to the last, or None."""
        tokens = self._matcher.tokens
        paths: dict[int, Route] = {0: Route(0.0, 0.0, ())}
        for at in range(len(tokens)):
            path = paths.get(at)
            if path is None:
                continue
            for end, longer in self._steps(path, at):
                known = paths.get(end)
                if known is None or longer.cost < known.cost:
                    paths[end] = longer
        path = paths.get(len(tokens))
        return path if path is not None and says_something(path) else None

    def _steps(self, path: Route, at: int) -> Iterator[tuple[int, Route]]:
        for sentence in self._sentences(at):
            if not path.apart and sentence.intent.startswith(FOLLOW_UP):
                continue
            base = self._base_cost(sentence.intent, path, at)
            for match in self._matcher.match(sentence.node, at):
                if match.end <= at:
                    continue
                step = Step(sentence.intent, match, at)
                longer = Route(path.cost + base + match.cost, path.sound + match.sound, (*path.steps, step))
                for end, cost, apart in self._after(match.end):
                    if apart or end == len(self._matcher.tokens) or not sentence.intent.startswith(FOLLOW_UP):
                        yield end, replace(longer, cost=longer.cost + cost, apart=apart)
        yield from self._aside(path, at)

    def _base_cost(self, intent: str, path: Route, at: int) -> float:
        skill, _, operation = intent.partition(".")
        if skill == "answer":
            return ANSWER_COST
        if skill == "dialog":
            base = FOLLOW_UP_COST
        else:
            base = (MENTION_COST if operation == MENTION else ACT_COST) + (UNASKED_COST if self._expecting else 0.0)
        return base + (0.0 if path.apart or at == 0 else RUN_ON_COST)

    def _sentences(self, at: int) -> Iterable[Sentence]:
        found = {id(sentence): sentence for mark in self._matcher.marks(at) for sentence in self._index.get(mark, ())}
        return found.values()

    def _after(self, end: int) -> Iterator[tuple[int, float, bool]]:
        """Places where the next act may begin, and whether a pause or connector sets it apart."""
        tokens = self._matcher.tokens
        for place, cost in self._matcher.starts(end):
            yield place, cost, any(token.punctuation for token in tokens[end:place])
            for words in self._language.connectors.get(tokens[place].text, ()) if place < len(tokens) else ():
                if reads(tokens, place, words):
                    for after, more in self._matcher.starts(place + len(words)):
                        yield after, cost + more, True

    def _aside(self, path: Route, at: int) -> Iterator[tuple[int, Route]]:
        """A clause that only explains: after an act, or before one when it begins as such clauses do."""
        tokens = self._matcher.tokens
        phrases = self._language.asides.get(tokens[at].text, ())
        end = next((n for n in range(at, len(tokens)) if tokens[n].punctuation), len(tokens))
        clause = tokens[at:end]
        if not clause or not (at == 0 or tokens[at - 1].punctuation):
            return
        if not any(reads(tokens, at, words) for words in phrases) or self._language.refuses(clause):
            return
        step, price = Step("", Match(end), at), path.cost + ASIDE_COST + ASIDE_TOKEN_COST * len(clause)
        yield min(end + 1, len(tokens)), Route(price, path.sound, (*path.steps, step))


def says_something(path: Route) -> bool:
    """Whether anything but mentions and asides was said, and every mention has a neighbour to take its verb from."""
    return any(step.intent and not step.intent.endswith(MENTION) for step in path.steps)
