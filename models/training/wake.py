"""Trains the heads of the wake words: `python -m models.training.wake [--negatives DIR …]`.

Everything is synthesised by the project's own voices (`cockpit models pull default`), but for recordings of people in
`--negatives`: half of them are never heard here, and of the rest one half is trained on and one chooses thresholds.
Speech and embeddings are kept in `out/wake`, so that a second training takes a minute. Heads, their thresholds and the
card lie in `models/wake`.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch

from cockpit.audio.embedding import CHUNK
from cockpit.config import ROOT, load_settings
from cockpit.types import SAMPLE_RATE_HZ
from hil.speech import wake_corpus
from models.training.wake_head import Lesson, fit, save
from models.training.wake_hearing import Heard, Source, listen
from models.training.wake_threshold import choose, write_card

OUT, HEADS = ROOT / "out" / "wake", ROOT / "models" / "wake"


def train(heard: Heard, heads: Path, seed: int) -> None:
    """A head of each word, each by a process; thresholds are still to be chosen."""
    none = int(np.sum(heard.word < 0))
    hours = none * CHUNK / SAMPLE_RATE_HZ / 3600
    print(f"{len(heard.at) - none} windows of wake words, {none} ({hours:.2f} h) of others", flush=True)
    heads.mkdir(exist_ok=True)
    names = [*wake_corpus.words()]
    with ProcessPoolExecutor(len(names)) as workers:
        jobs = [workers.submit(_head, heard, name, heads / f"{name}.onnx", seed) for name in names]
        for job in jobs:
            job.result()


def _head(heard: Heard, name: str, file: Path, seed: int) -> None:
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    words = wake_corpus.words()
    lesson = Lesson(torch.from_numpy(heard.embeddings.astype(np.float32)), torch.from_numpy(heard.at))
    is_word = torch.from_numpy(heard.word == [*words].index(name))
    lang, say = words[name]
    save(fit(lesson, is_word, torch.from_numpy(heard.ago), name), file, {"lang": lang, "phrase": say})


def main() -> None:
    settings = load_settings()
    parser = argparse.ArgumentParser(prog="python -m models.training.wake", description="train the wake words' heads")
    parser.add_argument("--negatives", type=Path, action="append", default=[], metavar="DIR", help="people's speech")
    parser.add_argument("--models-dir", type=Path, default=settings.models_dir)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--afresh", action="store_true", help="make the embeddings again")
    parser.add_argument("--thresholds", action="store_true", help="only choose the thresholds again")
    options = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    for kept in OUT.glob("heard-*.npz") if options.afresh else ():
        kept.unlink()
    source = Source(options.models_dir, OUT, tuple(options.negatives), options.seed)
    if not options.thresholds:
        train(listen(source), HEADS, options.seed)
    write_card(HEADS / "README.md", choose(source, HEADS))


if __name__ == "__main__":
    main()
