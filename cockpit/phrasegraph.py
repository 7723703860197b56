"""What can be said, as a graph of words: recognisers lean on it, and what they heard is laid along it.

States are numbers. An arc is passed by one word, by any value of a kind, or for nothing; some open or close a slot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cockpit.types import Lang

Places = frozenset[int]
"""Where in the graph a speaker may be."""


@dataclass(frozen=True, slots=True)
class Arc:
    """To `target`. With a `word` by that word; with a `kind` by one value of that kind, kept as the slot `opens`; with
    neither for nothing. `opens` begins a slot, `closes` ends one with its value. One that is `missed` leads past a slot
    that must be there, for when it was not heard; nobody is expected to go there."""

    target: int
    word: str = ""
    kind: str = ""
    opens: str = ""
    closes: tuple[str, str] | None = None
    missed: bool = False


@dataclass(frozen=True)
class PhraseGraph:
    """`arcs` by the state that they leave, every one to a later state; `begins` are the states before each sentence's
    first word, `ends` those after its last with the intent. `kind_words` are the words that values of a kind are
    made of."""

    arcs: tuple[tuple[Arc, ...], ...]
    begins: tuple[int, ...]
    ends: Mapping[int, str]
    kind_words: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def entries(self) -> Places:
        """Where a speaker may come in: at the beginning of a sentence or of what fills a slot."""
        inside = (arc.target for arcs in self.arcs for arc in arcs if arc.opens and not arc.kind)
        before = (state for state, arcs in enumerate(self.arcs) if any(arc.opens and arc.kind for arc in arcs))
        return self._closed((*self.begins, *inside, *before))

    def nexts(self, places: Places) -> Sequence[str]:
        """Every word that may come next, in the order of the alphabet."""
        if places not in self._nexts:
            arcs = [arc for place in places for arc in self.arcs[place]]
            words = {arc.word for arc in arcs if arc.word}
            self._nexts[places] = sorted(words.union(*(self.kind_words.get(arc.kind, ()) for arc in arcs)))
        return self._nexts[places]

    def after(self, places: Places, word: str) -> Places:
        """Where the speaker may be after `word`; empty where it cannot come next."""
        if (places, word) not in self._after:
            reached: set[int] = set()
            for place in places:
                for arc in self.arcs[place]:
                    if arc.word and arc.word == word:
                        reached.add(arc.target)
                    elif arc.kind and word in self.kind_words.get(arc.kind, ()):
                        reached |= {place, arc.target}
            self._after[places, word] = self._closed(reached)
        return self._after[places, word]

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of every arc."""
        return frozenset(arc.word for arcs in self.arcs for arc in arcs if arc.word)

    def phrases(self, lang: Lang) -> tuple[str, ...]:
        """What fills the slots, each value by one of its names."""
        starts = (arc.target for arcs in self.arcs for arc in arcs if arc.opens and not arc.kind)
        space = "" if lang == "zh" else " "
        return tuple(dict.fromkeys(space.join(self._name(start)) for start in starts))

    def _name(self, state: int) -> Iterator[str]:
        """The words of the first way from `state` to the end of its slot."""
        while True:
            arc = self.arcs[state][0]
            if arc.word:
                yield arc.word
            if arc.closes is not None:
                return
            state = arc.target

    @cached_property
    def _nexts(self) -> dict[Places, Sequence[str]]:
        return {}

    @cached_property
    def _after(self) -> dict[tuple[Places, str], Places]:
        return {}

    def _closed(self, places: Iterable[int]) -> Places:
        """`places` and what is reached from them for nothing."""
        found, todo = set(places), list(places)
        while todo:
            for arc in self.arcs[todo.pop()]:
                if not (arc.word or arc.kind or arc.missed) and arc.target not in found:
                    found.add(arc.target)
                    todo.append(arc.target)
        return frozenset(found)
