"""Trains the intent model from scratch: teacher, student, pruned, int8. Run as `make train`.

What comes out lies in `models/intent`; the float weights of every stage in the work folder, for the table of what
each step cost (`python -m models.eval`).
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import onnx
import torch

from cockpit.config import ROOT, Settings
from cockpit.nlu.labels import Labels
from cockpit.nlu.pieces import PieceReader, written
from cockpit.nlu.templates import TemplateUnderstander
from cockpit.skillset import load_skills
from models.training import e5, vocabulary
from models.training.dataset import Encoder, Examples, labels_for
from models.training.fit import Plan, Row, fit, importance
from models.training.graph import to_onnx
from models.training.network import Design, Network, from_pretrained, narrower, shallower

STUDENT_LAYERS = (1, 3, 5, 7, 9, 11)
INNER = 768
PIECES = 16_000
E5 = Path("e5-small") / "e5-small-q4.bin"
INTENT = ROOT / "models" / "intent"
SPLIT = 0.15
"""Share of Chinese sentences in which words are read character by character."""
WEIGHTS = {"kind": 0.5, "complete": 0.4, "complexity": 0.25, "private": 0.25}


@dataclass(frozen=True, slots=True)
class Effort:
    """Batches of `batch` sentences per stage."""

    batch: int
    teacher: int
    student: int
    pruned: int


EFFORTS = {"cuda": Effort(128, 8000, 12_000, 6000), "cpu": Effort(64, 1100, 1300, 900)}
"""On a GPU about half an hour, on two CPU cores less than an hour."""


def say(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, flush=True)


@dataclass
class Workshop:
    """What all stages share."""

    examples: Examples
    labels: Labels
    reader: PieceReader
    design: Design
    kept: list[int]
    seed: int

    def rows(self, seed: int) -> Iterator[Row]:
        rng = random.Random(seed)
        return Encoder(self.reader, self.labels, rng, SPLIT).rows(iter(self.examples))


def prepare(data: Path, work: Path, pretrained: e5.Pretrained, seed: int) -> Workshop:
    """Examples, labels and the cut vocabulary. Writes `tokenizer.json` and `labels.json` into `work`."""
    settings = Settings()
    skills = load_skills(settings.skills_dir)
    examples = Examples(skills, TemplateUnderstander(skills), settings.profile, data, seed)
    labels = labels_for(skills, examples, (INNER,) * len(STUDENT_LAYERS))
    say(f"{len(labels.pairs)} intents, {len(labels.slots)} slots, {len(examples.public)} public sentences")
    texts = [written(e.words)[0] for e in examples.public] + [written(e.words)[0] for e in islice(iter(examples), 12_000)]
    tokenizer, kept = vocabulary.cut(pretrained, texts, PIECES, labels.expecting)
    vocabulary.save(tokenizer, work / "tokenizer.json")
    labels.save(work / "labels.json")
    reader = PieceReader(work / "tokenizer.json")
    design = Design(len(kept), labels.piece_heads, labels.mean_heads)
    return Workshop(examples, labels, reader, design, kept, seed)


def train(shop: Workshop, pretrained: e5.Pretrained, work: Path, device: str) -> Network:
    """All stages; each one's float weights are kept in `work`."""
    effort = EFFORTS[device]

    def stage(name: str, network: Network, steps: int, rate: float, teacher: Network | None = None) -> Network:
        say(f"{name}: {steps} batches of {effort.batch}")
        plan = Plan(steps, rate, effort.batch, weights=WEIGHTS, seed=shop.seed)
        fit(network.to(device), shop.rows(shop.seed + len(name)), plan, teacher, say)
        torch.save(network.state_dict(), work / f"{name}.pt")
        return network

    teacher = stage("teacher", from_pretrained(shop.design, pretrained, shop.kept, range(12)), effort.teacher, 2e-4)
    student = stage("student", shallower(teacher, STUDENT_LAYERS), effort.student, 2.5e-4, teacher)
    sample = [*islice(shop.rows(99), 2000)]
    return stage("pruned", narrower(student, importance(student, sample), INNER), effort.pruned, 2e-4, teacher)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m models.training", description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of the public sets")
    parser.add_argument("--work", type=Path, default=ROOT / "out" / "training", help="where the float weights go")
    parser.add_argument("--out", type=Path, default=INTENT, help="where the shipped model goes")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    for folder in (args.work, args.out):
        folder.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    pretrained = e5.read(Settings().models_dir / E5)
    shop = prepare(args.data, args.work, pretrained, args.seed)
    pruned = train(shop, pretrained, args.work, device)
    onnx.save(to_onnx(pruned.cpu()), str(args.out / "intent.onnx"))
    for name in ("tokenizer.json", "labels.json"):
        (args.out / name).write_bytes((args.work / name).read_bytes())
    say(f"wrote {args.out}")


if __name__ == "__main__":
    main()
