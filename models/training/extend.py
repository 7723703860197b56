"""Teaches the shipped network a new skill, without forgetting the old ones: what `cockpit skills train` runs.

The network is read back from its int8 graph, its heads get the new classes, and it is trained on the new skill's
sentences mixed with two parts of everything it knew (rehearsal). The vocabulary stays.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import onnx

from cockpit.config import ROOT, Settings
from cockpit.nlu.joint import JointUnderstander
from cockpit.nlu.labels import Labels, parted
from cockpit.nlu.pieces import PieceReader
from cockpit.nlu.templates import TemplateUnderstander
from cockpit.nlu.wording import save
from cockpit.skillset import SkillSet, load_skills
from cockpit.types import LANGS
from models.eval.scoring import judge
from models.eval.sets import SEEN, Row, read_rows
from models.training.dataset import SPLIT, WEIGHTS, Encoder, Examples
from models.training.fit import Plan, fit
from models.training.graph import from_onnx, to_onnx
from models.training.network import Design, Network
from models.training.wordings import wordings

STEPS, RATE, BATCH = 500, 1.5e-4, 64


@dataclass(frozen=True, slots=True)
class Score:
    """Utterances with all acts right, of `total`."""

    right: int
    total: int

    def __str__(self) -> str:
        return f"{self.right} of {self.total} ({100 * self.right / max(1, self.total):.1f} %)"


@dataclass(frozen=True, slots=True)
class Lesson:
    """What came of it: scores by name, before (None for what it could not know) and after."""

    scores: dict[str, tuple[Score | None, Score]]
    seconds: float


def main_for(
    folders: Sequence[Path],
    out: Path,
    data: Path | None = None,
    tell: Callable[[str], None] = print,
    settings: Settings | None = None,
) -> Lesson:
    """Train the shipped network with the skills in `folders`; writes `out/skills` and `out/intent`.

    Raises `ConfigError` for a bad skill, `ModelError` for a missing or damaged network.
    """
    settings = settings or Settings()
    begun = time.monotonic()
    gathered = out / "skills"
    _gather([*_skill_folders(settings.skills_dir), *folders], gathered)
    old_labels = Labels.load(settings.intent_dir / "labels.json")
    skills = load_skills(gathered)
    templates = TemplateUnderstander(skills)
    names = frozenset(folder.resolve().name for folder in folders)
    focus = frozenset(
        i for i in templates.capabilities.intents if skills.owner(i) in names and not i.endswith(".mention")
    )
    examples = Examples(skills, templates, settings.profile, data or ROOT.parent / "shared" / "data", 1, focus)
    labels = extended(old_labels, skills, examples)
    tell(f"{len(focus)} new intents, {len(labels.pairs)} in all; {STEPS} batches of {BATCH}")
    network = widened(shipped(settings.intent_dir, old_labels), labels)
    reader = PieceReader(settings.intent_dir / "tokenizer.json")
    rows = Encoder(reader, labels, random.Random(1), SPLIT).rows(iter(examples))
    fit(network, rows, Plan(STEPS, RATE, BATCH, weights=WEIGHTS), tell=tell)
    target = out / "intent"
    target.mkdir(parents=True, exist_ok=True)
    onnx.save(to_onnx(network), str(target / "intent.onnx"))
    shutil.copy(settings.intent_dir / "tokenizer.json", target / "tokenizer.json")
    save(wordings(examples), target / "words.json.gz")
    labels.save(target / "labels.json")
    before = JointUnderstander(load_skills(settings.skills_dir), settings.intent_dir)
    after = JointUnderstander(skills, target)
    return Lesson(_measured(before, after, folders), time.monotonic() - begun)


def _skill_folders(folder: Path) -> list[Path]:
    return [file.parent for file in sorted(folder.glob("*/skill.yaml"))]


def _gather(folders: Sequence[Path], into: Path) -> None:
    """Copies of all skills in one folder, put in place only when all are there."""
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into.parent) as scratch:
        for folder in folders:
            shutil.copytree(folder, Path(scratch) / folder.resolve().name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.rmtree(into, ignore_errors=True)
        shutil.copytree(scratch, into)


def shipped(folder: Path, labels: Labels) -> Network:
    """The network in `folder`, read back from its int8 graph."""
    vocabulary = PieceReader(folder / "tokenizer.json").size
    design = Design(vocabulary, labels.piece_heads, labels.mean_heads, inner=labels.inner)
    return from_onnx(folder / "intent.onnx", design)


def extended(old: Labels, skills: SkillSet, examples: Examples) -> Labels:
    """The old classes in their old places, then those that the new skills bring."""
    alone = {intent for skill in skills.skills.values() for intent in skill.manifest.intents}
    new = {
        i: parted(i, alone)
        for i in sorted(examples.intents)
        if i not in old.pairs and i not in ("dialog.chat", "dialog.talk")
    }
    slots = {slot for mixer in examples.mixers.values() for slot in mixer.sampler.slots}
    return replace(
        old,
        targets=_appended(old.targets, [target for target, _ in new.values()]),
        operations=_appended(old.operations, [operation for _, operation in new.values()]),
        slots=_appended(old.slots, sorted(slots)),
        pairs={**old.pairs, **new},
    )


def _appended(old: tuple[str, ...], new: Sequence[str]) -> tuple[str, ...]:
    return (*old, *dict.fromkeys(name for name in new if name not in old))


def widened(network: Network, labels: Labels) -> Network:
    """The network with heads for `labels`; classes it had keep their weights, new ones begin near zero."""
    old = network.design
    design = replace(old, piece_heads=labels.piece_heads, mean_heads=labels.mean_heads)
    wider = Network(design)
    state = {name: value for name, value in network.state_dict().items() if not name.startswith("piece_head")}
    fresh = wider.state_dict()
    for kind in ("weight", "bias"):
        part = fresh[f"piece_head.{kind}"] * 0.1
        was = network.state_dict()[f"piece_head.{kind}"]
        old_at = new_at = 0
        for head, width in old.piece_heads.items():
            part[new_at : new_at + width] = was[old_at : old_at + width]
            old_at, new_at = old_at + width, new_at + design.piece_heads[head]
        state[f"piece_head.{kind}"] = part
    wider.load_state_dict(state)
    return wider


def _measured(
    before: JointUnderstander, after: JointUnderstander, folders: Sequence[Path]
) -> dict[str, tuple[Score | None, Score]]:
    """How much of the shipped skills' table is still understood, and how much of the new skills' held-out sentences."""
    scores: dict[str, tuple[Score | None, Score]] = {}
    for lang in LANGS:
        table = SEEN / f"phrases_{lang}.yaml"
        if table.is_file():
            rows = [*read_rows(table, lang)]
            scores[f"old skills, {lang}"] = (_score(before, rows), _score(after, rows))
        for folder in folders:
            held = folder / f"heldout.{lang}.yaml"
            if held.is_file():
                scores[f"{folder.resolve().name}, {lang}"] = (None, _score(after, [*read_rows(held, lang)]))
    return scores


def _score(understander: JointUnderstander, rows: Sequence[Row]) -> Score:
    return Score(sum(judge(row, understander.understand(row.say, row.lang).acts).understood for row in rows), len(rows))
