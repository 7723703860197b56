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
from cockpit.audio.webrtc import BLOCK, CANCELLER_DELAY, WebRtc
from cockpit.config import FrontSettings
from cockpit.errors import AudioError
from cockpit.types import SAMPLE_RATE_HZ, Pcm

KEPT_S = 20.0
"""Sound as it was heard that is kept to judge an utterance by; longer than an utterance with the silence after it."""
HOLD_S = 1.0
"""So long after the last sound that was played its echo may still come."""
SLIP_S = 0.05
"""The reference is sought anew when the microphone's clock has moved this far against it: frames were lost, or two
crystals have drifted apart. The canceller follows smaller shifts by itself."""
DENOISER_DELAY = 7 * BLOCK
"""After which DeepFilterNet's blocks and the resampling around it give out as much as was put in. Its look-ahead makes
the sound itself 30 ms later still."""
WATCHED = 100
"""Frames over which the least lag of the microphone is taken; a thread that was busy only makes it look longer."""

_Part = TypeVar("_Part", WebRtc, DeepFilter)


class FrontEnd:
    """Frames of a microphone in, as many samples out. Blocking, on one thread.

    They come 10 ms later, and the echo canceller adds 8 ms, DeepFilterNet 100. While nothing is played the sound is
    passed on as it is: the canceller's high-pass cost Whisper a third more word errors in a car (docs/decisions/0013).

    `problem` says why less is done than the settings ask for: `audio-no-processing`, `audio-no-denoiser`.
    `slips` counts how often the reference had to be sought anew.
    """

    def __init__(self, settings: FrontSettings, playback: Playback) -> None:
        self._playback = playback
        self.problem: AudioError | None = None
        self.slips = 0
        self._canceller = self._tried(lambda: WebRtc.canceller(settings.delay_ms) if settings.echo else None)
        self._leveller = self._tried(lambda: _leveller(settings))
        self._denoiser = self._tried(lambda: DeepFilter() if settings.suppression == "deepfilter" else None)
        self._block = BLOCK if self._canceller or self._leveller else 1
        ahead = self._block // BLOCK * BLOCK + (DENOISER_DELAY if self._denoiser else 0)
        self._late = ahead + (CANCELLER_DELAY if self._canceller else 0)
        self._ready: Pcm = np.zeros(ahead, np.float32)
        self._before: Pcm = np.zeros(CANCELLER_DELAY, np.float32)
        self._silent = round(HOLD_S * SAMPLE_RATE_HZ)
        self._rest: Pcm = np.zeros(0, np.float32)
        self._heard = Ring(round(KEPT_S * SAMPLE_RATE_HZ))
        self._lags: deque[int] = deque(maxlen=WATCHED)

    def take(self, frame: Pcm, at_s: float | None = None) -> Pcm:
        """The next frame at 16 kHz, which ended at `at_s` on the playback's clock (now, where nothing tells)."""
        begin = self._follow(len(frame), at_s)
        self._heard.write(frame, begin)
        sound = np.concatenate((self._rest, frame))
        whole = len(sound) // self._block * self._block
        clean = self._cancelled(sound[:whole], begin - len(self._rest))
        self._rest = sound[whole:]
        if self._leveller is not None:
            clean = _in_blocks(self._leveller.process, clean)
        if self._denoiser is not None:
            clean = self._denoiser.process(clean)
        ready = np.concatenate((self._ready, clean))
        self._ready = ready[len(frame) :]
        return ready[: len(frame)]

    def own_voice(self, length_s: float, ago_s: float = 0.0) -> bool:
        """Whether all that was heard in `length_s` is what the loudspeaker played. `ago_s` is how long the last
        sample that was given out is after the end of it. Takes some 10 ms: not on the event loop."""
        samples = round(length_s * SAMPLE_RATE_HZ)
        begin = self._heard.end - self._late - round(ago_s * SAMPLE_RATE_HZ) - samples
        before = round(own_voice.MAX_LAG_S * SAMPLE_RATE_HZ)
        played = self._playback.reference(begin - before, samples + before)
        return own_voice.own_voice(self._heard.read(begin, samples), played)

    def close(self) -> None:
        """Give memory back; nothing is taken after."""
        if self._denoiser is not None:
            self._denoiser.close()

    def _cancelled(self, sound: Pcm, begin: int) -> Pcm:
        """Without the echo; as it is, and as late, while there is none. The canceller goes on learning meanwhile."""
        if self._canceller is None:
            return sound
        reference = self._playback.reference(begin, len(sound))
        clean = _in_blocks(self._canceller.process, sound, reference)
        late = np.concatenate((self._before, sound))
        self._before = late[len(sound) :]
        self._silent = 0 if reference.any() else self._silent + len(sound)
        return clean if self._silent < HOLD_S * SAMPLE_RATE_HZ else late[: len(sound)]

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


def _leveller(settings: FrontSettings) -> WebRtc | None:
    noise = settings.suppression == "webrtc"
    return WebRtc(gain=settings.gain, noise=noise) if settings.gain or noise else None


def _in_blocks(process: Callable[..., Pcm], *sounds: Pcm) -> Pcm:
    """Whole blocks, one after the other."""
    starts = range(0, len(sounds[0]), BLOCK)
    blocks = [process(*(sound[at : at + BLOCK] for sound in sounds)) for at in starts]
    return np.concatenate(blocks) if blocks else sounds[0]
