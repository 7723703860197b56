"""The model card beside the shipped network, from the figures that training and evaluation left there.

Run as `python -m models.training.card` after `python -m models.training.compression` and `python -m models.eval`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from cockpit.config import ROOT
from cockpit.nlu.labels import Labels
from models.training.compression import table

CARD = """# The intent model

One network for Chinese and English: it cuts an utterance into acts, names each act's target and operation, marks the
words of its slots, and judges the whole (dialog act, finished or broken off, how complex, how private). Values are read
by code (`cockpit/nlu/grounding.py`). How it was designed: docs/decisions/0007-encoder-and-its-training.md.

`intent.onnx` int8 graph, {megabytes:.1f} MB · `tokenizer.json` {pieces} pieces · `labels.json` {intents} intents,
{slots} slots, calibration, thresholds · `words.json.gz` which words go together, by which misheard words are mended ·
made by `make train`

## What each step of making it small cost

The network alone, without the skills' sentences, on the reported half of the held-out commands
(`python -m models.training.compression`); milliseconds from text to probabilities on one core.

{stages}

Trained on two CPU cores, the teacher is stopped early; the student begins as every second of its layers and learns
from its word and the labels, the pruned one for most of the time from the labels alone: that is why they surpass it. On
a GPU every stage is longer and the pruned one learns from the teacher as well.

This network was trained on two cores: teacher 1,900 batches of 64, student 600, pruned 5,600, then 37,000 more in
steps of 2,000 to 9,000 (`python -m models.training --more N`, at 300 to 550 sentences a second) while phrases, reasons
beside requests and more mishearing were added. Its weights are the mean of those after the last three steps, the last
counted twice (`python -m models.training.averaging`): as right as the best of the three, and it acts on 4 of the 1,000
no commands where they act on 5 to 7. A training from scratch has all of that data from its beginning, but on a CPU
stops after 5,600 so as to be done within an hour: `make train` gives a younger sibling, which `--more` lets grow. The
teacher's and the student's rows are of the training from scratch.

## Confidence and thresholds

Where nothing but the network vouches for an act, how likely it is right is estimated from what speaks for it
(`cockpit/nlu/confidence.py`), by logistic regression: {calibration}. It was fitted where every second utterance is no
command, on commands as written and misheard. An act is carried out from a confidence of {act:.3f} on and asked about
from {ask:.3f} on; below it is left alone. All of this was chosen on the other half of the held-out commands and on
speech that is no command, generated, written for this and written to be mistaken for commands
(`python -m models.eval --set-thresholds`): of the acts that nothing but the network vouches for, at most one in ten
that is carried out may be wrong, and at most one in two hundred of what is overheard
(`models/eval/sets/no_command_dev.*.yaml`) and two in a hundred of what was written to be mistaken for commands
(`tests/unit/nlu/phrases_*.yaml`) may lead to a deed; nobody is asked about what is less likely meant than not.

## What it learned from

- Sentences sampled from the skills' own templates (`skills/*/{{zh,en}}.yaml`) and from paraphrase grammars that the
  project's team wrote for training (`models/training/phrases`), Apache-2.0 like the project, with the words misheard as
  recognisers mishear them.
- Amazon MASSIVE 1.0, Chinese and English training files, CC BY 4.0 (FitzGerald et al. 2022, *MASSIVE: A 1M-Example
  Multilingual Natural Language Understanding Dataset with 51 Typologically-Diverse Languages*), which builds on SLURP
  (Bastianelli et al. 2020, CC BY 4.0). The labels were mapped to this project's.
- HWU64, CC BY 4.0 (Liu et al. 2019, *Benchmarking Natural Language Understanding Services for Building Conversational
  Agents*). The labels were mapped.
- CLINC150, CC BY 3.0 (Larson et al. 2019, *An Evaluation Dataset for Intent Classification and Out-of-Scope
  Prediction*). The labels were mapped.
- Snips 2017 intent engine benchmark, CC0 (Coucke et al. 2018).
- Microsoft Bot Framework skills, MIT, Copyright (c) Microsoft Corporation. The labels were mapped.
- It began as multilingual-e5-small, MIT, Copyright (c) Microsoft Corporation (Wang et al. 2024, *Multilingual E5 Text
  Embeddings*), with its vocabulary cut to Chinese and English.

## Limits

No sentence that it is judged by (`models/eval/sets/commands.*.yaml`, `tests/data/no_command.*.yaml`) was among those it
learned from; whatever the grammars made that was one word for word was left out.

Nobody's recorded speech went into it, only text and simulated mishearing. It knows the equipment of the shipped skills;
another car's needs `cockpit skills train`. Chinese means spoken Mandarin in simplified characters.
"""


MEASURES = ("meaning", "request", "bounds", "complete", "worded", "mended", "always")


def card(folder: Path) -> str:
    """The card of the network in `folder`, which holds `stages.json`."""
    labels = Labels.load(folder / "labels.json")
    stages: list[dict[str, Any]] = json.loads((folder / "stages.json").read_text("utf-8"))
    pieces = len(json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"]["vocab"])
    return CARD.format(
        megabytes=(folder / "intent.onnx").stat().st_size / 1e6,
        pieces=pieces,
        intents=len(labels.pairs),
        slots=len(labels.slots),
        stages=table(stages),
        calibration=", ".join(f"{n} {w:+.2f}" for n, w in zip(MEASURES, labels.calibration, strict=True)),
        act=labels.thresholds.get("act", 0.0),
        ask=labels.thresholds.get("ask", 0.0),
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m models.training.card", description=__doc__)
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "intent", help="folder of the trained network")
    args = parser.parse_args()
    (args.model / "README.md").write_text(card(args.model), "utf-8")


if __name__ == "__main__":
    main()
