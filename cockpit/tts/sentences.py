"""Cut a reply into what is spoken in one go: sentences, and clauses of long ones, so that the first is heard early."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MIN_CLAUSE = 16
"""Width under which a piece is not cut off at a comma; a Chinese character counts two."""
MAX_PIECE = 160
"""Width at which text without punctuation is cut anyway (about ten seconds of speech)."""

LONG_START = 12
"""A first piece that is wider, every digit counting two, is cut once more if it can be: its voicing is what one waits
for."""
MIN_START = 4
"""Width of the shortest piece that a reply begins with, and MIN_REST that of what may follow it."""
MIN_REST = 6

BREATHLESS = 40
"""Width from which a first piece is cut although nothing marks a place: it would take a second and more to voice."""

_BREATH = re.compile(r"[是的在为和有与]|\s(?=(?:and|or|but|that|which|because|in|of|for|to|with)\s)")
_STOP = re.compile(r"[。！？!?；;…\n]+[”’」』）)\"']*\s*|(?<!\d)\.(?=\s|$)\s*|(?<=\d)\.(?=\s|$)\s*")
_COMMA = re.compile(r"[，、：—]+\s*|[,:](?=\s)\s*")
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|St|No|vs|etc|e\.g|i\.e|[ap]\.m|[A-Z]))\.$", re.IGNORECASE)
_TOPIC = re.compile(
    r"(?=已|现在|正在|本来|不能|只能|不可|没有|还有|还能|还要|大约|要调)"
    r"|(?<=[\u3400-\u9fff])(?<![跑有到是为去要约第在至负下座号年月])(?=[-−]?\d)|(?<=^播放)"
)
"""In Chinese a sentence's topic may be set off by a breath from what is said about it: 主驾车窗 | 已打开,
总里程 | 15230公里, 播放 | 周杰伦的晴天."""


@dataclass(frozen=True, slots=True)
class Piece:
    """`running` says that the next piece goes on with the same clause."""

    text: str
    running: bool = False


def pieces(text: str) -> list[Piece]:
    """`text` as `split` cuts it, with as short a first piece as sounds natural."""
    first, *rest = split(text) or [""]
    return [*_started(first), *map(Piece, rest)] if first else []


def _started(text: str) -> list[Piece]:
    if width(text) + sum(map(str.isdigit, text)) <= LONG_START:
        return [Piece(text)]
    if len(clauses := _cut(text, _COMMA, MIN_START, MIN_REST)) > 1:
        return [*_started(clauses[0].strip()), Piece("".join(clauses[1:]).strip())]
    for match in _TOPIC.finditer(text):
        head, tail = text[: match.start()], text[match.start() :]
        if width(head) >= MIN_START and width(tail) >= MIN_REST:
            return [Piece(head, running=True), Piece(tail)]
    return _breathed(text)


def _breathed(text: str) -> list[Piece]:
    """A long beginning without any mark cut where a breath is least out of place: behind a verb or particle."""
    if width(text) <= BREATHLESS:
        return [Piece(text)]
    for match in _BREATH.finditer(text):
        head, tail = text[: match.end()].strip(), text[match.end() :]
        if width(head) >= LONG_START and width(tail) >= MIN_REST:
            return [Piece(head, running=True), Piece(tail)]
    return [Piece(text)]


def split(text: str) -> list[str]:
    """The pieces of `text` in order, stripped, none empty; a decimal point, a time or an abbreviation cuts nothing."""
    pieces: list[str] = []
    for sentence in _cut(text, _STOP, 0):
        for clause in _cut(sentence, _COMMA, MIN_CLAUSE):
            pieces += _limited(clause)
    return [piece for piece in map(str.strip, pieces) if piece]


def _cut(text: str, mark: re.Pattern[str], least: int, rest: int | None = None) -> list[str]:
    """Cut behind every `mark` where what is before is at least `least` wide and what is left `rest`, or else so too."""
    pieces: list[str] = []
    start = 0
    for match in mark.finditer(text):
        head, tail = text[start : match.end()], text[match.end() :]
        last_of_line = not tail.strip()
        if _ABBREVIATION.search(head.rstrip()) and not last_of_line:
            continue
        if width(head) >= least and width(tail) >= (least if rest is None else rest):
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
