"""Noise under speech, and sentences of a pack to speak."""

from __future__ import annotations

import random

import numpy as np
import pytest

from cockpit.config import ROOT
from cockpit.nlu.tokens import tokenise
from cockpit.pack import packfile
from cockpit.pack.alignment import Aligner
from cockpit.types import SAMPLE_RATE_HZ
from hil import noise
from hil.speech.pack import sentence

RNG = np.random.default_rng(3)
SPEECH = [RNG.standard_normal(SAMPLE_RATE_HZ + n).astype(np.float32) for n in range(3)]


@pytest.mark.parametrize("snr_db", [-3.0, 0.0, 6.0, 24.0])
@pytest.mark.parametrize("kind", ["car", "babble"])
def test_noise_is_as_much_weaker_as_asked(kind: str, snr_db: float) -> None:
    speech = SPEECH[0]
    under = noise.car(len(speech), RNG) if kind == "car" else noise.babble(len(speech), SPEECH, RNG)
    added = noise.mixed(speech, under, snr_db) - speech
    ratio_db = 10 * np.log10(np.mean(np.square(speech)) / np.mean(np.square(added)))
    assert ratio_db == pytest.approx(snr_db, abs=0.05)


def test_silence_under_speech_changes_nothing() -> None:
    assert np.array_equal(noise.mixed(SPEECH[0], np.zeros_like(SPEECH[0]), 6.0), SPEECH[0])


def test_a_car_rumbles_more_than_it_hisses() -> None:
    power = np.abs(np.fft.rfft(noise.car(SAMPLE_RATE_HZ * 4, RNG))) ** 2
    hertz = np.fft.rfftfreq(SAMPLE_RATE_HZ * 4, 1 / SAMPLE_RATE_HZ)
    assert power[hertz < 200].sum() > 5 * power[hertz > 1000].sum()


@pytest.mark.parametrize("name", ["pizza.en.yaml", "tea.zh.yaml"])
def test_a_sentence_that_is_drawn_means_what_its_label_says(name: str) -> None:
    pack = packfile.load(ROOT / "docs" / "packs" / name)
    aligner, rng = Aligner(pack.graph, pack.lang), random.Random(4)
    for _ in range(30):
        intent, slots, words = sentence(pack.graph, rng)
        found = aligner.align(" ".join(words))
        assert found is not None
        assert found.cost == 0
        assert len(tokenise(" ".join(words))) == len(words)
        assert (found.intent, {k: v for k, v in found.slots.items() if k in slots}) == (intent, slots)
