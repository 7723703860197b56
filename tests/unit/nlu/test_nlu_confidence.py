"""How sure an act is that nothing but the network vouches for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.nlu.confidence import Evidence

WEIGHTS = (0.5, 1.0, 0.5, 0.3, 1.2, -0.6, 0.2)
chances = st.floats(0.0, 1.0)
evidences = st.builds(Evidence, chances, chances, chances, chances, chances, st.booleans())


def test_without_weights_all_must_hold() -> None:
    assert Evidence(0.9, 0.8, 0.5, 1.0).confidence(()) == pytest.approx(0.36)


@given(evidences)
def test_confidence_is_a_probability(evidence: Evidence) -> None:
    assert 0.0 < evidence.confidence(WEIGHTS) < 1.0


@given(evidences, chances, st.sampled_from(["meaning", "request", "bounds", "complete", "worded"]))
def test_more_evidence_never_makes_less_sure(evidence: Evidence, chance: float, name: str) -> None:
    other = replace(evidence, **{name: chance})
    surer, less = sorted((evidence, other), key=lambda one: getattr(one, name), reverse=True)
    assert surer.confidence(WEIGHTS) >= less.confidence(WEIGHTS)


@given(evidences)
def test_guessed_words_make_less_sure(evidence: Evidence) -> None:
    assert replace(evidence, mended=True).confidence(WEIGHTS) < replace(evidence, mended=False).confidence(WEIGHTS)
