"""Scenario files: found, read, made one for each language, and their mistakes told with file, line and place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from cockpit.errors import CockpitError
from cockpit.types import LANGS, Lang
from cockpit.yamlfile import read_yaml
from hil.scenario.schema import Scenario


class ScenarioError(CockpitError):
    """`scenario-invalid` (a file that says what it may not), `scenario-none` (nothing to run)."""

    stage = "scenario"


@dataclass(frozen=True, slots=True)
class Loaded:
    file: Path
    scenario: Scenario


def load(paths: Iterable[Path]) -> list[Loaded]:
    """All scenarios of files and folders, in the order of their names. Raises `ScenarioError`, `ConfigError`."""
    found: list[Loaded] = []
    for file in _files(paths):
        found += load_file(file)
    seen: dict[str, Path] = {}
    for one in found:
        if (other := seen.setdefault(one.scenario.id, one.file)) is not one.file:
            raise ScenarioError("invalid", f"{one.file}: id {one.scenario.id} is in {other} too")
    if not found:
        raise ScenarioError("none", f"no scenarios in {', '.join(map(str, paths))}")
    return found


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.yaml"))
        else:
            yield path


def load_file(file: Path) -> list[Loaded]:
    """The scenarios of one file: one, or a list of them. Raises `ScenarioError`, `ConfigError`."""
    raw = read_yaml(file)
    several = isinstance(raw, list)
    found: list[Loaded] = []
    for place, one in enumerate(raw if several else [raw]):
        if not isinstance(one, dict):
            raise ScenarioError("invalid", f"{file}: a scenario is a mapping with id, title, lang and timeline")
        for lang, text in _by_language(one):
            try:
                found.append(Loaded(file, Scenario.model_validate(text)))
            except ValidationError as error:
                prefix: tuple[int, ...] = (place,) if several else ()
                raise ScenarioError("invalid", _told(file, error, prefix, lang)) from error
    if len({one.scenario.id for one in found}) < len(found):
        raise ScenarioError("invalid", f"{file}: two scenarios have one id")
    return found


def _by_language(raw: dict[str, Any]) -> Iterator[tuple[Lang | None, dict[str, Any]]]:
    """The scenario in each language it names: wherever it holds `{zh: …, en: …}` the one that is meant."""
    lang = raw.get("lang")
    if not isinstance(lang, list):
        yield None, _in_language(raw, lang)
        return
    for one in lang:
        text = _in_language(raw, one)
        yield one, {**text, "id": f"{raw.get('id')}.{one}", "lang": one}


def _in_language(raw: Any, lang: Any) -> Any:
    if isinstance(raw, dict):
        if raw and raw.keys() <= set(LANGS) and lang in raw:
            return raw[lang]
        return {key: _in_language(value, lang) for key, value in raw.items()}
    return [_in_language(one, lang) for one in raw] if isinstance(raw, list) else raw


def _told(file: Path, error: ValidationError, prefix: tuple[int, ...], lang: Lang | None) -> str:
    root = yaml.compose(file.read_text("utf-8"), yaml.SafeLoader)
    lines = []
    for one in error.errors():
        line, place = _line(root, (*prefix, *one["loc"]))
        where = f"{file}:{line}: {place or 'scenario'}"
        lines.append(f"{where}{f' ({lang})' if lang else ''}: {one['msg'].removeprefix('Value error, ')}")
    return "\n".join(dict.fromkeys(lines))


def _line(node: Any, loc: tuple[int | str, ...]) -> tuple[int, str]:
    """Line and place of what an error is about; parts that the file does not have (names of variants) are skipped."""
    line, place = node.start_mark.line + 1, ""
    for number, part in enumerate(loc):
        last = number == len(loc) - 1
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line, place = node.start_mark.line + 1, f"{place}[{part + 1}]"
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part) and (last or not isinstance(value, yaml.ScalarNode)):
                    node, line, place = value, key.start_mark.line + 1, f"{place}.{part}".lstrip(".")
    return line, place
