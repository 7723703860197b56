"""Lines of an explanation: paragraphs broken as both languages are, and tokens with bars under those that belong
together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

_UNBROKEN = re.compile(r"[（“【]*(?:[^\s（“【\u2e80-\uffef]+|[\u2e80-\uffef])[，。、：；！？）”】]*\s*|[（“【]+\s*")
"""A word, or a Chinese character, with the marks that may not be parted from it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Tokens `start` to `end`, called `label`."""

    start: int
    end: int
    label: str


def ruled(tokens: Sequence[str], rows: Sequence[Sequence[Bar]], width: int) -> list[str]:
    """The tokens in lines of at most `width` cells, each with a line per row of bars that has any there."""
    lines: list[str] = []
    first = 0
    while first < len(tokens):
        last = first + 1
        while last < len(tokens) and cell_len(" ".join(tokens[first : last + 1])) <= width:
            last += 1
        lines.append(" ".join(tokens[first:last]))
        lines += [line for row in rows if (line := _line(tokens[first:last], row, first)).strip()]
        first = last
    return lines


def _line(tokens: Sequence[str], bars: Sequence[Bar], offset: int) -> str:
    """The bars under `tokens`, the first of which is number `offset`."""
    starts = [cell_len(" ".join(tokens[:n])) + bool(n) for n in range(len(tokens))]
    line = ""
    for bar in bars:
        here = [n - offset for n in range(bar.start, bar.end) if 0 <= n - offset < len(tokens)]
        if not here:
            continue
        begin = starts[here[0]]
        end = starts[here[-1]] + cell_len(tokens[here[-1]])
        line += " " * (begin - cell_len(line)) + _bar(end - begin, bar.label)
    return line


def _bar(width: int, label: str) -> str:
    """A bar of `width` cells with its label in the middle, where that fits; a short one may be its label alone."""
    room = width - 2 - cell_len(label)
    if room >= 0:
        return f"└{'─' * (room // 2)}{label}{'─' * (room - room // 2)}┘"
    if cell_len(label) <= width:
        return label + "─" * (width - cell_len(label))
    return f"└{'─' * (width - 2)}┘" if width > 1 else "╵"


def wrapped(text: str, width: int) -> list[str]:
    """A paragraph in lines of at most `width` cells, where no word is longer; one that fits is left as it is."""
    if cell_len(text) <= width:
        return [text]
    lines, line = [], ""
    for piece in _UNBROKEN.findall(text):
        if line and cell_len((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()]
