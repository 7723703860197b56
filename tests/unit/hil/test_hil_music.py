"""Music, cabins and pitches that are made, not recorded."""

from __future__ import annotations

import numpy as np
import pytest

from cockpit.types import SAMPLE_RATE_HZ
from hil import cabin, noise
from hil.music import PEAK, music

SECONDS = 4
SAMPLES = SECONDS * SAMPLE_RATE_HZ


def power(sound: np.ndarray, low_hz: float, high_hz: float) -> float:
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE_HZ)
    return float(spectrum[(hertz >= low_hz) & (hertz < high_hz)].sum())


def test_the_same_seed_plays_the_same_piece() -> None:
    one, same, other = (music(SAMPLES, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one.shape == (SAMPLES,)
    assert np.array_equal(one, same)
    assert not np.allclose(one, other)
    assert np.abs(one).max() == pytest.approx(PEAK)


def test_music_has_bass_voice_and_treble_and_never_stops() -> None:
    made = music(60 * SAMPLE_RATE_HZ, np.random.default_rng(3))
    parts = [power(made, *band) for band in ((40, 200), (200, 1000), (1000, 4000))]
    assert min(parts) > sum(parts) / 1000
    seconds = np.square(made[: len(made) // SAMPLE_RATE_HZ * SAMPLE_RATE_HZ]).reshape(-1, SAMPLE_RATE_HZ).mean(axis=1)
    assert seconds.min() > seconds.mean() / 100


def test_wind_takes_over_with_speed() -> None:
    slow, fast = (noise.car(SAMPLES, np.random.default_rng(1), speed) for speed in (50, 130))
    hiss_slow, hiss_fast = power(slow, 2000, 8000), power(fast, 2000, 8000)
    assert hiss_fast / power(fast, 0, 200) > 2 * hiss_slow / power(slow, 0, 200)


def test_an_engine_that_idles_sings_at_its_ignitions() -> None:
    idle = noise.car(SAMPLES, np.random.default_rng(1), speed_kmh=0)
    ignitions_hz = noise.IDLE_RPM / 60 * noise.IGNITIONS
    assert power(idle, 0.97 * ignitions_hz, 1.03 * ignitions_hz) > power(idle, 0, 8000) / 2


def test_a_cabin_blurs_and_keeps_length_and_level() -> None:
    rng = np.random.default_rng(1)
    click = np.zeros(SAMPLES, np.float32)
    click[1000] = 1.0
    heard = cabin.heard_in(click, cabin.response(0.1, rng))
    assert len(heard) == SAMPLES
    assert np.mean(np.square(heard)) == pytest.approx(np.mean(np.square(click)), rel=1e-3)
    later = np.sum(np.square(heard[1001:]))
    ratio_db = 10 * np.log10(heard[1000] ** 2 / later)
    assert ratio_db == pytest.approx(cabin.DIRECT_DB, abs=0.1)
    assert np.sum(np.square(heard[1000 + int(0.1 * SAMPLE_RATE_HZ) :])) == pytest.approx(0.0, abs=1e-9)


def test_a_higher_voice_is_higher_and_faster() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(SAMPLES) / SAMPLE_RATE_HZ).astype(np.float32)
    higher = cabin.pitched(tone, 1.1)
    assert len(higher) == pytest.approx(SAMPLES / 1.1, abs=2)
    assert power(higher, 474, 494) > 0.99 * power(higher, 0, 8000)
