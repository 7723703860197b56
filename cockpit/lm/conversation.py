"""What a language model is told in a spoken conversation: who it is, what was said before, what it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from cockpit.errors import ConfigError
from cockpit.lm.guard import Claims
from cockpit.types import Lang, Message
from cockpit.yamlfile import read_yaml

LANGUAGE = Path(__file__).resolve().parent.parent / "language"
TURNS = 3
"""Turns before this one that are told."""
MAX_ASKED, MAX_ANSWERED = 200, 120
"""Characters of an earlier question and answer that are told."""
ANSWER_TOKENS = 96
"""More cannot be said in the time that an answer has."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    system: str
    facts: str
    manual: str
    examples: list[tuple[str, str]]
    claims: list[str]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was said in one turn, and what was answered."""

    asked: str
    answered: str


@dataclass(frozen=True)
class Conversation:
    """One language's texts for language models."""

    lang: Lang
    system: str
    facts: str
    manual: str
    examples: tuple[tuple[str, str], ...]
    claims: Claims

    def prompt(self, text: str, before: Sequence[Exchange] = (), facts: str = "") -> list[Message]:
        """The messages for `text`, said after `before`. `facts` are fresh values of the car, in words.

        What is always the same stands first, so that it is read only once.
        """
        messages = [*self.opening]
        for exchange in before[-TURNS:]:
            messages += _turn(exchange.asked[:MAX_ASKED], exchange.answered[:MAX_ANSWERED])
        told = f"{self.facts.format(facts=facts)}\n{text}" if facts else text
        return [*messages, Message("user", told[: MAX_ASKED + len(facts)])]

    def from_manual(self, question: str, text: str) -> list[Message]:
        """The messages for a question that `text` of the owner's manual should answer."""
        return [Message("system", self.manual.format(text=text)), Message("user", question[:MAX_ASKED])]

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
    except ValidationError as error:
        raise ConfigError("invalid", f"{file}: {error}") from error
    claims = Claims.of(read.claims)
    return Conversation(lang, read.system, read.facts, read.manual, tuple(read.examples), claims)


def _turn(asked: str, answered: str) -> list[Message]:
    return [Message("user", asked), Message("assistant", answered)]
