"""The mean of the weights of several trainings that went on from one another, as the shipped model.

Networks that share a beginning lie in one basin, and the mean of their weights often understands more than any of them,
at no cost (Wortsman et al. 2022, "Model soups"). Run as
`python -m models.training.averaging WORK=SHARE WORK=SHARE ... --work FOLDER` with the work folders of trainings; the
last one gives vocabulary, labels and counts of words. Thresholds are chosen anew afterwards
(`python -m models.eval --set-thresholds`).
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx
import torch
from torch import Tensor

from models.training.__main__ import INTENT
from models.training.compression import BESIDE, read
from models.training.graph import to_onnx

SAME = ("pairs", "slots", "targets", "operations", "inner", "expecting")


def averaged(states: Sequence[Mapping[str, Tensor]], shares: Sequence[float]) -> dict[str, Tensor]:
    """The weighted mean of the weights; `shares` are made to sum to one."""
    whole = sum(shares)
    return {
        name: sum((state[name] * (share / whole) for state, share in zip(states, shares, strict=True)), torch.zeros(()))
        for name in states[0]
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m models.training.averaging", description=__doc__)
    parser.add_argument("of", nargs="+", metavar="WORK=SHARE")
    parser.add_argument("--work", type=Path, required=True, help="where the float weights of the mean go")
    parser.add_argument("--out", type=Path, default=INTENT, help="where the shipped model goes")
    args = parser.parse_args()
    folders = [Path(one.rpartition("=")[0]) for one in args.of]
    labels = [json.loads((folder / "labels.json").read_text("utf-8")) for folder in folders]
    for part in SAME:
        if any(one[part] != labels[0][part] for one in labels):
            parser.error(f"the trainings differ in their {part}")
    args.work.mkdir(parents=True, exist_ok=True)
    states = [torch.load(folder / "pruned.pt", weights_only=True) for folder in folders]
    torch.save(averaged(states, [float(one.rpartition("=")[2]) for one in args.of]), args.work / "pruned.pt")
    for name in BESIDE:
        shutil.copy(folders[-1] / name, args.work / name)
        shutil.copy(folders[-1] / name, args.out / name)
    onnx.save(to_onnx(read(args.work, "pruned")), str(args.out / "intent.onnx"))


if __name__ == "__main__":
    main()
