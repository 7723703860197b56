"""Sentence templates compiled to a graph of shared nodes.

The template language is hassil's and so is its parser; the matching is our own (`cockpit.nlu.matcher`), because
several acts in one breath, fillers between any two parts and words misheard by a recogniser have to be
weighed against each other, which a yes-or-no matcher cannot do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import permutations

from hassil import expression as hassil
from hassil.parse_expression import parse_sentence

from cockpit.errors import ConfigError
from cockpit.nlu.tokens import clean, tokenise

ANY = "#any"
"""Marks a node that may begin with any token."""
VALUE = "#value"
"""Marks a node that may begin with a quantity."""


@dataclass(frozen=True, eq=False, slots=True)
class Literal:
    words: tuple[str, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Slot:
    """`kind` is a built-in kind of value (see `cockpit.nlu.matcher`); `choices` is filled for a closed list."""

    kind: str
    name: str
    choices: tuple[tuple[str, Node], ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Sequence:
    items: tuple[Node, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Alternative:
    """`index` maps a first token (or a `#` mark) to the alternatives that can begin with it."""

    items: tuple[Node, ...]
    index: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)


Needs = tuple[frozenset[str], ...]
Node = Literal | Slot | Sequence | Alternative
EMPTY = Sequence(())


class Compiler:
    """Compiles the templates of one language. Equal literals and rules become one node, so that the matcher
    tries each of them once per place."""

    def __init__(self, rules: Mapping[str, str], lists: Mapping[str, Mapping[str, str]]) -> None:
        self._rules, self._lists = rules, lists
        self._compiled: dict[str, Node] = {}
        self._slots: dict[tuple[str, str], Slot] = {}
        self._literals: dict[tuple[str, ...], Literal] = {}
        self._firsts: dict[int, tuple[frozenset[str], bool]] = {}
        self._needs: dict[int, Needs] = {}
        self._open: list[str] = []

    def template(self, text: str, local: Mapping[str, Node] | None = None) -> Node:
        """One template. `local` gives the rules and lists that hold only here (`it`, `choice`).

        Raises `ConfigError` (`config-bad-template`) for a syntax error, an unknown rule or list, or a circle.
        """
        try:
            parsed = parse_sentence(text)
        except Exception as error:
            raise ConfigError("bad-template", f"cannot read the template {text!r}: {error}") from error
        return self._node(parsed.expression, local or {}, text)

    def any_of(self, nodes: list[Node]) -> Node:
        """One of `nodes`, indexed by how they can begin."""
        if len(nodes) == 1:
            return nodes[0]
        index: dict[str, list[Node]] = {}
        for node in nodes:
            for start in self.starts(node):
                index.setdefault(start, []).append(node)
        return Alternative(tuple(nodes), {start: tuple(found) for start, found in index.items()})

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word of every literal compiled so far."""
        return frozenset(word for words in self._literals for word in words)

    def starts(self, node: Node) -> frozenset[str]:
        """Tokens or `#` marks that `node` can begin with; `{ANY}` when it can be empty."""
        starts, nullable = self._first(node)
        return frozenset({ANY}) if nullable else starts

    def needs(self, node: Node) -> Needs:
        """What an utterance must hold for `node` to match anywhere: of each set at least one token or mark."""
        if id(node) not in self._needs:
            self._needs[id(node)] = self._needs_of(node)
        return self._needs[id(node)]

    def _needs_of(self, node: Node) -> Needs:
        if isinstance(node, Literal):
            return tuple(frozenset({word}) for word in node.words)
        if isinstance(node, Sequence):
            return tuple(dict.fromkeys(need for item in node.items for need in self.needs(item)))
        if isinstance(node, Slot) and not node.choices:
            return (frozenset({VALUE}),) if node.kind in VALUE_KINDS else ()
        items = [names for _, names in node.choices] if isinstance(node, Slot) else node.items
        rarest = [min(self.needs(item), key=len, default=None) for item in items]
        if any(need is None for need in rarest):
            return ()
        return (frozenset[str]().union(*(need for need in rarest if need is not None)),)

    def _node(self, part: hassil.Expression, local: Mapping[str, Node], text: str) -> Node:
        if isinstance(part, hassil.TextChunk):
            return self._literal(part.text)
        if isinstance(part, hassil.RuleReference):
            return local.get(part.rule_name) or self._rule(part.rule_name, text)
        if isinstance(part, hassil.ListReference):
            return self._slot(part.list_name, part.slot_name, local, text)
        if isinstance(part, hassil.Permutation):
            items = [self._node(item, local, text) for item in part.items]
            return self.any_of([_sequence(order) for order in permutations(items)])
        if isinstance(part, hassil.Alternative):
            return self.any_of([self._node(item, local, text) for item in part.items])
        if isinstance(part, hassil.Sequence):
            return _sequence([self._node(item, local, text) for item in part.items])
        raise ConfigError("bad-template", f"{text!r} has a part that is not supported: {part}")

    def _literal(self, text: str) -> Node:
        words = _words(text)
        return self._literals.setdefault(words, Literal(words)) if words else EMPTY

    def _rule(self, name: str, text: str) -> Node:
        if name not in self._compiled:
            if name not in self._rules:
                raise ConfigError("bad-template", f"{text!r} uses the rule <{name}>, which is not there")
            if name in self._open:
                raise ConfigError("bad-template", f"the rule <{name}> leads back to itself")
            self._open.append(name)
            self._compiled[name] = self.template(self._rules[name])
            self._open.pop()
        return self._compiled[name]

    def _slot(self, kind: str, name: str, local: Mapping[str, Node], text: str) -> Node:
        if kind in local:
            return local[kind]
        if (kind, name) not in self._slots:
            if kind in self._lists:
                self._slots[kind, name] = self.choice_slot(kind, name, self._lists[kind])
            elif kind in BUILT_IN_KINDS:
                self._slots[kind, name] = Slot(kind, name)
            else:
                raise ConfigError("bad-template", f"{text!r} uses the list {{{kind}}}, which is not there")
        return self._slots[kind, name]

    def choice_slot(self, kind: str, name: str, values: Mapping[str, str]) -> Slot:
        """A slot for one of a closed list of values, each with the template of its names."""
        return Slot(kind, name, tuple((value, self.template(names)) for value, names in values.items()))

    def _first(self, node: Node) -> tuple[frozenset[str], bool]:
        """Tokens that `node` can begin with, and whether it can be empty."""
        if id(node) not in self._firsts:
            self._firsts[id(node)] = self._first_of(node)
        return self._firsts[id(node)]

    def _first_of(self, node: Node) -> tuple[frozenset[str], bool]:
        if isinstance(node, Literal):
            return frozenset(node.words[:1]), False
        if isinstance(node, Slot):
            if not node.choices:
                return frozenset({VALUE if node.kind in VALUE_KINDS else ANY}), False
            return frozenset[str]().union(*(self._first(names)[0] for _, names in node.choices)), False
        if isinstance(node, Alternative):
            found = [self._first(item) for item in node.items]
            return frozenset[str]().union(*(starts for starts, _ in found)), any(empty for _, empty in found)
        starts: frozenset[str] = frozenset()
        for item in node.items:
            more, nullable = self._first(item)
            starts |= more
            if not nullable:
                return starts, False
        return starts, True


def slots_of(node: Node) -> Iterator[Slot]:
    """Every slot within `node`, each once."""
    seen: set[int] = set()
    todo = [node]
    while todo:
        here = todo.pop()
        if id(here) in seen:
            continue
        seen.add(id(here))
        if isinstance(here, Slot):
            yield here
            todo += [names for _, names in here.choices]
        elif not isinstance(here, Literal):
            todo += here.items


VALUE_KINDS = frozenset({"value", "degrees"})
FREE_KINDS = frozenset({"name", "text", "verbatim"})
"""Any words: a few, as many as it takes, or as many as there are."""
BUILT_IN_KINDS = VALUE_KINDS | FREE_KINDS | {"day", "time", "digits"}


@lru_cache(maxsize=16_384)
def _parsed(text: str) -> hassil.Expression:
    """Shapes are compiled anew for each control, but parsed once."""
    try:
        return parse_sentence(text).expression
    except Exception as error:
        raise ConfigError("bad-template", f"cannot read the template {text!r}: {error}") from error


@lru_cache(maxsize=65_536)
def _words(text: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokenise(clean(text)))


def _sequence(items: list[Node] | tuple[Node, ...]) -> Node:
    flat: list[Node] = []
    for item in items:
        flat.extend(item.items if isinstance(item, Sequence) else (item,))
    return flat[0] if len(flat) == 1 else Sequence(tuple(flat))
