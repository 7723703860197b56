"""How well the manual is asked: `python -m hil.routing.manual [--lang zh] [--set dev] [--wrong]`.

Per language and way of searching: answerable questions that got the right section, that got another, that were
declined; unanswerable ones that were declined. `taken out` asks the answerable questions once more with their section
missing from the manual: a harder kind of what it does not say. (A few of those are answered in passing by another
section, so that not all of them ought to be declined.)
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from cockpit.config import Settings, load_settings
from cockpit.manual.encoder import Encoder
from cockpit.manual.index import build
from cockpit.manual.manual import Manual, open_encoder
from cockpit.types import LANGS, Lang
from hil.routing.questions import Question, Which, questions


@dataclass(slots=True)
class Score:
    """Counts; `wrong` holds (question, wanted, got) with None for a decline, `took_ms` the time of each question."""

    answerable: int = 0
    right: int = 0
    declined: int = 0
    unanswerable: int = 0
    kept_silent: int = 0
    taken_out: int = 0
    taken_silent: int = 0
    wrong: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    took_ms: list[float] = field(default_factory=list)


def score(manual: Manual, asked: list[Question]) -> Score:
    found = Score()
    for one in asked:
        begun_s = time.perf_counter()
        section = manual.ask(one.text).section
        found.took_ms.append(1000 * (time.perf_counter() - begun_s))
        got = section.id if section else None
        if one.section is None:
            found.unanswerable += 1
            found.kept_silent += got is None
        else:
            found.answerable += 1
            found.right += got == one.section
            found.declined += got is None
            silent = _without(manual, one.section, one.text)
            found.taken_out += 1
            found.taken_silent += silent
        if got != one.section:
            found.wrong.append((one.text, one.section, got))
    return found


def _without(manual: Manual, section: str, question: str) -> bool:
    """Whether `question` is declined when `section` cannot be chosen."""
    return manual.ask(question, but=frozenset({section})).section is None


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m hil.routing.manual", description="how well the manual is asked")
    parser.add_argument("--lang", choices=LANGS, help="only this language")
    parser.add_argument("--set", choices=("report", "dev"), default="report", help="which questions")
    parser.add_argument("--wrong", action="store_true", help="show each question that went wrong")
    options = parser.parse_args(arguments)
    settings = load_settings()
    langs: tuple[Lang, ...] = (options.lang,) if options.lang else LANGS
    _report(settings, langs, options.set, with_wrong=options.wrong)


def _report(settings: Settings, langs: tuple[Lang, ...], which: Which, *, with_wrong: bool) -> None:
    table = Table("language", "by", "right section", "another", "declined", "silent of unanswerable", "taken out",
                  "median ms", title=f"questions to the manual: {which}")  # fmt: skip
    encoder = open_encoder(settings.models_dir)
    lines: list[str] = []
    for lang in langs:
        for way, reader in (("words", None), ("words and meanings", encoder)):
            if way != "words" and reader is None:
                continue
            found = score(_manual(settings, lang, reader), questions(lang, which))
            other = found.answerable - found.right - found.declined
            table.add_row(
                lang, way, f"{found.right}/{found.answerable} ({found.right / found.answerable:.1%})", str(other),
                str(found.declined), f"{found.kept_silent}/{found.unanswerable}",
                f"{found.taken_silent}/{found.taken_out}", f"{statistics.median(found.took_ms):.1f}",
            )  # fmt: skip
            lines += [f"{lang} {way}: {text} | wanted {wanted} | got {got}" for text, wanted, got in found.wrong]
    Console(width=120).print(table)
    if with_wrong:
        sys.stdout.write("\n".join(lines) + "\n")


def _manual(settings: Settings, lang: Lang, encoder: Encoder | None) -> Manual:
    files: dict[Lang, list[Path]] = {"zh": settings.manual.zh, "en": settings.manual.en}
    return Manual(build(files[lang], lang, encoder), encoder)


if __name__ == "__main__":
    main()
