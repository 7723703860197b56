"""One skill's folder read for its author: every mistake in plain words with its file and line, instead of the first."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from cockpit.errors import ConfigError
from cockpit.skillset import LANGUAGE_DIR, Grammar, Manifest, Phrases, Skill, SkillSet
from cockpit.types import LANGS, Lang
from cockpit.yamlfile import read_yaml

Place = tuple[str | int, ...]
"""Keys and list positions that lead to something in a YAML file."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something to mend. A `warning` is right in itself and may be wanted."""

    file: Path
    place: Place
    text: str
    warning: bool = False

    def __str__(self) -> str:
        line = line_of(self.file, self.place)
        where = f"{self.file}:{line}" if line else str(self.file)
        path = " › ".join(f"no. {part + 1}" if isinstance(part, int) else part for part in self.place)
        return f"{where}: {path + ': ' if path else ''}{self.text}"


def read_skill(folder: Path) -> tuple[Skill | None, list[Mistake]]:
    """The skill in `folder`, or None with what is wrong with the form of its files."""
    mistakes: list[Mistake] = []
    manifest = _read(Manifest, folder / "skill.yaml", mistakes)
    phrases: dict[Lang, Phrases] = {}
    for lang in LANGS:
        if (found := _read(Phrases, folder / f"{lang}.yaml", mistakes)) is not None:
            phrases[lang] = found
    if manifest is None or len(phrases) < len(LANGS):
        return None, mistakes
    return Skill(manifest=manifest, phrases=phrases), mistakes


def read_others(folder: Path, without: Path) -> SkillSet:
    """The skills of `folder` except the one in `without`, with the languages. Raises `ConfigError`."""
    skills: dict[str, Skill] = {}
    mistakes: list[Mistake] = []
    for file in sorted(folder.glob("*/skill.yaml")):
        if file.parent.resolve() != without.resolve():
            skill, found = read_skill(file.parent)
            mistakes += found
            if skill is not None:
                skills[skill.manifest.name] = skill
    if mistakes:
        raise ConfigError("bad-skill", "; ".join(map(str, mistakes)))
    if not skills:
        raise ConfigError("no-skills", f"no skills in {folder}")
    files = {lang: LANGUAGE_DIR / lang for lang in LANGS}
    grammars = {lang: Grammar.model_validate(read_yaml(files[lang] / "grammar.yaml")) for lang in LANGS}
    return SkillSet(
        skills=skills, grammars=grammars, replies={lang: read_yaml(files[lang] / "replies.yaml") for lang in LANGS}
    )


def functions_of(file: Path) -> frozenset[str]:
    """The functions that a handler file defines, without running it. Raises `ConfigError` (`config-unreadable`)."""
    try:
        tree = ast.parse(file.read_text("utf-8"))
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        raise ConfigError("unreadable", f"cannot read {file}: {error}") from error
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def line_of(file: Path, place: Place) -> int:
    """The line at which `place` stands, or as much of it as there is; 0 where the file says nothing."""
    try:
        node = yaml.compose(file.read_text("utf-8"), yaml.SafeLoader)
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        return 0
    line = 0
    for part in place:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == str(part)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode):
            item = next((item for n, item in enumerate(node.value) if part in (n, item.value)), None)
            if item is None:
                break
            line, node = item.start_mark.line + 1, item
        else:
            break
    return line


Model = TypeVar("Model", bound=BaseModel)


def _read(model: type[Model], file: Path, mistakes: list[Mistake]) -> Model | None:
    if not file.is_file():
        mistakes.append(Mistake(file, (), "this file is missing"))
        return None
    try:
        return model.model_validate(read_yaml(file) or {})
    except ConfigError as error:
        mistakes.append(Mistake(file, (), " ".join(error.message.removeprefix(f"{file} is ").split())))
    except ValidationError as error:
        mistakes += _plainly(model, file, error)
    return None


def _plainly(model: type[BaseModel], file: Path, error: ValidationError) -> Iterator[Mistake]:
    """pydantic's findings in words for somebody who never heard of it; one for each place."""
    seen: set[Place] = set()
    for detail in error.errors():
        place = tuple(part for part in detail["loc"] if not _is_type(part))
        if place not in seen:
            seen.add(place)
            yield Mistake(file, place, _words(model, place, detail))


def _is_type(part: str | int) -> bool:
    """Whether a part of a location names no key but the branch of a union, such as `list[str]`."""
    return isinstance(part, str) and (part in ("str", "dict", "list") or part.startswith(("list[", "dict[")))


def _words(model: type[BaseModel], place: Place, detail: ErrorDetails) -> str:
    kind, given = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        known = _keys(model, place[:-1])
        return f"there is no key {place[-1]!r} here" + (f"; there are {', '.join(known)}" if known else "")
    if kind == "missing":
        return "this key is missing"
    if kind == "literal_error":
        return f"{given!r} is not possible; it must be {detail['ctx']['expected']}"
    wanted = {
        "string_type": "a text", "list_type": "a list", "dict_type": "keys with values",
        "mapping_type": "keys with values", "model_type": "keys with values", "bool_type": "true or false",
        "bool_parsing": "true or false",
    }.get(kind)  # fmt: skip
    return f"{_shown(given)} stands here, but it must be {wanted}" if wanted else detail["msg"]


def _keys(model: type[BaseModel], place: Place) -> list[str]:
    """The keys that there are at `place`: in the file itself, or in one of its intents or controls."""
    if not place:
        return list(model.model_fields)
    parts = get_args(model.model_fields[str(place[0])].annotation)
    inner = parts[-1] if parts and len(place) == 2 else None
    return list(inner.model_fields) if isinstance(inner, type) and issubclass(inner, BaseModel) else []


def _shown(given: object) -> str:
    if given is None:
        return "nothing"
    if isinstance(given, bool | int | float):
        return f"{str(given).lower()} (put it in quotes if it is a word)"
    return {"dict": "keys with values", "list": "a list"}.get(type(given).__name__, repr(given))
