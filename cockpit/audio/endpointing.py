"""Where an utterance begins, pauses and ends: a state machine on speech probabilities, without I/O or clocks."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cockpit.audio.vad import CHUNK_MS, CHUNK_SAMPLES, VoiceActivity
from cockpit.config import AudioSettings
from cockpit.types import SAMPLE_RATE_HZ, Pcm

TAIL_MS = 192
"""Sound kept after the last speech, so that soft word ends stay; the rest of the silence is only waited for."""
ONSET_MS = 64
"""Speech after which whoever is speaking should fall silent: two chunks, of which one alone is often a click."""
HYSTERESIS = 0.15
"""Speech goes on until the probability is this much under the threshold at which it begins."""


@dataclass(frozen=True, slots=True)
class SpeechOnset:
    """Somebody seems to begin to speak. `SpeechStart` or `FalseStart` follows."""


@dataclass(frozen=True, slots=True)
class FalseStart:
    """What seemed to be speech was none."""


@dataclass(frozen=True, slots=True)
class SpeechStart:
    """Somebody has been speaking for `min_speech_ms`."""


@dataclass(frozen=True, slots=True)
class SpeechSoFar:
    """The utterance under way from its pre-roll until now; `paused` where it may be over, `own_voice` where it is only
    what the assistant itself says."""

    pcm: Pcm
    paused: bool
    own_voice: bool = False


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """The pause was none: there is more than the last `SpeechSoFar` holds."""


@dataclass(frozen=True, slots=True)
class SpeechEnd:
    """An utterance from its pre-roll to at most `TAIL_MS` after its last speech.

    `silence_s` is how long ago that was, and `surplus` how many samples have come since the last one that is kept;
    `cut` tells that it ended only because it was too long, `own_voice` that it is only what the assistant itself says.
    """

    pcm: Pcm
    silence_s: float
    surplus: int = 0
    cut: bool = False
    own_voice: bool = False


EndpointEvent = SpeechOnset | FalseStart | SpeechStart | SpeechSoFar | SpeechResumed | SpeechEnd


class Endpointer:
    """Fed chunk by chunk. Quiet, then perhaps speech, then speech with pauses in it, then quiet again.

    Speech begins once `min_speech_ms` of chunks reached the threshold with none under the lower one between. After
    `pause_ms` in which none reached the lower one it may be over, and after `patience_ms` it is, or at
    `max_utterance_s`.
    """

    def __init__(self, settings: AudioSettings) -> None:
        self._enter = settings.speech_threshold
        self._leave = max(settings.speech_threshold - HYSTERESIS, 0.01)
        self._min_speech = _chunks(settings.min_speech_ms)
        self._onset = min(_chunks(ONSET_MS), self._min_speech - 1)
        self._usual_ms = settings.end_silence_ms
        self._pause = _chunks(settings.pause_ms)
        self._partial = _chunks(settings.partial_ms)
        self._max = _chunks(settings.max_utterance_s * 1000)
        self._before: deque[Pcm] = deque(maxlen=_chunks(settings.pre_roll_ms))
        self._heard: list[Pcm] = []
        self._told = 0
        self._speech = 0
        self._silence = 0
        self._started = False
        self.patience_ms = self._usual_ms
        """How long a silence must last to end this utterance. Whoever knows better sets it in a pause; when speech
        goes on it is `end_silence_ms` again."""

    def feed(self, chunk: Pcm, probability: float) -> EndpointEvent | None:
        """Take the next `CHUNK_SAMPLES` samples with their probability of speech."""
        if self._started:
            return self._listen(chunk, probability)
        if not self._heard and probability < self._enter:
            self._before.append(chunk)
            return None
        return self._consider(chunk, probability)

    def finish(self) -> SpeechEnd | None:
        """The sound is over; the utterance that was under way, if there was one."""
        return self._end(cut=False) if self._started else None

    def start_over(self, keep: int) -> None:
        """What was heard, all but the last `keep` samples, is no part of what is being said."""
        whole = -(-keep // CHUNK_SAMPLES)
        heard = [*self._before, *self._heard]
        self._before.clear()
        self._reset(())
        self._heard = heard[len(heard) - whole :]

    def _consider(self, chunk: Pcm, probability: float) -> EndpointEvent | None:
        if not self._heard:
            self._heard = list(self._before)
            self._before.clear()
        self._heard.append(chunk)
        if probability < self._leave or len(self._heard) >= self._max:
            begun = self._speech >= self._onset > 0
            self._reset(self._heard)
            return FalseStart() if begun else None
        self._speech += probability >= self._enter
        if self._speech >= self._min_speech:
            self._started, self._told = True, len(self._heard)
            return SpeechStart()
        return SpeechOnset() if self._speech == self._onset and probability >= self._enter else None

    def _listen(self, chunk: Pcm, probability: float) -> EndpointEvent | None:
        self._heard.append(chunk)
        if probability >= self._leave:
            resumed, self._silence = self._silence >= self._pause, 0
            if len(self._heard) >= self._max:
                return self._end(cut=True)
            if resumed:
                self.patience_ms = self._usual_ms
                return SpeechResumed()
            return self._so_far(paused=False) if len(self._heard) - self._told >= self._partial else None
        self._silence += 1
        if self._silence >= max(_chunks(self.patience_ms), self._pause + 1):
            return self._end(cut=False)
        if len(self._heard) >= self._max:
            return self._end(cut=True)
        return self._so_far(paused=True) if self._silence == self._pause else None

    def _so_far(self, *, paused: bool) -> SpeechSoFar:
        self._told = len(self._heard)
        return SpeechSoFar(np.concatenate(self._heard), paused)

    def _end(self, *, cut: bool) -> SpeechEnd:
        surplus = max(self._silence - _chunks(TAIL_MS), 0)
        kept, rest = self._heard[: len(self._heard) - surplus], self._heard[len(self._heard) - surplus :]
        silence_s = self._silence * CHUNK_MS / 1000
        self._reset(rest)
        return SpeechEnd(np.concatenate(kept), silence_s, surplus * CHUNK_SAMPLES, cut)

    def _reset(self, before: Iterable[Pcm]) -> None:
        """Quiet, with `before` as what may turn out to be the pre-roll of the next utterance."""
        self._before.extend(before)
        self._heard = []
        self._speech = self._silence = 0
        self._started = False
        self.patience_ms = self._usual_ms


def trim(pcm: Pcm, vad: VoiceActivity, settings: AudioSettings) -> Pcm | None:
    """A whole utterance without the silence around its speech, or None where nobody speaks. Blocking.

    Runs the VAD over the beginning until speech starts, then over the end backwards in blocks of a second until
    one holds speech. The middle needs no looking at, and a pass over all of it would take about 6 % of its length.
    """
    begin = _speech_begin(pcm, vad, settings)
    if begin is None:
        return None
    first = max(begin - settings.pre_roll_ms * SAMPLE_RATE_HZ // 1000, 0)
    last = min(_speech_end(pcm, begin, vad, settings) + TAIL_MS * SAMPLE_RATE_HZ // 1000, len(pcm))
    return pcm[first:last]


def _speech_begin(pcm: Pcm, vad: VoiceActivity, settings: AudioSettings) -> int | None:
    """Sample at which the first run of `min_speech_ms` of speech begins."""
    needed, run, begin = _chunks(settings.min_speech_ms), 0, 0
    vad.reset()
    for at in range(0, len(pcm), CHUNK_SAMPLES):
        probability = vad.probability(_chunk(pcm, at))
        if probability >= settings.speech_threshold:
            begin = begin if run else at
            run += 1
            if run >= needed:
                return begin
        elif probability < settings.speech_threshold - HYSTERESIS:
            run = 0
    return None


def _speech_end(pcm: Pcm, begin: int, vad: VoiceActivity, settings: AudioSettings) -> int:
    """Sample after the last chunk with speech."""
    block = SAMPLE_RATE_HZ // CHUNK_SAMPLES * CHUNK_SAMPLES
    for start in range(begin + (len(pcm) - begin) // block * block, begin - 1, -block):
        vad.reset()
        end = 0
        for at in range(start, min(start + block, len(pcm)), CHUNK_SAMPLES):
            if vad.probability(_chunk(pcm, at)) >= settings.speech_threshold - HYSTERESIS:
                end = at + CHUNK_SAMPLES
        if end:
            return end
    return begin + CHUNK_SAMPLES


def _chunk(pcm: Pcm, at: int) -> Pcm:
    chunk = pcm[at : at + CHUNK_SAMPLES]
    return np.pad(chunk, (0, CHUNK_SAMPLES - len(chunk)))


def _chunks(duration_ms: float) -> int:
    return round(duration_ms / CHUNK_MS)
