"""What is likely to be said, learned from the sentences of the active skills and from what people say in a car.

Three trigram models speak together (linear interpolation, Jelinek and Mercer 1980): what people say in a car, what the
skills' sentences say, and, while a question waits, what answers it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, log

from cockpit.nlu.grammar import Node
from cockpit.nlu.language import Language
from cockpit.nlu.samples import Samples
from cockpit.nlu.tokens import clean, tokenise
from cockpit.nlu.wording import Wording
from cockpit.types import Lang

SKILLS = 0.3
"""Share that the skills' own sentences have beside what people say in a car."""
ANSWER = 0.4
"""Share of what answers the question that waits."""
DRAWN = 6
"""Sentences drawn of each template: a rare choice may not be among them, but its words are in what people say."""
NAMED = 3
"""How often each offered name counts."""
PHRASES = 20_000
"""The most a grammar is made of."""


@dataclass(frozen=True, eq=False)
class Mixed:
    """Satisfies `ports.Expectation`: models with their shares, which add up to one."""

    models: Sequence[tuple[float, Wording]]
    phrases: tuple[str, ...] = ()

    @cached_property
    def words(self) -> Sequence[str]:
        return sorted({word for _, model in self.models for word in model.words})

    def cost(self, first: str, second: str, word: str) -> float:
        return -log(sum(share * exp(-model.cost(first, second, word)) for share, model in self.models))


class Expectations:
    """Of one language. `said` is what people say in a car (`models/intent/words.json.gz`)."""

    def __init__(self, language: Language, said: Wording) -> None:
        samples = Samples(language.lang)
        drawn = [text for sentence in language.sentences for text in samples.draw(sentence.node, DRAWN)]
        self._lang = language.lang
        self._said, self._skills = said, _counted(drawn)
        self._phrases = tuple(dict.fromkeys(drawn))[:PHRASES]
        self._answers = {
            slot: tuple(_drawn((sentence.node for sentence in sentences), samples))
            for slot, sentences in language.answers.items()
        }
        self._made: dict[tuple[str, tuple[str, ...]], Mixed] = {}

    def expected(self, expecting: str = "", offered: Sequence[str] = ()) -> Mixed:
        """`expecting` is the slot that a question waits for, `offered` the names it was asked about. The same object
        for the same question."""
        key = expecting, tuple(offered)
        if key not in self._made:
            if len(self._made) >= MAX_REMEMBERED:
                self._made.clear()
            self._made[key] = self._mixed(expecting, key[1])
        return self._made[key]

    def _mixed(self, expecting: str, offered: tuple[str, ...]) -> Mixed:
        rest = [(1 - SKILLS, self._said), (SKILLS, self._skills)]
        answers = (*self._answers.get(expecting, ()), *(offered * NAMED))
        if not answers:
            return Mixed(rest, self._phrases)
        asked = (ANSWER, _counted(answers))
        return Mixed([asked, *((share * (1 - ANSWER), model) for share, model in rest)], (*answers, *self._phrases))


MAX_REMEMBERED = 32


def expectations(languages: Mapping[Lang, Language], said: Mapping[Lang, Wording]) -> dict[Lang, Expectations]:
    """Takes about a second."""
    return {lang: Expectations(language, said[lang]) for lang, language in languages.items()}


def _drawn(nodes: Iterable[Node], samples: Samples) -> Iterator[str]:
    for node in nodes:
        yield from samples.draw(node, DRAWN * 4)


def _counted(texts: Iterable[str]) -> Wording:
    return Wording.counted([token.text for token in tokenise(clean(text)) if not token.punctuation] for text in texts)
