"""Finds the handlers of skills: functions in `skills/<name>/handler.py`, which import only `cockpit.skill`."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from cockpit.errors import ConfigError
from cockpit.plan.plans import Handler
from cockpit.skillset import SkillSet


def load_handlers(folder: Path, skills: SkillSet) -> dict[str, Handler]:
    """Intent to handler for every manifest that names one. Raises `ConfigError` (`config-bad-handler`)."""
    found: dict[str, Handler] = {}
    for skill in skills.skills.values():
        wanted = {intent: spec.handler for intent, spec in skill.manifest.intents.items() if spec.handler}
        if not wanted:
            continue
        module = _load(folder / skill.manifest.name / "handler.py")
        for intent, name in wanted.items():
            handler = getattr(module, name, None)
            if not callable(handler):
                raise ConfigError("bad-handler", f"{module.__file__} has no function {name} for {intent}")
            found[intent] = handler
    return found


def _load(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"skills.{file.parent.name}.handler", file)
    if spec is None or spec.loader is None or not file.is_file():
        raise ConfigError("bad-handler", f"there is no {file}")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ConfigError("bad-handler", f"{file} cannot be loaded: {error}") from error
    return module
