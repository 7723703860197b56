"""`python -m hil.routing.proposing [--lang zh] [--model ID] [--wrong]`: acts proposed by a language model.

Per language: of requests that tier 0 is not sure of, how many got a right intent alone, none, or a wrong one; of
sentences that ask for nothing, how many got none; and the median time for an answer. Everything is taken to be online.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from cockpit.config import Settings, load_settings
from cockpit.lm.grammar import SlotKinds, grammar
from cockpit.lm.local import LocalModel
from cockpit.lm.proposing import MOST_PROPOSED, PROPOSAL_TOKENS, possible, prompt, proposed
from cockpit.lm.rungs import RUNGS
from cockpit.nlu.inventory import Inventory
from cockpit.profile import load_profile
from cockpit.runtime.understanding import understanding
from cockpit.types import LANGS, Lang, Snapshot
from cockpit.yamlfile import read_yaml

HERE = Path(__file__).parent
CONTEXT_TOKENS = 4096


@dataclass(slots=True)
class Score:
    """Counts; `understood` are those that tier 0 was sure of after all, `shown` what went wrong."""

    understood: int = 0
    right: int = 0
    silent: int = 0
    wrong: int = 0
    quiet: int = 0
    disturbed: int = 0
    took_s: list[float] = field(default_factory=list)
    shown: list[tuple[str, str]] = field(default_factory=list)


def everything_online(settings: Settings) -> dict[str, SlotKinds]:
    """What could be proposed in a car that has all of the profile."""
    profile = load_profile(settings.profile)
    skills = understanding(settings).skills
    now = Snapshot({}, tuple(profile.signals), frozenset(profile.apps))
    return possible(Inventory.of(skills).intents, skills, profile, now)


async def score(settings: Settings, model: LocalModel, lang: Lang) -> Score:
    intents = everything_online(settings)
    held, rules = read_yaml(HERE / f"proposing.{lang}.yaml"), grammar(intents, MOST_PROPOSED, or_none=True)
    understander, found = understanding(settings).understander, Score()
    rows = [
        *((str(text), set(wanted)) for text, wanted in held["wanted"]),
        *((text, set()) for text in held["nothing"]),
    ]
    await model.warm(prompt(intents, ""))
    for text, wanted in rows:
        if wanted and understander.understand(text, lang).sure:
            found.understood += 1
            continue
        begun_s = time.perf_counter()
        pieces = model.stream(prompt(intents, text), limit_tokens=PROPOSAL_TOKENS, grammar=rules)
        got = {act.intent for act in proposed("".join([piece async for piece in pieces]), intents, text)}
        found.took_s.append(time.perf_counter() - begun_s)
        if wanted:
            found.right += bool(got) and got <= wanted
            found.silent += not got
            found.wrong += not got <= wanted
        else:
            found.quiet += not got
            found.disturbed += bool(got)
        if not got <= wanted:
            found.shown.append((text, " ".join(sorted(got))))
    return found


async def _run(options: argparse.Namespace) -> None:
    settings = load_settings()
    rung = next(rung for rung in RUNGS if rung.model == options.model)
    model = LocalModel(rung, settings.models_dir, options.threads, CONTEXT_TOKENS)
    table = Table(
        "language", "sure after all", "right", "silent", "wrong", "nothing asked: quiet", "disturbed", "median s"
    )
    console, wrong = Console(), []
    for lang in [options.lang] if options.lang else LANGS:
        one = await score(settings, model, lang)
        counts = (one.understood, one.right, one.silent, one.wrong, one.quiet, one.disturbed)
        table.add_row(lang, *map(str, counts), f"{statistics.median(one.took_s):.1f}")
        wrong += one.shown
    model.close()
    console.print(table)
    for text, got in wrong if options.wrong else ():
        console.print(f"{text}: {got}", highlight=False)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m hil.routing.proposing", description="how well a model proposes acts"
    )
    parser.add_argument("--lang", choices=LANGS, help="only this language")
    parser.add_argument("--model", default="qwen2.5-coder-0.5b", choices=[rung.model for rung in RUNGS])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--wrong", action="store_true", help="show each wrong proposal")
    asyncio.run(_run(parser.parse_args(arguments)))


if __name__ == "__main__":
    main()
