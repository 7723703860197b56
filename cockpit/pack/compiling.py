"""Sentence templates to a phrase graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from cockpit.errors import ConfigError
from cockpit.nlu.grammar import Alternative, Literal, Node, Sequence
from cockpit.phrasegraph import Arc, PhraseGraph

MAX_STATES = 200_000


class GraphBuilder:
    """Lays templates out as a graph, each sentence from a state of its own."""

    def __init__(self) -> None:
        self._arcs: list[list[Arc]] = []
        self._begins: list[int] = []
        self._ends: dict[int, str] = {}

    def sentence(self, intent: str, node: Node) -> None:
        """Raises `ConfigError` (`config-too-many-phrases`)."""
        begin = self._state()
        self._begins.append(begin)
        self._ends[self._lay(node, begin)] = intent

    def graph(self, kind_words: Mapping[str, frozenset[str]]) -> PhraseGraph:
        return PhraseGraph(tuple(map(tuple, self._arcs)), tuple(self._begins), dict(self._ends), kind_words)

    def _state(self) -> int:
        if len(self._arcs) >= MAX_STATES:
            raise ConfigError("too-many-phrases", f"there are more than {MAX_STATES} places in it: use fewer options")
        self._arcs.append([])
        return len(self._arcs) - 1

    def _lay(self, node: Node, start: int) -> int:
        """Lay `node` out from `start`; the state where it ends."""
        if isinstance(node, Literal):
            for word in node.words:
                start = self._arc(start, Arc(0, word))
            return start
        if isinstance(node, Sequence):
            for item in node.items:
                start = self._lay(item, start)
            return start
        if isinstance(node, Alternative):
            return self._joined(self._lay(item, self._arc(start, Arc(0))) for item in node.items)
        missed = self._arc(start, Arc(0, missed=True))
        if not node.choices:
            return self._joined((missed, self._arc(start, Arc(0, kind=node.kind, opens=node.name))))
        values = (
            self._arc(self._lay(names, self._arc(start, Arc(0, opens=node.name))), Arc(0, closes=(node.name, value)))
            for value, names in node.choices
        )
        return self._joined((missed, *values))

    def _joined(self, ends: Iterable[int]) -> int:
        last = [*ends]
        end = self._state()
        for one in last:
            self._arcs[one].append(Arc(end))
        return end

    def _arc(self, start: int, arc: Arc) -> int:
        target = self._state()
        self._arcs[start].append(replace(arc, target=target))
        return target
