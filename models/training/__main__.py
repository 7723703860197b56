"""Trains the intent model from scratch: teacher, student, pruned, int8. Run as `make train`.

What comes out lies in `models/intent`; the float weights of every stage in the work folder, for the table of what
each step cost (`python -m models.eval`).
"""

from __future__ import annotations

import argparse
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import onnx
import torch

from cockpit.config import ROOT, Settings
from cockpit.modelgraph import e5
from cockpit.nlu.labels import Labels
from cockpit.nlu.pieces import PieceReader, written
from cockpit.nlu.templates import TemplateUnderstander
from cockpit.nlu.wording import save
from cockpit.skillset import load_skills
from models.training import vocabulary
from models.training.dataset import SPLIT, WEIGHTS, Encoder, Examples, labels_for
from models.training.extend import extended, shipped, widened
from models.training.fit import Plan, fit
from models.training.graph import to_onnx
from models.training.network import Design, Network, from_pretrained
from models.training.rows import Row
from models.training.stages import INNER, STUDENT_LAYERS, Course, Effort, Rates, say
from models.training.wordings import wordings

PIECES = 16_000
INTENT = ROOT / "models" / "intent"
EFFORTS = {"cuda": Effort(128, 8000, 12_000, 6000), "cpu": Effort(64, 1900, 600, 5600)}
"""On a GPU about half an hour, on two idle CPU cores with AMX about an hour."""
SOFT = {"cuda": {"student": 0.5, "pruned": 0.5}, "cpu": {"student": 0.5}}
"""The teacher's share in what the smaller networks learn. On a CPU the pruned one only begins as a part of the student
and then learns from the labels, of which nearly twice as many can be seen in the same time."""


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
    """Examples, labels and the cut vocabulary. Writes `tokenizer.json`, `labels.json` and `words.json.gz` into
    `work`."""
    settings = Settings()
    skills = load_skills(settings.skills_dir)
    examples = Examples(skills, TemplateUnderstander(skills), settings.profile, data, seed)
    labels = labels_for(skills, examples, (INNER,) * len(STUDENT_LAYERS))
    say(f"{len(labels.pairs)} intents, {len(labels.slots)} slots, {len(examples.public)} public sentences")
    texts = [written(e.words)[0] for e in examples.public] + [
        written(e.words)[0] for e in islice(iter(examples), 12_000)
    ]
    tokenizer, kept = vocabulary.cut(pretrained, texts, PIECES, labels.expecting)
    vocabulary.save(tokenizer, work / "tokenizer.json")
    labels.save(work / "labels.json")
    save(wordings(examples), work / "words.json.gz")
    reader = PieceReader(work / "tokenizer.json")
    design = Design(len(kept), labels.piece_heads, labels.mean_heads)
    return Workshop(examples, labels, reader, design, kept, seed)


def train(shop: Workshop, pretrained: e5.Pretrained, work: Path, device: str, *, resume: bool = False) -> Network:
    """All stages; each one's float weights are kept in `work`, and with `resume` taken from there."""
    course = Course(
        work,
        rows=lambda stage: shop.rows(shop.seed + len(stage)),
        sample=lambda: [*islice(shop.rows(99), 2000)],
        effort=EFFORTS[device],
        weights=WEIGHTS,
        soft=SOFT[device],
        seed=shop.seed,
        device=device,
        resume=resume,
    )
    return course.run(from_pretrained(shop.design, pretrained, shop.kept, range(12)))


def go_on(data: Path, shipped_in: Path, work: Path, steps: int, seed: int, device: str) -> Network:
    """The shipped network, fitted for `steps` more batches to what skills and phrases have become since. Writes the
    same files into `work` as a training from scratch."""
    settings = Settings()
    skills = load_skills(settings.skills_dir)
    examples = Examples(skills, TemplateUnderstander(skills), settings.profile, data, seed)
    old = Labels.load(shipped_in / "labels.json")
    labels = extended(old, skills, examples)
    labels.save(work / "labels.json")
    shutil.copy(shipped_in / "tokenizer.json", work / "tokenizer.json")
    save(wordings(examples), work / "words.json.gz")
    network = widened(shipped(shipped_in, old), labels).to(device)
    rows = Encoder(PieceReader(work / "tokenizer.json"), labels, random.Random(seed), SPLIT).rows(iter(examples))
    plan = Plan(steps, Rates().pruned / 2, EFFORTS[device].batch, soft=0.0, weights=WEIGHTS, seed=seed)
    fit(network, rows, plan, tell=say)
    torch.save(network.state_dict(), work / "pruned.pt")
    return network


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m models.training", description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of the public sets")
    parser.add_argument("--work", type=Path, default=ROOT / "out" / "training", help="where the float weights go")
    parser.add_argument("--out", type=Path, default=INTENT, help="where the shipped model goes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true", help="take stages whose weights lie in the work folder")
    parser.add_argument(
        "--more", type=int, default=0, metavar="N", help="only go on for N batches from the shipped model"
    )
    args = parser.parse_args()
    for folder in (args.work, args.out):
        folder.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if args.more:
        pruned = go_on(args.data, args.out, args.work, args.more, args.seed + args.more, device)
    else:
        pretrained = e5.read(Settings().models_dir / e5.FILE)
        shop = prepare(args.data, args.work, pretrained, args.seed)
        pruned = train(shop, pretrained, args.work, device, resume=args.resume)
    onnx.save(to_onnx(pruned.cpu()), str(args.out / "intent.onnx"))
    for name in ("tokenizer.json", "labels.json", "words.json.gz"):
        (args.out / name).write_bytes((args.work / name).read_bytes())
    say(f"wrote {args.out}")


if __name__ == "__main__":
    main()
