"""The engine of understanding that the settings ask for, or the next best."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cockpit.config import Settings
from cockpit.errors import ModelError
from cockpit.nlu.joint import JointUnderstander
from cockpit.nlu.templates import TemplateUnderstander
from cockpit.ports import Understander
from cockpit.skillset import SkillSet, load_skills

log = logging.getLogger(__name__)

CACHE = Path(".derived") / "skills"
"""Folder of the compiled templates, below that of the models."""


@dataclass(frozen=True, slots=True)
class Understanders:
    """The skills, their compiled sentences, and what understands them; `problem` tells why it is not what the settings
    ask for."""

    skills: SkillSet
    understander: Understander
    templates: TemplateUnderstander
    problem: ModelError | None = None


def understanding(settings: Settings) -> Understanders:
    """Made once a process for the same settings. A missing or damaged network leaves the skills' sentences alone."""
    cache = settings.models_dir / CACHE
    return _understanding(settings.understanding, settings.skills_dir, settings.intent_dir, cache)


@lru_cache(maxsize=2)
def _understanding(engine: str, folder: Path, model: Path, cache: Path) -> Understanders:
    skills, templates = _sentences(folder, cache)
    if engine == "joint":
        try:
            return Understanders(skills, JointUnderstander(skills, model, templates), templates)
        except ModelError as error:
            log.warning("%s; going on with the skills' sentences alone", error)
            return Understanders(skills, templates, templates, error)
    return Understanders(skills, templates, templates)


_compiled: dict[Path, tuple[SkillSet, TemplateUnderstander]] = {}


def _sentences(folder: Path, cache: Path) -> tuple[SkillSet, TemplateUnderstander]:
    """The skills of a folder as they were when this process first read them, wherever the cache is."""
    if folder not in _compiled:
        skills = load_skills(folder)
        _compiled[folder] = skills, TemplateUnderstander(skills, cache)
    return _compiled[folder]
