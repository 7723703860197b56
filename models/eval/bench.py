"""This project's model beside its peers, on the same sentences and the same machine. Run as `make bench-nlu`.

Each contestant runs in a process of its own, so that its memory is its own: the joint understanding as shipped, the
network alone, the skills' sentences alone (our matcher), hassil with the same sentences, and a small language model
prompted with the same list of intents. Sentences are the reported half of the held-out commands; of the language
model, which takes seconds a sentence, every n-th.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from cockpit.config import Settings
from cockpit.nlu.joint import JointUnderstander
from cockpit.skillset import load_skills
from cockpit.types import Act, Lang
from models.eval.hassil_peer import HassilPeer
from models.eval.language_model_peer import QwenPeer
from models.eval.scoring import judge
from models.eval.sets import commands

Understand = Callable[[str, Lang], Sequence[Act]]
WIDTH = 120
"""What the table needs."""
EVERY = {"qwen2.5-coder-0.5b": 12, "hassil": 2}
"""Of slow contestants, every n-th sentence."""


@dataclass(frozen=True, slots=True)
class Result:
    """Shares in percent; milliseconds a sentence; MB that loading and running added."""

    name: str
    sentences: int
    right: float
    intents: float
    wrong: float
    median_ms: float
    p95_ms: float
    load_s: float
    memory_mb: float


def joint() -> Understand:
    understander = _joint()
    return lambda text, lang: understander.understand(text, lang).acts


def network() -> Understand:
    understander = _joint()
    return lambda text, lang: [c.act for c in understander.consider(text, lang).candidates]


def templates() -> Understand:
    understander = _joint()
    return lambda text, lang: understander.templates.understand(text, lang).acts


def hassil() -> Understand:
    peer = HassilPeer(load_skills(Settings().skills_dir))
    return lambda text, lang: [Act(intent, slots) for intent, slots in peer.understand(text, lang)]


def qwen() -> Understand:
    settings = Settings()
    peer = QwenPeer(load_skills(settings.skills_dir))
    return lambda text, lang: [Act(intent, slots) for intent, slots in peer.understand(text, lang)]


def _joint() -> JointUnderstander:
    settings = Settings()
    return JointUnderstander(load_skills(settings.skills_dir), settings.intent_dir)


CONTESTANTS: dict[str, Callable[[], Understand]] = {
    "joint (shipped)": joint,
    "network alone": network,
    "own matcher alone": templates,
    "hassil": hassil,
    "qwen2.5-coder-0.5b": qwen,
}


def measure(name: str) -> Result:
    """Run one contestant in this process."""
    process = psutil.Process()
    before = process.memory_info().rss
    begun = time.perf_counter()
    understand = CONTESTANTS[name]()
    load_s = time.perf_counter() - begun
    rows = [row for row in commands() if row.half == "test"][:: EVERY.get(name, 1)]
    understand(rows[0].say, rows[0].lang)
    judged, times = [], []
    for row in rows:
        begun = time.perf_counter()
        acts = understand(row.say, row.lang)
        times.append((time.perf_counter() - begun) * 1000)
        judged.append(judge(row, acts))
    right = sum(one.understood for one in judged)
    return Result(
        name,
        len(rows),
        100 * right / len(rows),
        100 * sum(one.intents_right for one in judged) / len(rows),
        100 * sum(one.outcome == "wrong" for one in judged) / len(rows),
        statistics.median(times),
        statistics.quantiles(times, n=20)[-1],
        load_s,
        (process.memory_info().rss - before) / 1e6,
    )


def apart(name: str) -> Result | str:
    """Run one contestant in a process of its own; what it said where it failed."""
    command = [sys.executable, "-m", "models.eval.bench", "--only", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["failed"])[-1]
    return Result(**json.loads(done.stdout.strip().splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m models.eval.bench", description=__doc__)
    parser.add_argument("--only", choices=[*CONTESTANTS], help="one contestant, in this process, as JSON")
    parser.add_argument("--out", type=Path, default=Path("out/bench-nlu.json"))
    args = parser.parse_args()
    if args.only:
        print(json.dumps(asdict(measure(args.only))))
        return
    console = Console()
    console.width = max(console.width, WIDTH)
    results: list[Result] = []
    for name in CONTESTANTS:
        with console.status(f"{name} …"):
            found = apart(name)
        if isinstance(found, Result):
            results.append(found)
        else:
            console.print(f"{name}: {found}")
    console.print(table(results))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    facts = {"processor": platform.processor() or platform.machine(), "results": [asdict(one) for one in results]}
    args.out.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")


def table(results: Sequence[Result]) -> Table:
    shown = Table("", "sentences", "all right", "intents right", "wrongly acted", "median", "p95", "load", "memory")
    for one in results:
        figures = (f"{one.right:.1f} %", f"{one.intents:.1f} %", f"{one.wrong:.1f} %")
        times = (f"{one.median_ms:.1f} ms", f"{one.p95_ms:.1f} ms", f"{one.load_s:.1f} s", f"{one.memory_mb:.0f} MB")
        shown.add_row(one.name, str(one.sentences), *figures, *times)
    return shown


if __name__ == "__main__":
    main()
