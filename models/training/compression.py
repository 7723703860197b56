"""What every step of making the network small cost: teacher, student, pruned, int8, side by side.

Run as `python -m models.training.compression` after `python -m models.training`; writes `stages.json` beside the
shipped network and prints the same as a table for the model card. Each stage runs in onnxruntime on one thread, the
network alone, without the skills' sentences.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx
import torch

from cockpit.config import ROOT, Settings
from cockpit.nlu.joint import JointUnderstander
from cockpit.nlu.labels import Labels
from cockpit.nlu.pieces import PieceReader
from cockpit.nlu.tagger import Tagger
from cockpit.nlu.tokens import clean, tokenise
from cockpit.skillset import SkillSet, load_skills
from models.eval.scoring import judge
from models.eval.sets import Row, commands
from models.training.graph import to_onnx
from models.training.network import Design, Network

INTENT = ROOT / "models" / "intent"
TWENTY = {
    "zh": "麻烦把副驾驶那边的空调温度调到二十三度好吗",
    "en": "could you please set the temperature on the passenger side to twenty three degrees and open the rear window",
}
"""Utterances of about twenty tokens, for timing."""
ROUNDS = 300
BESIDE = ("labels.json", "tokenizer.json", "words.json.gz")
"""What an understander needs beside the graph."""
STAGES = ("teacher", "student", "pruned", "int8")
"""In the order in which they are made; one whose weights are not in the work folder keeps the figures it had."""


def stage(name: str, network: Network, int8: bool, work: Path, skills: SkillSet, rows: Sequence[Row]) -> dict[str, Any]:
    """Accuracy, size and latency of one network."""
    folder = work / f"{name}-graph"
    folder.mkdir(exist_ok=True)
    for file in BESIDE:
        shutil.copy(work / file, folder / file)
    onnx.save(to_onnx(network, int8), str(folder / "intent.onnx"))
    understander = JointUnderstander(skills, folder)
    judged = [judge(row, [c.act for c in understander.consider(row.say, row.lang).candidates]) for row in rows]
    return {
        "stage": name,
        "parameters": sum(p.numel() for p in network.parameters()),
        "bytes": (folder / "intent.onnx").stat().st_size,
        "right": round(100 * sum(one.understood for one in judged) / len(judged), 1),
        "intents": round(100 * sum(one.intents_right for one in judged) / len(judged), 1),
        "milliseconds": {lang: round(latency(understander.tagger, text), 2) for lang, text in TWENTY.items()},
    }


def latency(tagger: Tagger, text: str) -> float:
    """Median milliseconds from the text to the probabilities, tokenization included."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        tagger.tag(tokenise(clean(text)))
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def read(work: Path, name: str) -> Network:
    """The float network of a stage; its depth and width are read from its weights."""
    labels = Labels.load(work / "labels.json")
    state = torch.load(work / f"{name}.pt", map_location="cpu", weights_only=True)
    inner = tuple(value.shape[0] for key, value in state.items() if key.endswith(".widen.bias"))
    vocabulary = PieceReader(work / "tokenizer.json").size
    network = Network(Design(vocabulary, labels.piece_heads, labels.mean_heads, inner=inner))
    network.load_state_dict(state)
    return network.eval()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m models.training.compression", description=__doc__)
    parser.add_argument("--work", type=Path, default=ROOT / "out" / "training", help="where the float weights are")
    parser.add_argument("--out", type=Path, default=INTENT, help="folder of the shipped network")
    args = parser.parse_args()
    skills = load_skills(Settings().skills_dir)
    rows = [row for row in commands() if row.half == "test"]
    file = args.out / "stages.json"
    known = {one["stage"]: one for one in json.loads(file.read_text("utf-8"))} if file.is_file() else {}
    for name in STAGES:
        weights = "pruned" if name == "int8" else name
        if (args.work / f"{weights}.pt").is_file():
            known[name] = stage(name, read(args.work, weights), name == "int8", args.work, skills, rows)
    stages = [known[name] for name in STAGES if name in known]
    file.write_text(json.dumps(stages, indent=1) + "\n", "utf-8")
    print(table(stages))


def table(stages: Sequence[dict[str, Any]]) -> str:
    lines = [
        "| stage | parameters | file | all right | intents right | 20 tokens, zh / en |",
        "|---|---|---|---|---|---|",
    ]
    for one in stages:
        ms = one["milliseconds"]
        lines.append(
            f"| {one['stage']} | {one['parameters'] / 1e6:.1f} M | {one['bytes'] / 1e6:.1f} MB | {one['right']} % "
            f"| {one['intents']} % | {ms['zh']} / {ms['en']} ms |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
