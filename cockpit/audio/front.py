"""The acoustic front end of one microphone: its own voice out of it, an even level, perhaps less noise."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from cockpit.audio import own_voice
from cockpit.audio.deepfilter import DeepFilter
from cockpit.audio.playback import Playback
from cockpit.audio.ring import Ring
from cockpit.audio.webrtc import BLOCK, WebRtc
from cockpit.config import FrontSettings
from cockpit.errors import AudioError
from cockpit.types import SAMPLE_RATE_HZ, Pcm

KEPT_S = 20.0
"""Sound as it was heard that is kept to judge an utterance by; longer than an utterance with the silence after it."""
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
        self._delay = (BLOCK if self._webrtc else 0) + (DENOISER_DELAY if self._denoiser else 0)
        self._ready: Pcm = np.zeros(self._delay, np.float32)
        self._rest: Pcm = np.zeros(0, np.float32)
        self._heard = Ring(round(KEPT_S * SAMPLE_RATE_HZ))
        self._lags: deque[int] = deque(maxlen=WATCHED)

    def take(self, frame: Pcm, at_s: float | None = None) -> Pcm:
        """The next frame at 16 kHz, which ended at `at_s` on the playback's clock (now, where nothing tells)."""
        begin = self._follow(len(frame), at_s)
        self._heard.write(frame, begin)
        sound = np.concatenate((self._rest, frame))
        whole = len(sound) // BLOCK * BLOCK if self._webrtc else len(sound)
        clean = self._cancelled(sound[:whole], begin - len(self._rest))
        self._rest = sound[whole:]
        if self._denoiser is not None:
            clean = self._denoiser.process(clean)
        ready = np.concatenate((self._ready, clean))
        self._ready = ready[len(frame) :]
        return ready[: len(frame)]

    def own_voice(self, length_s: float, ago_s: float = 0.0) -> bool:
        """Whether all that was heard in `length_s` is what the loudspeaker played. `ago_s` is how long the last
        sample that was given out is after the end of it. Takes some 10 ms: not on the event loop."""
        samples = round(length_s * SAMPLE_RATE_HZ)
        begin = self._heard.end - self._delay - round(ago_s * SAMPLE_RATE_HZ) - samples
        before = round(own_voice.MAX_LAG_S * SAMPLE_RATE_HZ)
        played = self._playback.reference(begin - before, samples + before)
        return own_voice.own_voice(self._heard.read(begin, samples), played)

    def close(self) -> None:
        """Give memory back; nothing is taken after."""
        if self._denoiser is not None:
            self._denoiser.close()

    def _cancelled(self, sound: Pcm, begin: int) -> Pcm:
        if self._webrtc is None or not len(sound):
            return sound
        reference = self._playback.reference(begin, len(sound))
        blocks = (slice(at, at + BLOCK) for at in range(0, len(sound), BLOCK))
        return np.concatenate([self._webrtc.process(sound[block], reference[block]) for block in blocks])

    def _follow(self, samples: int, at_s: float | None) -> int:
        """Where the frame begins in what is played: after the last one, unless that is no longer in step."""
        begin = self._playback.position(at_s) - samples
        if not self._heard.end:
            return begin
        self._lags.append(begin - self._heard.end)
        slip = min(self._lags)
        ahead, behind = slip < -SLIP_S * SAMPLE_RATE_HZ, slip > SLIP_S * SAMPLE_RATE_HZ
        if not (ahead or (behind and len(self._lags) == WATCHED)):
            return self._heard.end
        self._lags.clear()
        self.slips += 1
        return self._heard.end + slip

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
