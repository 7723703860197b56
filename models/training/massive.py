"""The same architecture on MASSIVE's 60 intents: what the design is worth on a task that is not ours.

Chinese is judged on the set's own validation file, English on a tenth of its training file that is held back.
Run with `python -m models.training.massive`; writes `massive.json` and the int8 model into the output folder.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch

from cockpit.config import Settings
from cockpit.modelgraph import e5
from cockpit.nlu.pieces import PieceReader, written
from cockpit.nlu.tokens import Token, clean, tokenise
from cockpit.types import LANGS
from models.training import public, vocabulary
from models.training.dataset import taken_apart
from models.training.examples import Example
from models.training.fit import batch_of, endless
from models.training.graph import to_onnx
from models.training.mixing import words_of
from models.training.network import Design, Network, from_pretrained
from models.training.noise import Noise, counted
from models.training.public import Sentence
from models.training.rows import Row
from models.training.stages import Course, Effort, Rates

PIECES = 16_000
MAX_PIECES = 64
LEARNING = Rates(teacher=1.5e-4)
NOISY, RATES, SPLIT = 0.25, (0.06, 0.12), 0.15
"""What the smaller networks learn from is varied, so that they see more than the set holds: share of sentences with
words misheard and of which shares of their words, share of sentences with words taken apart."""
SOFT = {"student": 0.7, "pruned": 0.7}


def held_back(sentence: Sentence) -> bool:
    """One English sentence in ten, chosen by its text."""
    return sentence.lang == "en" and hashlib.sha256(sentence.text.encode()).digest()[0] % 10 == 0


def accuracy(network: Network, rows: Sequence[Row]) -> float:
    right = 0
    with torch.no_grad():
        for at in range(0, len(rows), 64):
            batch = batch_of(rows[at : at + 64], network)
            found = network(batch.ids, batch.lengths).mean["intent"].argmax(-1)
            right += int((found == batch.mean["intent"]).sum())
    return right / len(rows)


def accuracy_int8(file: Path, rows: Sequence[Row]) -> float:
    session = ort.InferenceSession(str(file))
    right = sum(
        int(session.run(["mean"], {"ids": np.array([row.ids])})[0].argmax()) == row.mean["intent"] for row in rows
    )
    return right / len(rows)


@dataclass
class Task:
    """The set as rows: `rows` to learn from, `sentences` the same as text, `held` to judge by, by language; `kept` are
    the vocabulary's pieces."""

    rows: list[Row]
    sentences: list[tuple[Example, int]]
    reader: PieceReader
    held: dict[str, list[Row]]
    intents: int
    kept: list[int]

    def varied(self, rng: random.Random) -> Iterator[Row]:
        """The sentences over and over, each time as another recogniser might have written them."""
        counts = counted(example.words for example, _ in self.sentences)
        noise = {lang: Noise(lang, counts, rng) for lang in LANGS}
        while True:
            for example, intent in rng.sample(self.sentences, len(self.sentences)):
                hard = rng.random() < NOISY
                heard = noise[example.lang].misheard(example, rng.choice(RATES)) if hard else example
                pieces = self.reader.read([Token(word, 0, 0) for word in heard.words])
                ids = pieces.ids
                if rng.random() < SPLIT:
                    ids, _ = taken_apart(self.reader, ids, pieces.tokens, rng)
                yield Row(ids[:MAX_PIECES], {}, {"intent": intent})


def prepare(data: Path, out: Path, pretrained: e5.Pretrained) -> Task:
    """Reads the set in the folder `data` and writes `tokenizer.json` into `out`."""
    everything = [*public.read(data, "massive")]
    validation = {
        "zh": [*public.read(data, "massive_validation")],
        "en": [s for s in everything if held_back(s)],
    }
    sentences = [s for s in everything if not held_back(s)]
    intents = sorted({s.intent for s in sentences})
    folded = [written([t.text for t in tokenise(clean(s.text))])[0] for s in sentences]
    tokenizer, kept = vocabulary.cut(pretrained, folded, PIECES, ())
    vocabulary.save(tokenizer, out / "tokenizer.json")
    reader = PieceReader(out / "tokenizer.json")

    def row(s: Sentence) -> Row:
        ids = reader.read(tokenise(clean(s.text))).ids[:MAX_PIECES]
        return Row(ids, {}, {"intent": intents.index(s.intent)})

    held = {lang: [row(s) for s in found] for lang, found in validation.items()}
    said = [(Example(s.lang, words_of(s.text)), intents.index(s.intent)) for s in sentences]
    return Task([row(s) for s in sentences], said, reader, held, len(intents), kept)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m models.training.massive", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("out/massive"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--steps", type=int, nargs=3, default=(1900, 900, 600), metavar=("TEACHER", "STUDENT", "PRUNED")
    )
    parser.add_argument("--resume", action="store_true", help="take stages whose weights lie in the output folder")
    return parser.parse_args()


def main() -> None:
    args = arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(2)
    pretrained = e5.read(Settings().models_dir / e5.FILE)
    task = prepare(args.data, args.out, pretrained)
    held = {lang: len(rows) for lang, rows in task.held.items()}
    print(len(task.rows), "rows", held, len(task.kept), "pieces", task.intents, "intents", flush=True)
    results: dict[str, dict[str, float]] = {}

    def judge(name: str, network: Network) -> None:
        results[name] = {lang: round(100 * accuracy(network, rows), 2) for lang, rows in task.held.items()}
        print(name, results[name], flush=True)

    rng = random.Random(args.seed)
    course = Course(
        args.out,
        rows=lambda stage: endless(task.rows, rng) if stage == "teacher" else task.varied(rng),
        sample=lambda: task.rows[:2000],
        effort=Effort(64, *args.steps),
        rates=LEARNING,
        soft=SOFT,
        seed=args.seed,
        resume=args.resume,
        judge=judge,
    )
    design = Design(len(task.kept), {}, {"intent": task.intents})
    pruned = course.run(from_pretrained(design, pretrained, task.kept, range(12)))
    file = args.out / "massive.onnx"
    onnx.save(to_onnx(pruned), str(file))
    results["int8"] = {lang: round(100 * accuracy_int8(file, rows), 2) for lang, rows in task.held.items()}
    print("int8", results["int8"])
    (args.out / "massive.json").write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
