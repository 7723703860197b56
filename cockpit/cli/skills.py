"""`cockpit skills`: what there are, what is wrong with a new one, and teaching it to the model."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
from pathlib import Path

from cockpit.cli.options import Subcommands, add_settings, settings_of
from cockpit.config import Settings
from cockpit.errors import ConfigError
from cockpit.nlu.lint import Compiled, lint
from cockpit.nlu.samples import Samples
from cockpit.profile import load_profile
from cockpit.skillfile import Mistake, read_others, read_skill
from cockpit.skillset import Intent, Skill, load_skills
from cockpit.types import LANGS

SHOWN = 3
"""Sample sentences per intent and language."""


def add(subcommands: Subcommands) -> None:
    command = subcommands.add_parser("skills", help="list the skills, check a new one, teach it to the model")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="show every skill and how much it hears")
    checking = actions.add_parser("check", help="look for mistakes in one skill's folder")
    checking.add_argument("folder", type=Path, metavar="FOLDER", help="where skill.yaml, zh.yaml and en.yaml are")
    training = actions.add_parser("train", help="teach new skills to the model that understands")
    training.add_argument("folders", type=Path, nargs="+", metavar="FOLDER", help="skills that pass the check")
    training.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the new model is written")
    training.add_argument("--data", type=Path, metavar="DIR", help="public training data that was fetched before")
    for action, run in ((listing, _list), (checking, _check), (training, _train)):
        action.add_argument("--with", dest="beside", type=Path, metavar="DIR", help="the folder of the other skills")
        add_settings(action)
        action.set_defaults(run=run)


def _list(args: argparse.Namespace) -> int:
    print(f"{'skill':<12} {'risk':<12} {'controls':>8} {'readings':>8} {'intents':>8}   own sentences")
    for name, skill in load_skills(_settings(args).skills_dir).skills.items():
        manifest = skill.manifest
        counts = ", ".join(f"{lang} {_templates(skill, lang)}" for lang in skill.phrases)
        print(
            f"{name:<12} {manifest.risk:<12} {len(manifest.controls):>8} {len(manifest.readings):>8} "
            f"{len(manifest.intents):>8}   {counts}"
        )
    return 0


def _check(args: argparse.Namespace) -> int:
    settings = _settings(args)
    skill, compiled, mistakes = _linted(args.folder, settings)
    wrong = _told(args.folder, mistakes)
    if skill is None or wrong:
        return 1
    _show(skill, compiled)
    warned = f", with {_counted(len(mistakes), 'warning')}" if mistakes else ""
    print(f"{args.folder}: {skill.manifest.name} is fine{warned}")
    return 0


def _train(args: argparse.Namespace) -> int:
    settings = _settings(args)
    if importlib.util.find_spec("torch") is None:
        raise ConfigError("no-torch", "training needs PyTorch, which is not installed: pip install -e '.[train]'")
    if sum(_told(folder, _linted(folder, settings)[2]) for folder in args.folders):
        return 1
    training = importlib.import_module("models.training.extend")
    lesson = training.main_for(args.folders, args.out, data=args.data, settings=settings)
    print(f"{'understood':<24} {'before':>24} {'now':>24}")
    for name, (before, after) in lesson.scores.items():
        print(f"{name:<24} {'-' if before is None else str(before):>24} {after!s:>24}")
    print(f"{lesson.seconds / 60:.1f} minutes; to drive with it, put this into the settings (--config FILE):")
    print(f'skills_dir = "{args.out / "skills"}"\nintent_dir = "{args.out / "intent"}"')
    return 0


def _settings(args: argparse.Namespace) -> Settings:
    return settings_of(args) if args.beside is None else settings_of(args, skills_dir=args.beside)


def _linted(folder: Path, settings: Settings) -> tuple[Skill | None, Compiled, list[Mistake]]:
    others, profile = read_others(settings.skills_dir, folder), load_profile(settings.profile)
    skill, mistakes = read_skill(folder)
    return (None, Compiled(), mistakes) if skill is None else (skill, *lint(skill, folder, others, profile))


def _told(folder: Path, mistakes: list[Mistake]) -> int:
    """Prints the mistakes; how many of them are errors."""
    for mistake in mistakes:
        print(f"{'warning' if mistake.warning else 'error':<8} {mistake}")
    if wrong := sum(not mistake.warning for mistake in mistakes):
        print(f"{folder}: {_counted(wrong, 'error')}, {_counted(len(mistakes) - wrong, 'warning')}")
    return wrong


def _templates(skill: Skill, lang: str) -> int:
    """How many templates the skill's own file has, not counting those of shapes."""
    phrases = next(held for name, held in skill.phrases.items() if name == lang)
    parts = [*phrases.intents.values(), *phrases.readings.values()]
    parts += [templates for spoken in phrases.controls.values() for templates in spoken.sentences.values()]
    return sum(map(len, parts))


def _show(skill: Skill, compiled: Compiled) -> None:
    """Each intent with what it does, and sentences of either language."""
    intents = list(dict.fromkeys(intent for held in compiled.sentences.values() for intent in held))
    print(f"{'intent':<24} {'templates':<14} {'slots':<24} does")
    for intent in intents:
        counts = ", ".join(f"{lang} {len(compiled.nodes(lang, intent))}" for lang in LANGS)
        slots = sorted({name for lang in LANGS for name in compiled.slots(lang, intent)})
        print(f"{intent:<24} {counts:<14} {', '.join(slots) or '-':<24} {_deed(skill.manifest.intents.get(intent))}")
    for lang in LANGS:
        print()
        samples = Samples(lang)
        for intent in intents:
            nodes = compiled.nodes(lang, intent)
            texts = dict.fromkeys(samples.one(nodes[n * len(nodes) // SHOWN]) for n in range(SHOWN)) if nodes else {}
            print(f"{intent:<24} {' / '.join(texts)}")
    print()


def _deed(spec: Intent | None) -> str:
    if spec is None:
        return "operates the control"
    if spec.app:
        fixed = [f"{name}={str(value).lower()}" for name, value in spec.fixed.items()]
        return f"{spec.app}.{spec.action}({', '.join([*fixed, *spec.args])})"
    if spec.handler:
        return f"{spec.handler}() in handler.py"
    return ", ".join(f"{operation.control}.{operation.operation}" for operation in spec.do) or "answers"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
