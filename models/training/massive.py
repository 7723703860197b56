"""The same architecture on MASSIVE's 60 intents: what the design is worth on a task that is not ours.

Chinese is judged on the set's own validation file, English on a tenth of its training file that is held back.
Run with `python -m models.training.massive`; writes `massive.json` and the int8 model into the output folder.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch

from cockpit.config import Settings
from cockpit.nlu.pieces import PieceReader
from cockpit.nlu.tokens import clean, tokenise
from models.training import e5, public, vocabulary
from models.training.fit import Plan, Row, endless, fit, importance
from models.training.graph import to_onnx
from models.training.network import Design, Network, from_pretrained, narrower, shallower
from models.training.public import Sentence

STUDENT_LAYERS = (1, 3, 5, 7, 9, 11)
INNER = 768


def held_back(sentence: Sentence) -> bool:
    """One English sentence in ten, chosen by its text."""
    return sentence.lang == "en" and hashlib.sha256(sentence.text.encode()).digest()[0] % 10 == 0


def accuracy(network: Network, rows: Sequence[Row]) -> float:
    right = 0
    with torch.no_grad():
        for at in range(0, len(rows), 64):
            from models.training.fit import batch_of

            batch = batch_of(rows[at : at + 64], network)
            found = network(batch.ids, batch.lengths).mean["intent"].argmax(-1)
            right += int((found == batch.mean["intent"]).sum())
    return right / len(rows)


def accuracy_int8(file: Path, rows: Sequence[Row]) -> float:
    session = ort.InferenceSession(str(file))
    right = sum(int(session.run(["mean"], {"ids": np.array([row.ids])})[0].argmax()) == row.mean["intent"] for row in rows)
    return right / len(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("out/massive"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, nargs=3, default=(1900, 2200, 1400), metavar=("TEACHER", "STUDENT", "PRUNED"))
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(2)
    random.seed(args.seed)
    sentences = [*public.read(args.data, "massive")]
    validation = {
        "zh": [*public.read(args.data, "massive_validation")],
        "en": [s for s in sentences if held_back(s)],
    }
    sentences = [s for s in sentences if not held_back(s)]
    labels = sorted({s.intent for s in sentences})
    pretrained = e5.read(Settings().models_dir / "e5-small" / "e5-small-q4.bin")
    from cockpit.nlu.pieces import written

    folded = [written([t.text for t in tokenise(clean(s.text))])[0] for s in sentences]
    tokenizer, kept = vocabulary.cut(pretrained, folded, 16000, ())
    vocabulary.save(tokenizer, args.out / "tokenizer.json")
    reader = PieceReader(args.out / "tokenizer.json")

    def row(s: Sentence) -> Row:
        return Row(reader.read(tokenise(clean(s.text))).ids[:64], {}, {"intent": labels.index(s.intent)})

    rows = [row(s) for s in sentences]
    held = {lang: [row(s) for s in found] for lang, found in validation.items()}
    design = Design(len(kept), {}, {"intent": len(labels)})
    print(len(rows), "rows", {k: len(v) for k, v in held.items()}, len(kept), "pieces", len(labels), "intents", flush=True)
    results: dict[str, dict[str, float]] = {}

    def judge(name: str, network: Network) -> None:
        results[name] = {lang: round(100 * accuracy(network, found), 2) for lang, found in held.items()}
        print(name, results[name], flush=True)

    def tell(text: str) -> None:
        print(time.strftime("%H:%M:%S"), text, flush=True)

    rng = random.Random(args.seed)
    teacher = from_pretrained(design, pretrained, kept, range(12))
    fit(teacher, endless(rows, rng), Plan(args.steps[0], 1.5e-4, seed=args.seed), tell=tell)
    judge("teacher", teacher)
    torch.save(teacher.state_dict(), args.out / "teacher.pt")
    student = shallower(teacher, STUDENT_LAYERS)
    fit(student, endless(rows, rng), Plan(args.steps[1], 2.5e-4, soft=0.7, seed=args.seed), teacher, tell)
    judge("student", student)
    torch.save(student.state_dict(), args.out / "student.pt")
    pruned = narrower(student, importance(student, rows[:2000]), INNER)
    judge("pruned, not yet refitted", pruned)
    fit(pruned, endless(rows, rng), Plan(args.steps[2], 2e-4, soft=0.7, seed=args.seed), teacher, tell)
    judge("pruned", pruned)
    torch.save(pruned.state_dict(), args.out / "pruned.pt")
    onnx.save(to_onnx(pruned), str(args.out / "massive.onnx"))
    results["int8"] = {lang: round(100 * accuracy_int8(args.out / "massive.onnx", found), 2) for lang, found in held.items()}
    print("int8", results["int8"])
    (args.out / "massive.json").write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
