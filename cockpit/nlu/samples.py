"""Sentences drawn from compiled templates, for showing and for checking them; training has a sampler of its own."""

from __future__ import annotations

import random
from collections.abc import Iterable

from cockpit.nlu.grammar import EMPTY, Alternative, Literal, Node, Sequence
from cockpit.types import Lang

EXAMPLES: dict[Lang, dict[str, tuple[str, ...]]] = {
    "zh": {
        "value": ("二", "五"), "degrees": ("二十二度",), "name": ("李雷", "小芳"), "text": ("人民广场",),
        "verbatim": ("我晚十分钟到",), "day": ("明天", "周五"), "time": ("三点", "下午五点"), "digits": ("一三八零零",),
    },
    "en": {
        "value": ("two", "five"), "degrees": ("twenty two degrees",), "name": ("anna", "robert"),
        "text": ("central park",), "verbatim": ("i will be late",), "day": ("tomorrow", "friday"),
        "time": ("three o clock", "five pm"), "digits": ("five five five one two",),
    },
}  # fmt: skip
"""What stands in a sample for a value that is no closed list."""


class Samples:
    """Draws sentences of one language; the same seed draws the same."""

    def __init__(self, lang: Lang, seed: int = 1) -> None:
        self._lang: Lang = lang
        self._rng = random.Random(seed)  # noqa: S311 (no secret)

    def draw(self, node: Node, count: int) -> list[str]:
        """Up to `count` different sentences of `node`."""
        found: dict[str, None] = {}
        for _ in range(2 * count):
            if text := self.one(node):
                found[text] = None
            if len(found) == count:
                break
        return list(found)

    def one(self, node: Node) -> str:
        return joined(self._words(node), self._lang)

    def _words(self, node: Node) -> list[str]:
        if isinstance(node, Literal):
            return list(node.words)
        if isinstance(node, Sequence):
            return [word for item in node.items for word in self._words(item)]
        if isinstance(node, Alternative):
            return self._words(self._choice(node))
        if node.choices:
            return self._words(self._rng.choice(node.choices)[1])
        return [self._rng.choice(EXAMPLES[self._lang][node.kind])]

    def _choice(self, node: Alternative) -> Node:
        """One of the alternatives; what may be left out is, more often than not."""
        if EMPTY in node.items and self._rng.random() < 0.6:
            return EMPTY
        return self._rng.choice(node.items)


def joined(words: Iterable[str], lang: Lang) -> str:
    """Words as a sentence: Chinese characters stand together, words in Latin letters apart."""
    text = ""
    for word in words:
        apart = text and (lang == "en" or (text[-1].isascii() and word[:1].isascii()))
        text += f" {word}" if apart else word
    return text
