"""What is wrong with a new skill, found before it is driven: `cockpit skills check`."""

from __future__ import annotations

from pathlib import Path

from cockpit.nlu.lint.deeds import deed_mistakes
from cockpit.nlu.lint.overlap import overlaps
from cockpit.nlu.lint.phrases import Compiled, compile_phrases
from cockpit.nlu.lint.replies import reply_mistakes
from cockpit.profile import VehicleProfile
from cockpit.skillfile import Mistake
from cockpit.skillset import Skill, SkillSet


def lint(skill: Skill, folder: Path, others: SkillSet, profile: VehicleProfile) -> tuple[Compiled, list[Mistake]]:
    """The compiled sentences of `skill` and all its mistakes, beside the skills `others` in the car `profile`.

    Sentences are compared with those of the others only when nothing else is wrong.
    """
    compiled, mistakes = compile_phrases(skill, folder, others)
    mistakes += deed_mistakes(skill, folder, others, profile, compiled)
    mistakes += reply_mistakes(skill, folder, others, compiled)
    if all(mistake.warning for mistake in mistakes):
        mistakes += overlaps(skill, folder, others, compiled)
    return compiled, list(dict.fromkeys(mistakes))


__all__ = ["Compiled", "lint"]
