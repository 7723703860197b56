from __future__ import annotations

import numpy as np
import pytest

from cockpit.tts.joining import resume_at, trimmed
from cockpit.tts.volume import amplified, speed_gain_db

RATE_HZ = 16_000


@pytest.mark.parametrize(
    ("speed_km_h", "gain_db"),
    [(None, 0.0), (0, 0.0), (50, 0.0), (90, 3.0), (130, 6.0), (250, 6.0), (-5, 0.0)],
)
def test_speech_gets_louder_with_speed(speed_km_h: float | None, gain_db: float) -> None:
    assert speed_gain_db(speed_km_h, 6.0) == pytest.approx(gain_db)


@pytest.mark.parametrize("gain_db", [-20.0, -6.0, 6.0, 12.0, 40.0])
def test_nothing_passes_full_scale_and_what_is_quiet_is_only_raised(gain_db: float) -> None:
    pcm = np.linspace(-1, 1, 2001, dtype=np.float32)
    out = amplified(pcm, gain_db)
    assert np.abs(out).max() <= 1.0
    assert out.dtype == np.float32
    assert (np.diff(out) >= 0).all()
    factor = 10 ** (gain_db / 20)
    quiet = np.abs(pcm) * factor < 0.79
    np.testing.assert_allclose(out[quiet], pcm[quiet] * factor, rtol=1e-5)


def test_no_gain_changes_nothing() -> None:
    pcm = np.array([0.9, -1.0], np.float32)
    assert amplified(pcm, 0.0) is pcm


def spoken(*spans: tuple[float, float]) -> np.ndarray:
    """Silence and sound by turns, as (seconds, amplitude)."""
    return np.concatenate([np.full(int(s * RATE_HZ), a, np.float32) for s, a in spans])


def test_edges_are_cut_to_what_is_wanted_and_do_not_click() -> None:
    pcm = trimmed(spoken((0.5, 0.0), (1.0, 0.5), (0.5, 0.0)), RATE_HZ, 0.02, 0.03)
    assert len(pcm) / RATE_HZ == pytest.approx(1.05, abs=0.002)
    tight = trimmed(spoken((1.0, 0.5)), RATE_HZ, 0.02, 0.03)
    assert (tight[0], tight[-1]) == (0.0, 0.0)
    assert np.abs(np.diff(tight)).max() < 0.01


def test_silence_is_cut_to_nothing() -> None:
    assert len(trimmed(spoken((0.5, 0.001)), RATE_HZ, 0.02, 0.02)) == 0


@pytest.mark.parametrize(
    ("heard_s", "on_s"), [(0.0, 0.0), (0.05, 0.0), (0.3, 0.0), (0.55, 0.0), (0.8, 0.595), (1.2, 1.095)]
)
def test_held_speech_goes_on_from_the_last_pause(heard_s: float, on_s: float) -> None:
    pcm = spoken((0.1, 0.0), (0.4, 0.5), (0.1, 0.0), (0.3, 0.5), (0.2, 0.0), (0.4, 0.5))
    assert resume_at(pcm, int(heard_s * RATE_HZ), RATE_HZ) / RATE_HZ == pytest.approx(on_s, abs=0.001)
