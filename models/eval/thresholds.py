"""Chooses the confidences at which an act is carried out or asked about.

They are chosen on the development half of the held-out commands and on speech that is no command, generated and written
for this; neither the test half nor the reported set of no commands is looked at.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cockpit.nlu.templates import TemplateUnderstander
from cockpit.skillset import SkillSet
from cockpit.types import LANGS, Act
from cockpit.yamlfile import read_yaml
from models import training
from models.eval.calibration import Alone, Said, acts_said, fitted
from models.eval.idle import HARMLESS
from models.eval.sets import Row
from models.training.examples import Example
from models.training.mixing import Mixer
from models.training.names import Names
from models.training.sampling import Sampler

WRONG, IDLE, NEAR_MISS = 0.1, 0.005, 0.02
"""Of the acts that nothing but the network vouches for, at most this share of those carried out may be wrong; at most
these shares of what is overheard, and of what people wrote to be mistaken for a command, may lead to a deed."""
VOUCHED = 1.0
"""Confidence of what the skills' own sentences account for; no threshold is for that."""
ASK = 0.5
"""Nobody is asked about what is less likely meant than not."""
STEPS = 200
NEGATIVES, SEED = 1000, 7
"""How many no commands are generated for each language."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """`act` and `ask` with what they lead to, of all that nothing but the network vouches for."""

    act: float
    ask: float
    wrong: float
    idle: float
    near_misses: float
    asked_right: float
    carried_out: float


def negatives(skills: SkillSet, templates: TemplateUnderstander, count: int = NEGATIVES) -> Iterator[Row]:
    """Generated speech that is no command, of another seed than what the network was trained with."""
    folder = Path(training.__path__[0])
    for lang in LANGS:
        rng = random.Random(SEED)
        names = Names(read_yaml(folder / f"values.{lang}.yaml"), rng)
        sampler = Sampler(skills, templates.languages[lang], folder / "phrases", names, {}, rng)
        mixer = Mixer(sampler, folder / "phrases", rng)
        for _ in range(count):
            example: Example = mixer.negative()
            yield Row(example.text, lang, source=example.source)


def surest(acts: Sequence[Act]) -> float:
    """The confidence up to which an utterance that is no command leads to an act; below 0 when to none."""
    return max((act.confidence for act in acts if act.intent not in HARMLESS), default=-1.0)


def calibration(groups: Sequence[tuple[Sequence[Alone], float]]) -> tuple[float, ...]:
    """Weights of the evidence for acts that nothing but the network vouches for, from groups of such acts with how
    much each act of the group counts."""
    acts = [(one, count) for group, count in groups for one in group]
    return fitted(
        [one.evidence.measures for one, _ in acts], [one.right for one, _ in acts], [count for _, count in acts]
    )


def thresholds(
    dev: Sequence[Row],
    understood: Sequence[Sequence[Act]],
    idle: Sequence[Sequence[Act]],
    near_misses: Sequence[Sequence[Act]],
) -> Chosen:
    """The thresholds for commands `dev`, understood so without any, and no commands understood as `idle`, those that
    are easily mistaken as `near_misses`."""
    said = [one for one in acts_said(dev, understood) if one.confidence < VOUCHED]
    sure, near = _surest(idle), _surest(near_misses)
    steps = [step / STEPS for step in range(STEPS + 1)]
    act = next(
        step
        for step in steps
        if _wrong(said, step) <= WRONG and _idle(sure, step) <= IDLE and _idle(near, step) <= NEAR_MISS
    )
    ask = min(ASK, act)
    return Chosen(
        act,
        ask,
        _wrong(said, act),
        _idle(sure, act),
        _idle(near, act),
        _asked_right(said, sure, len(dev), ask, act),
        sum(one.confidence >= act for one in said) / max(1, len(said)),
    )


def _surest(idle: Sequence[Sequence[Act]]) -> list[float]:
    """The confidence of what would be done; telling how things are is no deed."""
    return [surest([act for act in acts if act.confidence < VOUCHED and not _tells(act)]) for acts in idle]


def _tells(act: Act) -> bool:
    return act.intent.endswith((".query", ".read"))


def _wrong(said: Sequence[Said], act: float) -> float:
    carried = [one for one in said if one.confidence >= act]
    return sum(not one.right for one in carried) / max(1, len(carried))


def _idle(sure: Sequence[float], act: float) -> float:
    return sum(one >= act for one in sure) / max(1, len(sure))


def _asked_right(said: Sequence[Said], sure: Sequence[float], commands: int, ask: float, act: float) -> float:
    """Of what is asked about, the share that is meant, when every second utterance is no command."""
    asked = [one for one in said if ask <= one.confidence < act]
    needless = sum(ask <= one < act for one in sure) * commands / max(1, len(sure))
    right = sum(one.right for one in asked)
    return right / (len(asked) + needless) if asked or needless else 1.0
