"""The questions to the manual: those that are reported, and those that were tuned on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cockpit.types import Lang
from cockpit.yamlfile import read_yaml

FOLDER = Path(__file__).parent

Which = Literal["report", "dev"]


@dataclass(frozen=True, slots=True)
class Question:
    """`section` is the id of the section that answers it, None where the manual does not say."""

    text: str
    section: str | None


def questions(lang: Lang, which: Which) -> list[Question]:
    """Of one language, the answerable ones first. Raises `ConfigError` as `read_yaml` does."""
    held = read_yaml(FOLDER / (f"manual.{lang}.yaml" if which == "report" else f"manual.dev.{lang}.yaml"))
    answerable = [Question(text, section) for section, texts in held["answerable"].items() for text in texts]
    return [*answerable, *(Question(text, None) for text in held["unanswerable"])]
