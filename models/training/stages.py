"""How a small network comes from a large one: teacher, then student of every second layer, then pruned student."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from models.training.fit import Plan, fit, importance, pass_over
from models.training.network import Network, narrower, shallower
from models.training.rows import Row

STUDENT_LAYERS = (1, 3, 5, 7, 9, 11)
INNER = 768


@dataclass(frozen=True, slots=True)
class Effort:
    """Batches of `batch` sentences per stage."""

    batch: int
    teacher: int
    student: int
    pruned: int


@dataclass(frozen=True, slots=True)
class Rates:
    """Greatest learning rate of each stage."""

    teacher: float = 2e-4
    student: float = 4e-4
    pruned: float = 4e-4


def say(text: str) -> None:
    print(time.strftime("%H:%M:%S"), text, flush=True)


def unjudged(name: str, network: Network) -> None:
    """For courses that are judged only at their end."""


@dataclass(frozen=True, slots=True)
class Course:
    """What a network is led through.

    `rows` gives the endless rows of a stage by its name, `sample` those by which the neurons are judged; `judge` is
    told of every network on the way. `weights` are those of `Plan`, `soft` too, by stage: where it is 0 the smaller
    network only begins as a part of the larger one and then learns from the labels alone, which costs half the time.
    With `resume` a stage whose weights lie in `work` already is not trained again; the rows that it took are passed
    over, so that the next one gets its own.
    """

    work: Path
    rows: Callable[[str], Iterator[Row]]
    sample: Callable[[], Sequence[Row]]
    effort: Effort
    rates: Rates = field(default_factory=Rates)
    weights: Mapping[str, float] = field(default_factory=dict)
    soft: Mapping[str, float] = field(default_factory=lambda: {"student": 0.5, "pruned": 0.5})
    seed: int = 1
    device: str = "cpu"
    resume: bool = False
    judge: Callable[[str, Network], None] = unjudged

    def run(self, teacher: Network) -> Network:
        """All stages, beginning with `teacher` as it was pretrained; each one's float weights are kept in `work`."""
        teacher = self._stage("teacher", teacher, self.effort.teacher, self.rates.teacher)
        student = shallower(teacher, STUDENT_LAYERS)
        student = self._stage("student", student, self.effort.student, self.rates.student, teacher)
        pruned = narrower(student, importance(student, self.sample()), INNER).to(self.device).eval()
        self.judge("pruned, not yet refitted", pruned)
        return self._stage("pruned", pruned, self.effort.pruned, self.rates.pruned, teacher)

    def _stage(self, name: str, network: Network, steps: int, rate: float, teacher: Network | None = None) -> Network:
        frozen = name == "student"
        soft = self.soft.get(name, 0.0)
        weights = dict(self.weights)
        plan = Plan(steps, rate, self.effort.batch, soft, weights=weights, seed=self.seed, frozen=frozen)
        network.to(self.device)
        file = self.work / f"{name}.pt"
        if self.resume and file.is_file():
            say(f"{name}: from {file}")
            network.load_state_dict(torch.load(file, map_location=self.device, weights_only=True))
            network.eval()
            pass_over(self.rows(name), plan)
        else:
            say(f"{name}: {steps} batches of {plan.batch}")
            fit(network, self.rows(name), plan, teacher if soft else None, say)
            torch.save(network.state_dict(), file)
        self.judge(name, network)
        return network
