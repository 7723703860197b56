"""Matching one utterance against the compiled templates, every node at most once per place (packrat parsing).

Every match has a cost: fillers, free text and words that only sound alike are paid for, so that the reading that
explains the utterance most plainly wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from cockpit.nlu.calendar import read_day, read_time
from cockpit.nlu.grammar import ANY, FREE_KINDS, VALUE, VALUE_KINDS, Alternative, Literal, Node, Sequence, Slot
from cockpit.nlu.numbers import read_digits
from cockpit.nlu.quantities import Quantity, read_quantity
from cockpit.nlu.sound import HOMOPHONE, Vocabulary, sounds_en, sounds_zh
from cockpit.nlu.tokens import Token
from cockpit.types import Lang

FILLER_COST = 0.01
PAUSE_COST = 0.15
FREE_SLOT_COST = 0.05
FREE_TOKEN_COST = 0.2
NAME_TOKEN_COST = 0.25
MAX_NAME_TOKENS = {"zh": 8, "en": 5}
MIN_PHONE_DIGITS = 3

Fillers = Mapping[str, tuple[tuple[str, ...], ...]]
"""First word to the meaningless phrases that begin with it."""

WEAK_SOUND, FREE_TEXT = 1, 2


@dataclass(frozen=True, slots=True)
class Skips:
    """What may be passed over: `fillers` anywhere, `articles` before free text, `particles` after it."""

    fillers: Fillers
    articles: Fillers
    particles: Fillers


SlotText = tuple[str, object]


@dataclass(frozen=True, slots=True)
class Match:
    """A node matched up to token `end`. `sound` is the part of `cost` that mishearing makes up.

    `guesses` marks what is weak: words taken for others that sound like them, unless they sound the same and are long
    enough (two characters, four letters), and free text. Either may be; both together explain anything at all.
    """

    end: int
    cost: float = 0.0
    sound: float = 0.0
    slots: tuple[SlotText, ...] = ()
    guesses: int = 0


class Matcher:
    """Matches nodes against one utterance. With `sounds`, the vocabulary of the
    templates, literals may also be what merely sounds like them."""

    def __init__(
        self,
        cleaned: str,
        tokens: tuple[Token, ...],
        lang: Lang,
        skips: Skips,
        sounds: Vocabulary | None = None,
    ) -> None:
        self._text, self.tokens, self._lang = cleaned, tokens, lang
        self._fillers, self._articles, self._particles = skips.fillers, skips.articles, skips.particles
        self._sounds = sounds
        self._memo: dict[tuple[int, int], tuple[Match, ...]] = {}
        self._starts: dict[int, tuple[tuple[int, float], ...]] = {}
        self._marks: dict[int, set[str]] = {}

    def match(self, node: Node, at: int) -> tuple[Match, ...]:
        """Every way in which `node` matches from token `at` on, cheapest first."""
        key = (id(node), at)
        if key not in self._memo:
            self._memo[key] = _cheapest(self._match(node, at))
        return self._memo[key]

    def said(self, start: int, end: int) -> str:
        """The text of tokens `start` to `end`, as it was written."""
        return self._text[self.tokens[start].start : self.tokens[end - 1].end]

    def free_starts(self, at: int) -> Iterator[tuple[int, float]]:
        """Places where free text may begin: there, or after a pause or an article. Other fillers may belong to it."""
        here, cost = at, 0.0
        while here < len(self.tokens) and self.tokens[here].punctuation:
            here, cost = here + 1, cost + PAUSE_COST
        if here == len(self.tokens):
            return
        yield here, cost
        for words in self._articles.get(self.tokens[here].text, ()):
            if self._said(here, len(words)) == words:
                yield here + len(words), cost + FILLER_COST * len(words)

    def starts(self, at: int) -> tuple[tuple[int, float], ...]:
        """Places where something may begin if it may begin at `at`: there, or after fillers and pauses."""
        if at not in self._starts:
            self._starts[at] = tuple(self._skip(at))
        return self._starts[at]

    def _skip(self, at: int) -> Iterator[tuple[int, float]]:
        reached, todo = {at: 0.0}, [at]
        while todo:
            here = todo.pop()
            for end, cost in self._skippable(here):
                if end not in reached:
                    reached[end] = reached[here] + cost
                    todo.append(end)
        yield from reached.items()

    def _skippable(self, at: int) -> Iterator[tuple[int, float]]:
        if at < len(self.tokens) and self.tokens[at].punctuation:
            yield at + 1, PAUSE_COST
        for words in self._fillers.get(self.tokens[at].text, ()) if at < len(self.tokens) else ():
            if self._said(at, len(words)) == words:
                yield at + len(words), FILLER_COST * len(words)

    def _said(self, at: int, length: int) -> tuple[str, ...]:
        return tuple(token.text for token in self.tokens[at : at + length])

    def _match(self, node: Node, at: int) -> Iterator[Match]:
        if isinstance(node, Sequence):
            yield from self._sequence(node, 0, Match(at))
        elif isinstance(node, Alternative):
            for item in self._candidates(node, at):
                yield from self.match(item, at)
        elif isinstance(node, Literal):
            for start, cost in self.starts(at):
                yield from self._literal(node, start, cost)
        else:
            for start, cost in self.free_starts(at) if node.kind in FREE_KINDS else self.starts(at):
                yield from self._slot(node, start, cost)

    def _sequence(self, node: Sequence, place: int, so_far: Match) -> Iterator[Match]:
        if place == len(node.items):
            yield so_far
            return
        for step in self.match(node.items[place], so_far.end):
            guesses = so_far.guesses | step.guesses
            if guesses != WEAK_SOUND | FREE_TEXT:
                cost, sound = so_far.cost + step.cost, so_far.sound + step.sound
                joined = Match(step.end, cost, sound, so_far.slots + step.slots, guesses)
                yield from self._sequence(node, place + 1, joined)

    def _candidates(self, node: Alternative, at: int) -> Iterable[Node]:
        found = {id(item): item for mark in self.marks(at) for item in node.index.get(mark, ())}
        return found.values()

    def marks(self, at: int) -> set[str]:
        """Everything that a sentence which begins at `at` may begin with (see `Compiler.starts`)."""
        if at not in self._marks:
            marks = {ANY}
            for start, _ in self.starts(at):
                if start < len(self.tokens):
                    marks |= self._words_at(start)
                    if self._quantities[start]:
                        marks.add(VALUE)
            self._marks[at] = marks
        return self._marks[at]

    @cached_property
    def present(self) -> frozenset[str]:
        """Everything that stands anywhere in the utterance (see `Compiler.needs`)."""
        words = frozenset[str]().union(*(self._words_at(at) for at in range(len(self.tokens))))
        return words | {VALUE} if any(self._quantities) else words

    def _words_at(self, at: int) -> frozenset[str]:
        if self._sounds is None:
            return frozenset({self.tokens[at].text})
        return self._sounds.alike(self._said(at, 2))

    def _literal(self, node: Literal, at: int, cost: float) -> Iterator[Match]:
        words = node.words
        if self._said(at, len(words)) == words:
            yield Match(at + len(words), cost)
        elif self._sounds is not None:
            for end, sound in self._alike(words, at):
                yield Match(end, cost + sound, sound, (), self._weak(words, sound))

    def _weak(self, words: tuple[str, ...], sound: float) -> int:
        least, per = (2, len(words)) if self._lang == "zh" else (4, 1)
        clear = len("".join(words)) >= least and sound <= HOMOPHONE * per
        return 0 if clear else WEAK_SOUND

    def _alike(self, words: tuple[str, ...], at: int) -> Iterator[tuple[int, float]]:
        lengths = (len(words),) if self._lang == "zh" else range(max(1, len(words) - 1), len(words) + 2)
        for length in lengths:
            said = self._said(at, length)
            if len(said) != length or any(token.punctuation for token in self.tokens[at : at + length]):
                continue
            sound = sounds_zh(words, said) if self._lang == "zh" else sounds_en(words, said)
            if sound is not None:
                yield at + length, sound

    def _slot(self, node: Slot, at: int, cost: float) -> Iterator[Match]:
        if node.choices:
            for value, names in node.choices:
                for found in self.match(names, at):
                    slots = ((node.name, value), *found.slots)
                    yield Match(found.end, cost + found.cost, found.sound, slots, found.guesses)
        elif node.kind in FREE_KINDS:
            yield from self._free(node, at, cost)
        else:
            for end, grounded in self.grounded(node.kind, at):
                yield Match(end, cost, 0.0, ((node.name, grounded),))

    def _free(self, node: Slot, at: int, cost: float) -> Iterator[Match]:
        token_cost = NAME_TOKEN_COST if node.kind == "name" else FREE_TOKEN_COST
        limit = MAX_NAME_TOKENS[self._lang] if node.kind == "name" else len(self.tokens)
        for end in range(at + 1, min(at + limit, len(self.tokens)) + 1):
            last = self.tokens[end - 1]
            if last.punctuation and node.kind != "verbatim":
                return
            if last.punctuation or self._loses_words(end, node.kind):
                continue
            text = self._text[self.tokens[at].start : last.end]
            if node.kind == "name":
                text = re.sub(r"['’]s$", "", text)
            price = cost + FREE_SLOT_COST + token_cost * (end - at)
            yield Match(end, price, 0.0, ((node.name, text),), FREE_TEXT)

    def _loses_words(self, end: int, kind: str) -> bool:
        """Whether free text that ends here leaves words to be skipped that may be its own: all, in what is sent word
        for word; but particles ("please", 吧), after a name."""
        rest = [place for place in range(end, len(self.tokens)) if not self.tokens[place].punctuation]
        if not rest or not any(start == len(self.tokens) for start, _ in self.starts(end)):
            return False
        return kind == "verbatim" or not self._particles_only(rest[0])

    def _particles_only(self, at: int) -> bool:
        while at < len(self.tokens):
            said = (
                words for words in self._particles.get(self.tokens[at].text, ()) if self._said(at, len(words)) == words
            )
            longest = max((len(words) for words in said), default=int(self.tokens[at].punctuation))
            if not longest:
                return False
            at += longest
        return True

    def grounded(self, kind: str, at: int) -> Iterator[tuple[int, object]]:
        if kind in VALUE_KINDS:
            found = self._quantities[at] if at < len(self.tokens) else []
            yield from (q for q in found if kind == "value" or q[1].unit in ("degree", "celsius", "fahrenheit"))
        elif kind == "digits":
            end, digits = read_digits(self.tokens, at, self._lang)
            if len(digits) >= MIN_PHONE_DIGITS:
                yield end, digits
        elif kind == "day":
            yield from read_day(self.tokens, at, self._lang)
        elif kind == "time":
            yield from read_time(self.tokens, at, self._lang)

    @cached_property
    def _quantities(self) -> list[list[tuple[int, Quantity]]]:
        return [read_quantity(self.tokens, at, self._lang) for at in range(len(self.tokens))]


def _cheapest(matches: Iterator[Match]) -> tuple[Match, ...]:
    best: dict[tuple[int, tuple[SlotText, ...]], Match] = {}
    for match in matches:
        key = (match.end, match.slots)
        if key not in best or match.cost < best[key].cost:
            best[key] = match
    return tuple(sorted(best.values(), key=lambda match: match.cost))
