from __future__ import annotations

import numpy as np
import pytest

from hil import room

RNG = np.random.default_rng(2)


def test_a_room_delays_and_keeps_the_energy() -> None:
    impulse = room.response(0.05, RNG)
    assert int(np.argmax(np.abs(impulse))) == 800
    assert not impulse[:800].any()
    assert float(np.square(impulse).sum()) == pytest.approx(1.0, abs=1e-3)
    sound = np.zeros(4_000, np.float32)
    sound[100] = 1.0
    assert room.heard(sound, impulse)[900] == pytest.approx(impulse[800], abs=1e-6)


def test_a_level_is_that_of_the_speech_and_not_of_the_pauses() -> None:
    sound = np.concatenate((np.zeros(16_000), RNG.standard_normal(8_000), np.zeros(16_000))).astype(np.float32)
    made = room.at_level(sound, -25.0)
    assert 10 * np.log10(np.square(made[16_000:24_000]).mean()) == pytest.approx(-25.0, abs=0.2)


def test_a_loudspeaker_is_faithful_when_soft_and_not_when_loud() -> None:
    tone = np.sin(np.arange(1_000) / 10).astype(np.float32)
    assert np.abs(room.loudspeaker(0.01 * tone) - 0.01 * tone).max() < 1e-5
    assert np.abs(room.loudspeaker(tone, 3.0)).max() < 0.4
