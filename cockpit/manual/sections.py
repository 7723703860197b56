"""A manual in Markdown, taken apart into sections and sentences.

A section is a heading with text under it; a heading without any is only the chapter of those that follow.

    ## Tyre pressure {#tyre-pressure}
    <!-- index: pump up, air in the tyres -->
    <!-- asked: how much air do the tyres need | how often do I check the pressure -->
    Cold tyres should have 240 kilopascals. …

The id in braces, the index comment (words that drivers use and the text does not) and the comment with questions that
the section answers may all be left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cockpit.errors import ConfigError

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*(?:\{#([\w-]+)\})?\s*#*$")
_INDEX = re.compile(r"<!--\s*index:(.*?)-->", re.DOTALL)
_ASKED = re.compile(r"<!--\s*asked:(.*?)-->", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FENCE = re.compile(r"^(?:```|~~~)")
_MARKUP = (
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), ""),
    (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"(\*\*|__|`)(.+?)\1"), r"\2"),
    (re.compile(r"(?<!\w)[*_](\S(?:.*?\S)?)[*_](?!\w)"), r"\1"),
    (re.compile(r"^\s*(?:>\s*|[-*+]\s+|\d+[.)]\s+)+"), ""),
)
_TABLE_RULE = re.compile(r"^[\s|:-]*-[\s|:-]*$")
_SENTENCE = re.compile(r"(?<=[。！？])(?=[^”」』])|(?<=[.!?])\s+(?=[\"“'(]?[A-Z0-9])")


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a manual. `sentences` are plain text, in order; `terms` are those of its index comment,
    `asked` the questions given with it."""

    id: str
    title: str
    chapter: str
    terms: tuple[str, ...]
    asked: tuple[str, ...]
    sentences: tuple[str, ...]


def read_sections(files: Iterable[Path]) -> list[Section]:
    """The sections of a manual in one or several files.

    Raises `ConfigError`: `manual-unreadable`, `manual-empty` (no heading with text), `manual-twice` (one id twice).
    """
    sections: list[Section] = []
    for file in files:
        try:
            sections += parse(file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError("manual-unreadable", f"cannot read {file}: {error}") from error
    if not sections:
        raise ConfigError("manual-empty", "the manual has no heading with text under it")
    seen: set[str] = set()
    for section in sections:
        if section.id in seen:
            raise ConfigError("manual-twice", f"the manual has two sections {section.id!r}")
        seen.add(section.id)
    return sections


def parse(text: str) -> Iterator[Section]:
    """The sections of one Markdown text."""
    chapter = ""
    for level, title, given, body in _parts(text):
        terms = tuple(_listed(_INDEX, body, r"[,，、;]"))
        asked = tuple(_listed(_ASKED, body, r"\|"))
        sentences = tuple(_sentences(_COMMENT.sub("", body)))
        if sentences and title:
            yield Section(given or slug(title), title, chapter, terms, asked, sentences)
        elif level <= 2:
            chapter = title


def _listed(comment: re.Pattern[str], body: str, between: str) -> Iterator[str]:
    for found in comment.findall(body):
        yield from filter(None, map(str.strip, re.split(between, found)))


def slug(title: str) -> str:
    """An id from a heading, as GitHub makes it: `Tyre pressure` is `tyre-pressure`."""
    return re.sub(r"[\s_]+", "-", re.sub(r"[^\w\s-]", "", title.strip().lower()))


def _parts(text: str) -> Iterator[tuple[int, str, str, str]]:
    """(level, title, id, text until the next heading), with code blocks left out."""
    head, fenced = (1, "", ""), False
    body: list[str] = []
    for line in text.splitlines():
        if _FENCE.match(line.lstrip()):
            fenced = not fenced
        elif fenced:
            continue
        elif match := _HEADING.match(line):
            yield (*head, "\n".join(body))
            head, body = (len(match[1]), _plain(match[2]), match[3] or ""), []
        else:
            body.append(line)
    yield (*head, "\n".join(body))


def _sentences(body: str) -> Iterator[str]:
    """Paragraphs and list items one by one, each cut into sentences."""
    blocks: list[str] = [""]
    for line in body.splitlines():
        if not line.strip() or _TABLE_RULE.match(line):
            blocks.append("")
        elif re.match(r"\s*(?:[-*+]\s|\d+[.)]\s|\|)", line):
            blocks.append(_plain(line.replace("|", " ")))
        else:
            blocks[-1] = f"{blocks[-1]} {_plain(line)}".strip()
    for block in blocks:
        for sentence in _SENTENCE.split(block):
            if sentence.strip():
                yield " ".join(sentence.split())


def _plain(line: str) -> str:
    for pattern, kept in _MARKUP:
        line = pattern.sub(kept, line)
    return line.strip()
