"""Cut a reply into what is spoken in one go: sentences, and clauses of long ones, so that the first is heard early."""

from __future__ import annotations

import re
import unicodedata

MIN_CLAUSE = 16
"""Width under which a piece is not cut off at a comma; a Chinese character counts two."""
MAX_PIECE = 160
"""Width at which text without punctuation is cut anyway (about ten seconds of speech)."""

_STOP = re.compile(r"[。！？!?；;…\n]+[”’」』）)\"']*\s*|(?<!\d)\.(?=\s|$)\s*|(?<=\d)\.(?=\s|$)\s*")
_COMMA = re.compile(r"[，、：—]+\s*|[,:](?=\s)\s*")
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|St|No|vs|etc|e\.g|i\.e|[ap]\.m|[A-Z]))\.$", re.IGNORECASE)


def split(text: str) -> list[str]:
    """The pieces of `text` in order, stripped, none empty; a decimal point, a time or an abbreviation cuts nothing."""
    pieces: list[str] = []
    for sentence in _cut(text, _STOP, 0):
        for clause in _cut(sentence, _COMMA, MIN_CLAUSE):
            pieces += _limited(clause)
    return [piece for piece in map(str.strip, pieces) if piece]


def _cut(text: str, mark: re.Pattern[str], least: int) -> list[str]:
    """Cut behind every `mark` where both what is before and what is left are at least `least` wide."""
    pieces: list[str] = []
    start = 0
    for match in mark.finditer(text):
        head, tail = text[start : match.end()], text[match.end() :]
        last_of_line = not tail.strip()
        if _ABBREVIATION.search(head.rstrip()) and not last_of_line:
            continue
        if width(head) >= least and width(tail) >= least:
            pieces.append(head)
            start = match.end()
    return [*pieces, text[start:]]


def _limited(text: str) -> list[str]:
    pieces: list[str] = []
    while width(text) > MAX_PIECE:
        end, wide = 0, 0
        while wide < MAX_PIECE:
            wide += width(text[end])
            end += 1
        end = text.rfind(" ", end // 2, end) + 1 or end
        pieces.append(text[:end])
        text = text[end:]
    return [*pieces, text]


def width(text: str) -> int:
    """Columns of `text`: two for a wide character, one for any other."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
