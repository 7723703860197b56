"""The scenarios that come along: in order, in both languages, over every skill and every kind of fault; and the mutants
they are to catch."""

from __future__ import annotations

from functools import cache

import pytest

from cockpit.config import ROOT
from cockpit.skillset import load_skills
from cockpit.types import LANGS
from hil.fault.kinds import kinds
from hil.mutants import Mutant, read_mutants
from hil.scenario.load import Loaded, load
from hil.scenario.schema import Inject

MUTANTS = read_mutants()


@cache
def shipped() -> tuple[Loaded, ...]:
    return tuple(load([ROOT / "hil" / "scenarios"]))


def names() -> set[str]:
    """Ids without their language."""
    return {one.scenario.id.rpartition(".")[0] for one in shipped()}


def test_there_are_enough_in_both_languages() -> None:
    assert len(names()) >= 60
    assert {one.scenario.id for one in shipped()} == {f"{name}.{lang}" for name in names() for lang in LANGS}


def test_every_kind_of_fault_is_there() -> None:
    injected = {step.fault for one in shipped() for step in one.scenario.timeline if isinstance(step, Inject)}
    assert injected == set(kinds())


def test_every_skill_is_there() -> None:
    tags = {tag for one in shipped() for tag in one.scenario.tags}
    assert set(load_skills(ROOT / "skills").skills) - tags == set()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_a_mutant_fits_the_source_and_its_scenarios_are_there(mutant: Mutant) -> None:
    source = (ROOT / mutant.file).read_text("utf-8")
    assert source.count(mutant.find) == 1
    compile(source.replace(mutant.find, mutant.replace), mutant.file, "exec")
    assert set(mutant.caught_by) <= names()


def test_what_keeps_the_car_safe_is_broken_at_least_once() -> None:
    assert {"gate", "expiry", "freshness", "confirmation", "results"} <= {mutant.breaks for mutant in MUTANTS}
