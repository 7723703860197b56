from __future__ import annotations

import numpy as np
import pytest

from cockpit.audio.health import ChannelHealth, State, channel_problem
from cockpit.types import Pcm

RNG = np.random.default_rng(3)


def cabin(seconds: float, level: float = 0.003) -> Pcm:
    return (level * RNG.standard_normal(round(seconds * 16_000))).astype(np.float32)


def fed(health: ChannelHealth, sound: Pcm) -> list[State]:
    """The changes told; frames of 32 ms."""
    changes = (health.take(sound[at : at + 512]) for at in range(0, len(sound), 512))
    return [change for change in changes if change]


def test_a_living_channel_tells_nothing() -> None:
    health = ChannelHealth()
    assert fed(health, cabin(12)) == []
    assert channel_problem(health.state, "driver") is None


@pytest.mark.parametrize("level", [0.0, 0.25])
def test_silence_or_a_constant_is_dead_after_5_s_and_told_once(level: float) -> None:
    health = ChannelHealth()
    assert fed(health, np.full(4 * 16_000, level, np.float32)) == []
    assert fed(health, np.full(20 * 16_000, level, np.float32)) == ["dead"]
    problem = channel_problem(health.state, "rear_left")
    assert problem is not None
    assert problem.code == "audio-dead-channel"
    assert "rear_left" in problem.message
    assert fed(health, cabin(8)) == ["ok"]
    assert channel_problem(health.state, "rear_left") is None


def test_too_loud_is_told_once_and_over_when_it_is_turned_down() -> None:
    health = ChannelHealth()
    loud = np.clip(cabin(8, 0.8), -1, 1)
    assert fed(health, loud) == ["clipped"]
    problem = channel_problem(health.state, "driver")
    assert problem is not None
    assert problem.code == "audio-clipped"
    assert fed(health, cabin(8)) == ["ok"]


def test_one_shout_is_not_a_clipped_channel() -> None:
    health, sound = ChannelHealth(), cabin(10)
    sound[40_000:40_030] = 1.0
    sound[60_000::4_000] = 1.0
    assert fed(health, sound) == []


def test_a_channel_that_hears_next_to_nothing_is_quiet() -> None:
    assert fed(ChannelHealth(), cabin(12, 1.5e-4)) == ["quiet"]
