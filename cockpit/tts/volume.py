"""How loud speech is: louder at speed, and never beyond full scale."""

from __future__ import annotations

import numpy as np

from cockpit.types import Pcm

QUIET_UNTIL_KM_H, LOUDEST_FROM_KM_H = 50.0, 130.0
"""Rolling noise begins to rise over the engine's at about town speed and is some 10 dB up at motorway speed; speech is
raised by at most `speech.speed_gain_db` in between, in a straight line."""
KNEE = 0.8
"""Amplitude from which the limiter bends what is louder."""


def speed_gain_db(speed_km_h: float | None, most_db: float) -> float:
    """Decibels to raise speech by at a speed; none where the speed is not known."""
    if speed_km_h is None:
        return 0.0
    share = (speed_km_h - QUIET_UNTIL_KM_H) / (LOUDEST_FROM_KM_H - QUIET_UNTIL_KM_H)
    return most_db * min(1.0, max(0.0, share))


def amplified(pcm: Pcm, gain_db: float) -> Pcm:
    """`pcm` raised by `gain_db`, its peaks bent smoothly so that none passes full scale; unchanged at 0 dB."""
    if gain_db == 0.0:
        return pcm
    louder = pcm * np.float32(10 ** (gain_db / 20))
    over = np.abs(louder) - np.float32(KNEE)
    bent = KNEE + (1 - KNEE) * np.tanh(np.maximum(over, 0) / np.float32(1 - KNEE))
    return np.where(over > 0, np.sign(louder) * bent, louder).astype(np.float32)
