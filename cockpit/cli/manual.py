"""`cockpit manual`: make an index of any Markdown manual, and ask it."""

from __future__ import annotations

import argparse
from pathlib import Path

from cockpit.cli.options import Subcommands, add_settings, settings_of
from cockpit.config import Settings
from cockpit.errors import ConfigError
from cockpit.manual.index import build, load, save
from cockpit.manual.manual import Lookup, Manual, open_encoder, open_manuals
from cockpit.skillset import load_skills
from cockpit.types import LANGS, Lang

CHINESE = "\u3400"


def add(subcommands: Subcommands) -> None:
    command = subcommands.add_parser("manual", help="make an index of an owner's manual, and ask it")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    building = actions.add_parser("build", help="make the index of a manual in Markdown")
    building.add_argument("files", type=Path, nargs="+", metavar="FILE", help="its Markdown files, in order")
    building.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the index is written")
    building.add_argument("--lang", choices=LANGS, help="its language (default: by its script)")
    asking = actions.add_parser("ask", help="ask the manual, as the assistant does")
    asking.add_argument("question")
    asking.add_argument("--lang", choices=LANGS, help="of question and manual (default: by the question's script)")
    asking.add_argument("--index", type=Path, metavar="DIR", help="an index that `build` made (default: settings)")
    for action, run in ((building, _build), (asking, _ask)):
        add_settings(action)
        action.set_defaults(run=run)


def _build(args: argparse.Namespace) -> int:
    encoder = open_encoder(settings_of(args).models_dir)
    lang: Lang = args.lang or _script("".join(_text(file) for file in args.files))
    index = build(args.files, lang, encoder)
    save(index, args.out)
    sentences = sum(len(section.sentences) for section in index.sections)
    by = "words and meanings" if index.dense else "words alone (for meanings: cockpit models pull e5-small)"
    print(f"{args.out}: {len(index.sections)} sections, {sentences} sentences, {lang}, searched by {by}")
    return 0


def _ask(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    lang: Lang = args.lang or _script(args.question)
    manual = _manual(settings, lang, args.index)
    lang = manual.index.lang
    found = manual.ask(args.question)
    print(_reply(settings, lang, found))
    section = found.section.id if found.section else "-"
    print(f"section {section}, relevance {found.relevance:.2f}, margin {found.margin:+.2f}")
    return 0 if found.section else 1


def _manual(settings: Settings, lang: Lang, folder: Path | None) -> Manual:
    if folder is not None:
        index = load(folder)
        return Manual(index, open_encoder(settings.models_dir) if index.dense else None)
    manuals = open_manuals(settings)
    if lang not in manuals:
        raise ConfigError("manual-missing", f"the settings name no manual in {lang}")
    return manuals[lang]


def _reply(settings: Settings, lang: Lang, found: Lookup) -> str:
    return load_skills(settings.skills_dir).reply(lang, found.reply)[0].format_map(found.fields(lang))


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("manual-unreadable", f"cannot read {file}: {error}") from error


def _script(text: str) -> Lang:
    """Chinese when an eighth of the letters are."""
    letters = [character for character in text if character.isalpha()]
    return "zh" if 8 * sum(character >= CHINESE for character in letters) > len(letters) else "en"
