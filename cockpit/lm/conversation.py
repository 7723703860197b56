"""What a language model is told in a spoken conversation: who it is, what was said before, what it is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from cockpit.errors import ConfigError
from cockpit.lm.guard import Bounds, Claims, Fault
from cockpit.types import Lang, Message
from cockpit.yamlfile import read_yaml

LANGUAGE = Path(__file__).resolve().parent.parent / "language"
TURNS = 3
"""Turns before this one that are told."""
MAX_ASKED, MAX_ANSWERED = 200, 120
"""Characters of an earlier question and answer that are told."""
ANSWER_TOKENS = 96
"""More cannot be said in the time that an answer has."""


class _Summary(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    ask: str
    more: str
    negations: str
    common: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    system: str
    examples: list[tuple[str, str]]
    parts: dict[str, str]
    claims: list[str]
    unless: list[str]
    unsafe: list[str]
    personas: list[str]
    states: list[str]
    figures: list[str]
    summary: _Summary


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was said in one turn, and what was answered. `private` never leaves the board."""

    asked: str
    answered: str
    private: bool = True


@dataclass(frozen=True, slots=True)
class SummaryTexts:
    """`ask` tells a model what to do, `more` what of a list is not said (`{count}`); `common` words are no names, and
    `negations` is what turns a statement into its opposite."""

    ask: str
    more: str
    negations: re.Pattern[str]
    common: frozenset[str]


@dataclass(frozen=True)
class Conversation:
    """One language's texts for language models."""

    lang: Lang
    system: str
    examples: tuple[tuple[str, str], ...]
    bounds: Bounds
    summary: SummaryTexts

    def prompt(self, text: str, before: Sequence[Exchange] = ()) -> list[Message]:
        """The messages for `text`, said after `before`. What is always the same stands first, and is read only once."""
        return [*self.opening, *_earlier(before, MAX_ANSWERED), Message("user", text[:MAX_ASKED])]

    def for_cloud(self, text: str, before: Sequence[Exchange] = ()) -> list[Message]:
        """The messages for a large model, which needs no examples."""
        return [Message("system", self.system), *_earlier(before), Message("user", text)]

    @property
    def opening(self) -> list[Message]:
        """What every conversation begins with."""
        examples = [message for asked, answered in self.examples for message in _turn(asked, answered)]
        return [Message("system", self.system), *examples]


@cache
def conversation(lang: Lang) -> Conversation:
    """Raises `ConfigError` (`config-invalid`) where the language's file is wrong."""
    file = LANGUAGE / lang / "conversation.yaml"
    try:
        read = _File.model_validate(read_yaml(file))
        claims = Claims.of(read.claims, read.unless, read.parts)
        small: dict[Fault, list[str]] = {"persona": read.personas, "state": read.states, "figure": read.figures}
        bounds = Bounds.of(claims, read.unsafe, small)
        told = read.summary
        negations = re.compile(told.negations, re.IGNORECASE)
    except (ValidationError, re.error) as error:
        raise ConfigError("invalid", f"{file}: {error}") from error
    summary = SummaryTexts(told.ask, told.more, negations, frozenset(told.common.split()))
    return Conversation(lang, read.system, tuple(read.examples), bounds, summary)


def _earlier(before: Sequence[Exchange], most: int | None = None) -> list[Message]:
    """The last exchanges, with at most so many characters of an answer."""
    return [message for one in before[-TURNS:] for message in _turn(one.asked[:MAX_ASKED], one.answered[:most])]


def _turn(asked: str, answered: str) -> list[Message]:
    return [Message("user", asked), Message("assistant", answered)]
