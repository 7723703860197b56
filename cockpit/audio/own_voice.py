"""Is this only what the loudspeaker played? The second line behind the echo canceller, and the only one without it.

What the microphone heard, as it was before the canceller, is compared over time and bands with what was played: an
echo rises and falls with it, and nothing in it is much stronger than the rest of the echo would have it. What is
stronger is somebody else. Figures and trials: docs/decisions/0013, `python -m hil.speech.echo`.
"""

from __future__ import annotations

from cockpit.audio.bands import HOP, alike, bands, foreign_s, lingering
from cockpit.types import SAMPLE_RATE_HZ, Pcm

MAX_LAG_S = 0.6
"""An echo is sought this long after its sound."""
ALIKE = 0.6
"""Correlation of the levels from which there is an echo at all. Measured: echoes from 0.95 in a quiet car."""
FOREIGN_S = 0.06
"""Sound that the echo does not account for, from which somebody else speaks. Measured: all of 27 echoes were told; 2 of
239 people over one were taken for it, both 10 dB weaker."""

_TIMES = 12.0
"""A loudspeaker that distorts, and a room, make an echo up to 11 dB stronger here and there than mostly."""
_LAGS = round(MAX_LAG_S * SAMPLE_RATE_HZ) // HOP
_SHORTEST = 10


def own_voice(heard: Pcm, played: Pcm) -> bool:
    """Whether `heard` holds the echo of `played` and nothing else.

    `played` begins `MAX_LAG_S` before `heard` and ends with it, both at 16 kHz.
    """
    if not played.any():
        return False
    near, far = bands(heard), lingering(bands(played))
    frames = min(len(near), len(far) - _LAGS)
    if frames < _SHORTEST:
        return False
    near = near[:frames]
    shifted = [far[_LAGS - lag : _LAGS - lag + frames] for lag in range(_LAGS + 1)]
    fit, lag = max((alike(near, part), lag) for lag, part in enumerate(shifted))
    return fit >= ALIKE and foreign_s(near, [shifted[lag]], _TIMES) < FOREIGN_S
