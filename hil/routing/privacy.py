"""`python -m hil.routing.privacy [--dev] [--misses] [--public DIR]`: what would leave the board, and what is kept for
nothing.

Two errors: private utterances that would go up (and private strings that would still stand in what goes up), over
private.{lang}.yaml; general requests that would stay, over open.{lang}.yaml. They are judged by the patterns alone,
with the network's judgement beside them, and as the router has it: to the cloud goes only what it is asked for, with
the board and the link at their best. `--dev` takes the development sentences instead; `--public` sentences that others
wrote, by their intents: MASSIVE's validation part in Chinese and CLINC150 in English, as JSON Lines (.jsonl.gz) in that
folder.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from cockpit.config import load_settings
from cockpit.nlu.joint import JointUnderstander
from cockpit.ports import Understander
from cockpit.router.policy import load_policy
from cockpit.router.privacy import PrivacyJudge
from cockpit.router.redaction import Redactor
from cockpit.router.route import route
from cockpit.router.situation import Link, Situation, situated
from cockpit.skillset import load_skills
from cockpit.types import LANGS, Lang
from cockpit.yamlfile import read_yaml

HERE = Path(__file__).parent
PUBLIC: Mapping[Lang, tuple[str, frozenset[str], frozenset[str]]] = {
    "zh": (
        "massive_zh_validation",
        frozenset("calendar_query calendar_set calendar_remove email_query email_sendemail email_querycontact".split()),
        frozenset("qa_factoid qa_definition general_joke cooking_recipe qa_maths qa_currency".split()),
    ),
    "en": (
        "clinc150_train",
        frozenset("calendar calendar_update text make_call reminder todo_list balance transactions user_name".split()),
        frozenset("fun_fact definition calculator translate recipe nutrition_info exchange_rate tell_joke".split()),
    ),
}
"""Of each public set its file, the intents that are private by nature, and those that are general."""
READY = Situation(local_ready=True, cloud_ready=True, link=Link("good", 50.0))
Judging = Callable[[str], tuple[bool, str]]
"""Whether a text goes up, and what decided it."""


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


def public_sentences(folder: Path, lang: Lang) -> Sentences:
    """Sentences of others, private or general by their intent alone; none names a string."""
    name, private, general = PUBLIC[lang]
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    kinds = {row["text"]: row["intent"] for row in rows if row["intent"] in private}
    return Sentences(dict.fromkeys(kinds, ()), kinds, [row["text"] for row in rows if row["intent"] in general], ())


def judgings(said: Sentences, lang: Lang, understander: Understander) -> dict[str, Judging]:
    """The three ways to judge a text, by name."""
    judge, policy = PrivacyJudge(said.phone_book), load_policy()

    def by_patterns(text: str) -> tuple[bool, str]:
        found = judge.judge(text)
        return found.cls == "none", f"{found.why}:{found.cls}"

    def with_network(text: str) -> tuple[bool, str]:
        found = judge.judge(text, understander.understand(text, lang))
        return found.cls == "none", f"{found.why}:{found.cls}"

    def routed(text: str) -> tuple[bool, str]:
        understood = understander.understand(text, lang)
        now = replace(situated(understood, READY), privacy=judge.judge(text, understood).cls)
        found = route(now, policy)
        return found.tier == "cloud", f"{found.tier}:{found.reason}"

    def redaction_alone(text: str) -> tuple[bool, str]:
        del text
        return True, ""

    return {
        "redaction alone": redaction_alone,
        "patterns": by_patterns,
        "and network": with_network,
        "as routed": routed,
    }


def measure(said: Sentences, judged: Judging) -> Found:
    """Both errors over `said`."""
    redactor = Redactor(said.phone_book)
    left = [text for text in said.private if judged(text)[0]]
    sent = {text: redactor.redact(text).text for text in left}
    leaked = [f"{hidden} in {text}" for text in left for hidden in said.private[text] if hidden in sent[text]]
    kept = {text: why for text in said.open for goes, why in [judged(text)] if not goes}
    return Found(left, leaked, kept)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m hil.routing.privacy", description=__doc__)
    parser.add_argument("--dev", action="store_true", help="the development sentences instead of the reported ones")
    parser.add_argument("--misses", action="store_true", help="name every sentence that was judged wrongly")
    parser.add_argument("--public", type=Path, metavar="DIR", help="sentences of others instead")
    args = parser.parse_args()
    settings = load_settings()
    understander = JointUnderstander(load_skills(settings.skills_dir), settings.intent_dir)
    console = Console(highlight=False)
    table = Table("language", "judged by", "private", "would leave", "strings that leak", "general", "kept for nothing")
    for lang in LANGS:
        said = public_sentences(args.public, lang) if args.public else sentences(lang, dev=args.dev)
        private, general = len(said.private), len(said.open)
        for by, judged in judgings(said, lang, understander).items():
            found = measure(said, judged)
            left, kept = (
                f"{len(these)} ({len(these) / of:.1%})" for these, of in ((found.left, private), (found.kept, general))
            )
            table.add_row(lang, by, str(private), left, str(len(found.leaked)), str(general), kept)
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
