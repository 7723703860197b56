"""`python -m hil.routing.privacy [--dev] [--misses]`: what would leave the board, and what is kept for nothing.

Two errors: private utterances that would go up (and private strings that would still stand in what goes up), over
private.{lang}.yaml; general requests that would stay, over open.{lang}.yaml. Judged by the text with the network's own
judgement, as in the car. `--dev` takes the development sentences instead.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from cockpit.config import load_settings
from cockpit.nlu.joint import JointUnderstander
from cockpit.ports import Understander
from cockpit.router.privacy import PrivacyJudge
from cockpit.router.redaction import Redactor
from cockpit.skillset import load_skills
from cockpit.types import LANGS, Lang
from cockpit.yamlfile import read_yaml

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sentences:
    """`private` maps utterances to the strings that must not be on the wire, `kinds` to what they are about."""

    private: Mapping[str, Sequence[str]]
    kinds: Mapping[str, str]
    open: Sequence[str]
    phone_book: Sequence[str]


@dataclass(frozen=True, slots=True)
class Found:
    """`left` are the private utterances that would go up, `leaked` the strings in them that redaction leaves, `kept`
    the general requests that would stay with what decided it."""

    left: Sequence[str]
    leaked: Sequence[str]
    kept: Mapping[str, str]


def sentences(lang: Lang, *, dev: bool = False) -> Sentences:
    """The reported set, or the one that the patterns were worked out on."""
    if dev:
        raw: dict[str, Any] = read_yaml(HERE / f"private_dev.{lang}.yaml")
        return Sentences(
            dict.fromkeys(raw["private"], ()), dict.fromkeys(raw["private"], "dev"), raw["open"], raw["phone_book"]
        )
    raw = read_yaml(HERE / f"private.{lang}.yaml")
    phone_book = raw.pop("phone_book")
    private = {text: [*map(str, hidden)] for kind in raw.values() for text, hidden in kind.items()}
    kinds = {text: name for name, kind in raw.items() for text in kind}
    general: dict[str, list[str]] = read_yaml(HERE / f"open.{lang}.yaml")
    return Sentences(private, kinds, [text for texts in general.values() for text in texts], phone_book)


def measure(said: Sentences, lang: Lang, understander: Understander | None) -> Found:
    """Both errors over `said`; without an understander the patterns alone decide."""
    judge, redactor = PrivacyJudge(said.phone_book), Redactor(said.phone_book)

    def judged(text: str) -> tuple[bool, str]:
        privacy = judge.judge(text, understander.understand(text, lang) if understander else None)
        return privacy.cls == "none", f"{privacy.why}:{privacy.cls}"

    left = [text for text in said.private if judged(text)[0]]
    sent = {text: redactor.redact(text).text for text in left}
    leaked = [f"{hidden} in {text}" for text in left for hidden in said.private[text] if hidden in sent[text]]
    kept = {text: why for text in said.open for goes, why in [judged(text)] if not goes}
    return Found(left, leaked, kept)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m hil.routing.privacy", description=__doc__)
    parser.add_argument("--dev", action="store_true", help="the development sentences instead of the reported ones")
    parser.add_argument("--misses", action="store_true", help="name every sentence that was judged wrongly")
    args = parser.parse_args()
    settings = load_settings()
    understander = JointUnderstander(load_skills(settings.skills_dir), settings.intent_dir)
    console = Console(highlight=False)
    table = Table("language", "judged by", "private", "would leave", "strings that leak", "general", "kept for nothing")
    for lang in LANGS:
        said = sentences(lang, dev=args.dev)
        for by, judge in (("patterns", None), ("patterns and network", understander)):
            found = measure(said, lang, judge)
            private, general = len(said.private), len(said.open)
            kept = f"{len(found.kept)} ({len(found.kept) / general:.0%})"
            table.add_row(
                lang, by, str(private), str(len(found.left)), str(len(found.leaked)), str(general), kept
            )
            if args.misses:
                _name(console, f"{lang}, {by}", found, said)
    console.print(table)


def _name(console: Console, title: str, found: Found, said: Sentences) -> None:
    console.print(f"[bold]{title}[/bold]: by kind {dict(Counter(said.kinds[text] for text in found.left))}")
    for text in found.left:
        console.print(f"  would leave: {text}")
    for text, why in found.kept.items():
        console.print(f"  kept ({why}): {text}")


if __name__ == "__main__":
    main()
