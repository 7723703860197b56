"""The sentences that are measured on, and what is wanted of each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cockpit.config import ROOT
from cockpit.types import LANGS, Lang
from cockpit.yamlfile import read_yaml

HERE = Path(__file__).parent / "sets"
NO_COMMANDS = ROOT / "tests" / "data"
SEEN = ROOT / "tests" / "unit" / "nlu"

Half = Literal["dev", "test"]
CHAT = frozenset({"dialog.chat", "dialog.talk"})
"""Talk that asks for no deed: as good as no act at all."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One act that a careful listener would take from an utterance; slots that are not listed are left open."""

    intent: str
    slots: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Row:
    """An utterance. `source` tells where speech that is no command comes from; empty for commands."""

    say: str
    lang: Lang
    wanted: tuple[Wanted, ...] = ()
    source: str = ""
    chat: bool = False

    @property
    def half(self) -> Half:
        """Thresholds are chosen on `dev`; `test` is only reported."""
        return "test" if hashlib.sha256(self.say.encode()).digest()[0] % 2 else "dev"

    @property
    def group(self) -> str:
        """`nothing`, `dialog`, `several` or `single`."""
        if self.chat or (self.wanted and all(act.intent.startswith("dialog.") for act in self.wanted)):
            return "dialog"
        return ("nothing", "single")[len(self.wanted)] if len(self.wanted) < 2 else "several"


def commands() -> list[Row]:
    """The held-out commands, written by people who never saw the skills' sentences."""
    return [row for lang in LANGS for row in read_rows(HERE / f"commands.{lang}.yaml", lang)]


def no_commands() -> list[Row]:
    """Speech after which the car must do nothing. Never trained on, and no threshold is chosen on it."""
    return [row for lang in LANGS for row in read_rows(NO_COMMANDS / f"no_command.{lang}.yaml", lang)]


def overheard() -> list[Row]:
    """Speech after which the car must do nothing, by which thresholds are chosen. Never trained on, never reported."""
    return [row for lang in LANGS for row in read_rows(HERE / f"no_command_dev.{lang}.yaml", lang)]


def seen() -> list[Row]:
    """The sentences that were read while the templates were written: they tell of regressions, not of quality."""
    return [row for lang in LANGS for row in read_rows(SEEN / f"phrases_{lang}.yaml", lang)]


def read_rows(file: Path, lang: Lang) -> Iterator[Row]:
    """The rows of one file, `{say, acts}` or `{say, source}`. Raises `ConfigError`."""
    for raw in read_yaml(file):
        acts = [Wanted(intent, slots) for intent, slots in raw.get("acts", ())]
        wanted = tuple(act for act in acts if act.intent not in CHAT)
        yield Row(raw["say"], lang, wanted, raw.get("source", ""), chat=len(wanted) < len(acts))
