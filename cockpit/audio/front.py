"""The acoustic front end of one microphone: its own voice out of it, an even level, perhaps less noise."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from cockpit.audio.deepfilter import DeepFilter
from cockpit.audio.playback import Playback
from cockpit.audio.webrtc import BLOCK, WebRtc
from cockpit.config import FrontSettings
from cockpit.errors import AudioError
from cockpit.types import SAMPLE_RATE_HZ, Pcm

SLIP_S = 0.05
"""The reference is sought anew when the microphone's clock has moved this far against it: frames were lost, or two
crystals have drifted apart. The canceller follows smaller shifts by itself."""
DENOISER_DELAY = 4 * BLOCK
"""DeepFilterNet's look-ahead, window and resampling: within 40 ms something comes out for everything put in."""
WATCHED = 100
"""Frames over which the least lag of the microphone is taken; a thread that was busy only makes it look longer."""

_Part = TypeVar("_Part", WebRtc, DeepFilter)


class FrontEnd:
    """Frames of a microphone in, as many samples out, 10 ms later (DeepFilterNet: 50 ms). Blocking, on one thread.

    `problem` says why less is done than the settings ask for: `audio-no-processing`, `audio-no-denoiser`.
    `slips` counts how often the reference had to be sought anew.
    """

    def __init__(self, settings: FrontSettings, playback: Playback) -> None:
        self._playback = playback
        self.problem: AudioError | None = None
        self.slips = 0
        self._webrtc = self._tried(lambda: _webrtc(settings))
        self._denoiser = self._tried(lambda: DeepFilter() if settings.suppression == "deepfilter" else None)
        delay = (BLOCK if self._webrtc else 0) + (DENOISER_DELAY if self._denoiser else 0)
        self._ready: Pcm = np.zeros(delay, np.float32)
        self._rest: Pcm = np.zeros(0, np.float32)
        self._at: int | None = None
        self._lags: deque[int] = deque(maxlen=WATCHED)

    def take(self, frame: Pcm, at_s: float | None = None) -> Pcm:
        """The next frame at 16 kHz, which ended at `at_s` on the playback's clock (now, where nothing tells)."""
        if self._webrtc is None and self._denoiser is None:
            return frame
        sound = np.concatenate((self._rest, frame))
        self._follow(len(frame), at_s)
        whole = len(sound) // BLOCK * BLOCK if self._webrtc else len(sound)
        self._rest = sound[whole:]
        clean = self._cancelled(sound[:whole])
        if self._denoiser is not None:
            clean = self._denoiser.process(clean)
        ready = np.concatenate((self._ready, clean))
        self._ready = ready[len(frame) :]
        return ready[: len(frame)]

    def close(self) -> None:
        """Give memory back; nothing is taken after."""
        if self._denoiser is not None:
            self._denoiser.close()

    def _cancelled(self, sound: Pcm) -> Pcm:
        if self._webrtc is None or self._at is None:
            return sound
        reference = self._playback.reference(self._at, len(sound))
        self._at += len(sound)
        blocks = [
            self._webrtc.process(sound[at : at + BLOCK], reference[at : at + BLOCK])
            for at in range(0, len(sound), BLOCK)
        ]
        return np.concatenate(blocks) if blocks else sound

    def _follow(self, samples: int, at_s: float | None) -> None:
        """Keep the place in what is played in step with the microphone."""
        begin = self._playback.position(at_s) - samples - len(self._rest)
        if self._at is None:
            self._at = begin
        self._lags.append(begin - self._at)
        slip = min(self._lags)
        if slip < -SLIP_S * SAMPLE_RATE_HZ or (
            slip > SLIP_S * SAMPLE_RATE_HZ and len(self._lags) == self._lags.maxlen
        ):
            self._at += slip
            self._lags.clear()
            self.slips += 1

    def _tried(self, make: Callable[[], _Part | None]) -> _Part | None:
        try:
            return make()
        except AudioError as error:
            self.problem = error
            return None


def _webrtc(settings: FrontSettings) -> WebRtc | None:
    noise = settings.suppression == "webrtc"
    if not (settings.echo or settings.gain or noise):
        return None
    return WebRtc(echo=settings.echo, gain=settings.gain, noise=noise, delay_ms=settings.delay_ms)
