"""`python -m hil.routing.mix [--misses]`: who would be asked, over the requests of mix.{lang}.yaml, at each link.

The decision alone, with everything ready: tier 0 understands, the request is taken apart, each part is judged and
routed; nothing is answered. The owner's manual is not looked into: its questions are counted by where they would go
without it. A request is on the board when none of its parts goes to the cloud.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from cockpit.config import load_settings
from cockpit.nlu.joint import JointUnderstander
from cockpit.ports import Understander
from cockpit.router.policy import Policy, load_policy
from cockpit.router.privacy import PrivacyJudge
from cockpit.router.route import Route, Tier, route
from cockpit.router.situation import Link, LinkLevel, Situation, situated
from cockpit.router.splitting import Part, split
from cockpit.skillset import load_skills
from cockpit.types import LANGS, Lang
from cockpit.yamlfile import read_yaml

HERE = Path(__file__).parent
Kind = Literal["command", "status", "manual", "chat", "knowledge", "several", "private"]
LINKS: dict[LinkLevel, Link] = {"good": Link("good", 60.0), "weak": Link("weak", 600.0, 0.2), "none": Link("none")}
PRICE = 0.0005
"""Of a request with an answer of a few sentences, in dollars: an assumption."""


@dataclass(frozen=True, slots=True)
class Request:
    """A labelled request; `tiers` are those that may answer it at a good link."""

    text: str
    lang: Lang
    kind: Kind
    tiers: tuple[Tier, ...]


def requests(lang: Lang) -> Iterator[Request]:
    """The requests of mix.{lang}.yaml in order."""
    raw: dict[Kind, dict[str, Any]] = read_yaml(HERE / f"mix.{lang}.yaml")
    for kind, group in raw.items():
        yield from (Request(text, lang, kind, tuple(group["tiers"])) for text in group["requests"])


class Dispatcher:
    """Decides as the assistant does, without answering."""

    def __init__(self, understander: Understander, policy: Policy, contacts: tuple[str, ...] = ()) -> None:
        self._understander, self._policy, self._judge = understander, policy, PrivacyJudge(contacts)

    def parts(self, request: Request) -> tuple[Part, ...]:
        whole = self._understander.understand(request.text, request.lang)
        return split(whole, request.text, lambda piece: self._understander.understand(piece, request.lang))

    def route(self, part: Part, now: Situation) -> Route:
        private = replace(now, privacy=self._judge.judge_part(part).cls, price=PRICE)
        return route(situated(part.understood, private, asked=part.asked), self._policy)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m hil.routing.mix", description=__doc__)
    parser.add_argument(
        "--misses", action="store_true", help="name the requests whose tier is none of the expected ones"
    )
    args = parser.parse_args()
    settings = load_settings()
    understander = JointUnderstander(load_skills(settings.skills_dir), settings.intent_dir)
    dispatcher, console = Dispatcher(understander, load_policy(settings.routing)), Console(highlight=False)
    table = Table("language", "link", "requests", "on the board", "cloud calls", "as expected", "refused")
    for lang in LANGS:
        asked = [(request, dispatcher.parts(request)) for request in requests(lang)]
        for level, link in LINKS.items():
            now = Situation(local_ready=True, cloud_ready=True, link=link)
            routed = [(request, [dispatcher.route(part, now) for part in parts]) for request, parts in asked]
            calls = sum(one.tier == "cloud" for _, routes in routed for one in routes)
            board = sum(all(one.tier != "cloud" for one in routes) for _, routes in routed) / len(routed)
            wrong = [
                (request, routes) for request, routes in routed if any(one.tier not in request.tiers for one in routes)
            ]
            refused = sum(one.tier == "refused" for _, routes in routed for one in routes)
            right = f"{1 - len(wrong) / len(routed):.1%}"
            table.add_row(lang, level, str(len(routed)), f"{board:.1%}", str(calls), right, str(refused))
            if args.misses and level == "good":
                for request, routes in wrong:
                    console.print(f"{request.kind}: {request.text} → {[f'{r.tier}/{r.reason}' for r in routes]}")
    console.print(table)


if __name__ == "__main__":
    main()
