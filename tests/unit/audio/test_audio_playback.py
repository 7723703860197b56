from __future__ import annotations

import numpy as np
import pytest

from cockpit.audio.playback import AHEAD_S, Playback
from cockpit.audio.ring import Ring
from cockpit.types import Pcm


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def playback(clock: Clock) -> Playback:
    return Playback(clock)


def block(level: float, samples: int = 640) -> Pcm:
    return np.full(samples, level, np.float32)


def test_a_ring_forgets_the_oldest_and_fills_gaps_with_silence() -> None:
    ring = Ring(10)
    ring.write(np.arange(1, 9, dtype=np.float32), 0)
    ring.write(np.array([20, 21], np.float32), 10)
    assert ring.read(0, 14).tolist() == [0, 0, 3, 4, 5, 6, 7, 8, 0, 0, 20, 21, 0, 0]
    ring.cut(6)
    assert ring.read(2, 6).tolist() == [3, 4, 5, 6, 0, 0]
    ring.write(np.arange(100, 130, dtype=np.float32), 6)
    assert ring.read(25, 20).tolist() == [0, *range(120, 130), *[0] * 9]


def test_blocks_written_ahead_follow_each_other(playback: Playback, clock: Clock) -> None:
    for level in (0.1, 0.2, 0.3):
        playback.played(block(level), 16_000)
        clock.now_s += 0.01
    assert playback.reference(0, 1920)[[0, 639, 640, 1280, 1919]] == pytest.approx([0.1, 0.1, 0.2, 0.3, 0.3])


def test_a_block_that_is_a_little_late_leaves_no_gap_but_a_pause_does(playback: Playback, clock: Clock) -> None:
    playback.played(block(0.1), 16_000)
    clock.now_s += 0.06
    playback.played(block(0.2), 16_000)
    assert playback.reference(640, 1)[0] == pytest.approx(0.2)
    clock.now_s += 1.0
    playback.played(block(0.3), 16_000)
    at = playback.position()
    assert playback.reference(at - 1, 2) == pytest.approx([0.0, 0.3])


def test_other_rates_are_resampled(playback: Playback) -> None:
    tone = np.sin(2 * np.pi * 500 * np.arange(22_050) / 22_050).astype(np.float32)
    for at in range(0, len(tone), 882):
        playback.played(tone[at : at + 882], 22_050)
    heard = playback.reference(2000, 12_000)
    assert np.abs(heard).max() == pytest.approx(1.0, abs=0.02)
    assert np.count_nonzero(np.diff(np.signbit(heard))) == pytest.approx(750, abs=2)


def test_what_was_cut_off_was_not_played(playback: Playback, clock: Clock) -> None:
    playback.played(block(0.5, 32_000), 16_000)
    clock.now_s += 0.5
    playback.cut()
    assert playback.reference(7999, 2) == pytest.approx([0.5, 0.0])
    assert not playback.active()
    assert playback.active(within_s=0.2)
    clock.now_s += 0.3
    assert not playback.active(within_s=0.2)


def test_nothing_was_ever_active(playback: Playback) -> None:
    assert not playback.active(within_s=1.0)
    assert not playback.reference(-100, 200).any()


def test_sound_far_ahead_of_its_time_is_dropped_and_counted(playback: Playback) -> None:
    for _ in range(3):
        playback.played(block(0.5, round(AHEAD_S * 8_000)), 16_000)
    assert playback.dropped == AHEAD_S * 8_000
    assert playback.active()
