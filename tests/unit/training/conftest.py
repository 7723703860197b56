"""Property tests here are not timed: machines differ. The full set of skills is read once for all of them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from hypothesis import settings

from cockpit.config import Settings
from cockpit.nlu.compiled import compiled
from cockpit.nlu.language import Language
from cockpit.skillset import SkillSet, load_skills
from cockpit.types import LANGS, Lang
from cockpit.yamlfile import read_yaml
from models.training.dataset import HERE, units_of
from models.training.mixing import Mixer
from models.training.names import Names
from models.training.sampling import Sampler

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@dataclass(frozen=True, slots=True)
class Shipped:
    """The skills of the repository and what training makes of them."""

    skills: SkillSet
    languages: Mapping[Lang, Language]
    mixers: Mapping[Lang, Mixer]


@pytest.fixture(scope="session")
def shipped() -> Shipped:
    settings = Settings()
    skills = load_skills(settings.skills_dir)
    languages = compiled(skills, None)
    rng = random.Random(1)
    mixers: dict[Lang, Mixer] = {}
    for lang in LANGS:
        names = Names(read_yaml(HERE / f"values.{lang}.yaml"), rng)
        sampler = Sampler(skills, languages[lang], HERE / "phrases", names, units_of(settings.profile), rng)
        mixers[lang] = Mixer(sampler, HERE / "phrases", rng)
    return Shipped(skills, languages, mixers)
