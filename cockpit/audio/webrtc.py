"""WebRTC's audio processing (echo canceller AEC3, gain control, noise suppression) as the livekit package carries it.

Measured: 0.08 s to import, 25 MB of memory and four threads, 0.07 ms for 10 ms of sound.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from cockpit.errors import AudioError
from cockpit.types import SAMPLE_RATE_HZ, Pcm

BLOCK = SAMPLE_RATE_HZ // 100
"""Samples it takes at a time: 10 ms, fixed by the library."""


class WebRtc:
    """One microphone's processing; 10 ms at a time, and it remembers. Blocking.

    Raises `AudioError` (`audio-no-processing`) when the package is missing or its library cannot be loaded.
    """

    def __init__(self, *, echo: bool, gain: bool, noise: bool, delay_ms: int) -> None:
        try:
            self._rtc: Any = import_module("livekit.rtc")
            self._module = self._rtc.AudioProcessingModule(
                echo_cancellation=echo, auto_gain_control=gain, noise_suppression=noise, high_pass_filter=echo
            )
            if echo:
                self._module.set_stream_delay_ms(delay_ms)
        except (ImportError, OSError, RuntimeError) as error:
            raise AudioError("no-processing", f"WebRTC's audio processing cannot be loaded: {error}") from error
        self._echo = echo

    def process(self, near: Pcm, far: Pcm) -> Pcm:
        """`near` (a block) without the echo of `far` (what was played meanwhile or shortly before)."""
        if self._echo:
            self._module.process_reverse_stream(self._frame(far))
        frame = self._frame(near)
        self._module.process_stream(frame)
        return np.frombuffer(frame.data, np.int16).astype(np.float32) / np.float32(32768)

    def _frame(self, pcm: Pcm) -> Any:
        samples = (np.clip(pcm, -1.0, 32767 / 32768) * np.float32(32768)).astype(np.int16)
        return self._rtc.AudioFrame(bytearray(samples.tobytes()), SAMPLE_RATE_HZ, 1, BLOCK)
