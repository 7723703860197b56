"""Where pieces of speech begin, end and join: silence at the edges, fades, and places to go on from."""

from __future__ import annotations

import numpy as np

from cockpit.types import Pcm

SILENCE = 0.01
"""Amplitude under which a sample counts as silence."""
FADE_S = 0.005
"""A cut edge is faded over this long, so that it does not click."""
PAUSE_S = 0.06
"""Silence this long lies between words: speech that was held goes on from there."""


def trimmed(pcm: Pcm, rate_hz: int, lead_s: float, tail_s: float) -> Pcm:
    """`pcm` with at most `lead_s` of silence before its first sound and `tail_s` after its last, edges faded; empty
    where all is silence."""
    loud = np.flatnonzero(np.abs(pcm) > SILENCE)
    if not loud.size:
        return pcm[:0]
    begin = max(0, loud[0] - int(lead_s * rate_hz))
    end = min(len(pcm), loud[-1] + 1 + int(tail_s * rate_hz))
    return _faded(pcm[begin:end], rate_hz)


def _faded(pcm: Pcm, rate_hz: int) -> Pcm:
    length = min(int(FADE_S * rate_hz), len(pcm) // 2)
    ramp = np.linspace(0.0, 1.0, length, dtype=np.float32)
    faded = pcm.copy()
    faded[:length] *= ramp
    faded[len(faded) - length :] *= ramp[::-1]
    return faded


def resume_at(pcm: Pcm, heard: int, rate_hz: int) -> int:
    """The sample to go on from when speech was cut after `heard` samples: the end of the last pause before it, so that
    no word begins in its middle; the beginning where there was no pause."""
    loud = np.flatnonzero(np.abs(pcm[:heard]) > SILENCE)
    if not loud.size:
        return 0
    pauses = np.flatnonzero(np.diff(loud) >= int(PAUSE_S * rate_hz))
    return int(loud[pauses[-1] + 1]) - int(FADE_S * rate_hz) if pauses.size else 0
