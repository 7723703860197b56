"""A phrase pack: one YAML file with everything a person may say in a domain, and what it means.

    name: coffee
    language: en
    intents:
      order: ["[can i get|i want] [a] [{size}] {drink} [with {milk}] [please]"]
    lists:
      size: [small, medium, large]
      drink: {coffee: "[filter] coffee", cappuccino: cappuccino}

Sentences are hassil templates: `[may be there]`, `(one|another)`, `{list}` or `{list:slot}`, `<rule>`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from cockpit.errors import ConfigError
from cockpit.nlu.grammar import BUILT_IN_KINDS, Compiler, Node
from cockpit.nlu.numbers import number_words
from cockpit.nlu.quantities import unit_words
from cockpit.pack.compiling import GraphBuilder
from cockpit.phrasegraph import PhraseGraph
from cockpit.skillfile import Place, line_of
from cockpit.types import Lang
from cockpit.yamlfile import read_yaml

SPOKEN_KINDS = ("value", "degrees", "digits", "time", "day")
"""Built-in kinds of value that are said with numbers and units."""


class PackFile(BaseModel):
    """What stands in the file. A list's entry that is only a word is both the value and its name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Lang
    intents: Annotated[dict[str, list[str]], Field(min_length=1)]
    name: str = ""
    lists: dict[str, dict[str, str]] = Field(default_factory=dict)
    rules: dict[str, str] = Field(default_factory=dict)
    fillers: list[str] = Field(default_factory=list)
    """Words that mean nothing here and may be said anywhere."""

    @field_validator("lists", mode="before")
    @classmethod
    def _named(cls, lists: object) -> object:
        """`[small, large]` for `{small: small, large: large}`; a value may have several names."""
        if not isinstance(lists, Mapping):
            return lists
        return {name: _values(values) for name, values in lists.items()}

    @field_validator("intents", mode="before")
    @classmethod
    def _several(cls, intents: object) -> object:
        """A single sentence needs no list."""
        if not isinstance(intents, Mapping):
            return intents
        return {name: [said] if isinstance(said, str) else said for name, said in intents.items()}


def _values(values: object) -> object:
    if isinstance(values, list):
        named: dict[str, object] = {}
        for value in values:
            named |= value if isinstance(value, Mapping) else {str(value): str(value)}
        values = named
    if not isinstance(values, Mapping):
        return values
    return {
        str(value): f"({'|'.join(map(str, names))})" if isinstance(names, list) else str(names)
        for value, names in values.items()
    }


class Pack:
    """A pack that can be used: its file, and the graph of all that it can hear."""

    def __init__(self, file: PackFile, name: str, graph: PhraseGraph) -> None:
        self.name = file.name or name
        self.lang: Lang = file.language
        self.fillers = frozenset(word for phrase in file.fillers for word in phrase.casefold().split())
        self.graph = graph


def load(path: Path) -> Pack:
    """The pack in `path`. Raises `ConfigError`: `config-unreadable`, `config-syntax`, `config-bad-pack` with every
    mistake on a line of its own, `config-too-many-phrases`."""
    mistakes, file, nodes = _read(path)
    if mistakes or file is None:
        raise ConfigError("bad-pack", "\n".join(mistakes))
    builder = GraphBuilder()
    for intent, node in nodes:
        builder.sentence(intent, node)
    words = number_words(file.language) | unit_words(file.language)
    return Pack(file, path.stem, builder.graph(dict.fromkeys(SPOKEN_KINDS, words)))


def check(path: Path) -> list[str]:
    """Every mistake in the pack, as sentences that begin with file and line; none where it can be used."""
    mistakes, _, _ = _read(path)
    return mistakes


def _read(path: Path) -> tuple[list[str], PackFile | None, list[tuple[str, Node]]]:
    data = read_yaml(path)
    try:
        file = PackFile.model_validate(data)
    except ValidationError as error:
        return [_told(path, tuple(one["loc"]), _in_words(one["type"], one["msg"])) for one in error.errors()], None, []
    compiler = Compiler(file.rules, file.lists)
    mistakes: list[str] = []
    nodes: list[tuple[str, Node]] = []
    for where, intent, text in _templates(file):
        try:
            node = compiler.template(text)
        except ConfigError as error:
            mistakes.append(_told(path, where, _hint(error.message, file)))
        else:
            if intent:
                nodes.append((intent, node))
    mistakes += [_told(path, where, what) for where, what in _unused(file)]
    return mistakes, file, nodes


def _unused(file: PackFile) -> Iterator[tuple[Place, str]]:
    """The lists and rules that no template names."""
    used = " ".join(text for _, _, text in _templates(file))
    for name in file.lists:
        if f"{{{name}}}" not in used and f"{{{name}:" not in used:
            yield ("lists", name), f"the list {{{name}}} is never used"
    for name in file.rules:
        if f"<{name}>" not in used:
            yield ("rules", name), f"the rule <{name}> is never used"


def _told(path: Path, where: Place, what: str) -> str:
    return f"{path}:{line_of(path, where) or 1}: {'.'.join(map(str, where))}: {what}"


def _templates(file: PackFile) -> Iterator[tuple[Place, str, str]]:
    """Every template with its place, and the intent whose sentence it is."""
    for name, values in file.lists.items():
        yield from ((("lists", name, value), "", names) for value, names in values.items())
    yield from ((("rules", name), "", text) for name, text in file.rules.items())
    for intent, sentences in file.intents.items():
        yield from ((("intents", intent, place), intent, text) for place, text in enumerate(sentences))


def _in_words(kind: str, message: str) -> str:
    known = ", ".join(PackFile.model_fields)
    if kind == "extra_forbidden":
        return f"there is no such key; known are {known}"
    return "this is missing" if kind == "missing" else message


def _hint(message: str, file: PackFile) -> str:
    if "uses the list" in message:
        return f"{message}; there are {', '.join(sorted({*file.lists, *BUILT_IN_KINDS}))}"
    return message
