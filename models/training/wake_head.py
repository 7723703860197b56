"""The head of one wake word: 16 embeddings to whether the word has just ended, and how long ago."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from cockpit.audio.embedding import SIZE
from cockpit.audio.wake import WINDOW

WIDTH = 64
EPOCHS, BATCH, RATE = 24, 256, 2e-3
OTHERS = 5
"""Windows without the word for each one with it, in an epoch; half of them are those that were mistaken most."""
TIMING = 4.0
"""Weight of the error of the end, in seconds, beside that of the score."""


@dataclass
class Lesson:
    """Embeddings (n, 96), and where the windows in them end."""

    embeddings: Tensor
    at: Tensor

    def windows(self, which: Tensor) -> Tensor:
        """(k, 16, 96)."""
        return self.embeddings[self.at[which][:, None] + torch.arange(1 - WINDOW, 1)]


class HeadNetwork(nn.Module):
    """47,000 parameters: fewer features, three embeddings at a time, then all of them."""

    def __init__(self, mean: Tensor, deviation: Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.narrow = nn.Linear(SIZE, WIDTH)
        self.over = nn.Conv1d(WIDTH, WIDTH, 3, stride=2)
        self.whole = nn.Linear(WIDTH * ((WINDOW - 3) // 2 + 1), WIDTH)
        self.drop = nn.Dropout(0.3)
        self.out = nn.Linear(WIDTH, 2)

    def forward(self, embeddings: Tensor) -> tuple[Tensor, Tensor]:
        """(n, 16, 96) to logits and seconds, each (n,)."""
        narrow = torch.relu(self.narrow((embeddings - self.mean) / self.deviation))
        over = torch.relu(self.over(narrow.transpose(1, 2)))
        out = self.out(self.drop(torch.relu(self.whole(over.flatten(1)))))
        return out[:, 0], out[:, 1]


class Judge(nn.Module):
    """The head as it is shipped: a score of 0..1 in place of the logit."""

    def __init__(self, head: HeadNetwork) -> None:
        super().__init__()
        self.head = head

    def forward(self, embeddings: Tensor) -> tuple[Tensor, Tensor]:
        logit, ago = self.head(embeddings)
        return torch.sigmoid(logit), ago


def fit(lesson: Lesson, is_word: Tensor, ago: Tensor, name: str) -> HeadNetwork:
    """A head for the windows that `is_word` marks."""
    head = HeadNetwork(lesson.embeddings.mean(0), lesson.embeddings.std(0) + 1e-3)
    words, others = is_word.nonzero()[:, 0], (~is_word).nonzero()[:, 0]
    optimiser = torch.optim.AdamW(head.parameters(), RATE, weight_decay=1e-3)
    steps = EPOCHS * (len(words) * (1 + OTHERS) // BATCH + 1)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    hard = others[torch.randperm(len(others))]
    for epoch in range(EPOCHS):
        half = OTHERS * len(words) // 2
        chosen = torch.cat((words, hard[:half], others[torch.randint(len(others), (half,))]))
        head.train()
        total = 0.0
        for batch in chosen[torch.randperm(len(chosen))].split(BATCH):
            logit, late = head(lesson.windows(batch))
            target = is_word[batch]
            loss = nn.functional.binary_cross_entropy_with_logits(logit, target.float())
            if target.any():
                loss = loss + TIMING * nn.functional.smooth_l1_loss(late[target], ago[batch][target], beta=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            plan.step()
            total += float(loss.detach()) * len(batch)
        if epoch % 4 == 3:
            scores = scored(head, lesson, others)
            hard = others[scores.argsort(descending=True)]
            wrong = int((scores > 0).sum())
            print(f"{name} epoch {epoch + 1}: loss {total / len(chosen):.4f}, {wrong} others taken for it", flush=True)
    return head.eval()


@torch.no_grad()
def scored(head: HeadNetwork, lesson: Lesson, which: Tensor) -> Tensor:
    """Logits of windows."""
    head.eval()
    return torch.cat([head(lesson.windows(batch))[0] for batch in which.split(4096)])


def save(head: HeadNetwork, file: Path, told: Mapping[str, str]) -> None:
    """As ONNX with what it listens for as metadata."""
    torch.onnx.export(
        Judge(head).eval(), (torch.zeros(1, WINDOW, SIZE),), str(file),
        input_names=["embeddings"], output_names=["score", "ago"], opset_version=17, dynamo=False,
        dynamic_axes={"embeddings": {0: "n"}, "score": {0: "n"}, "ago": {0: "n"}},
    )  # fmt: skip
    describe(file, {"threshold": "0.5", **told})


def describe(file: Path, told: Mapping[str, str]) -> None:
    """Write metadata into a head, over what it said."""
    graph = onnx.load(str(file))
    kept = {entry.key: entry.value for entry in graph.metadata_props}
    onnx.helper.set_model_props(graph, kept | dict(told))
    onnx.save(graph, str(file))
