"""WebRTC's audio processing (echo canceller AEC3, gain control, noise suppression) as the livekit package carries it.

Measured: 0.07 s to load, four threads, 8 MB for the first microphone and 1 to 3 MB for each more, and for each 0.8 % of
a core.
"""

from __future__ import annotations

import ctypes
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from cockpit.errors import AudioError
from cockpit.types import SAMPLE_RATE_HZ, Pcm

BLOCK = SAMPLE_RATE_HZ // 100
"""Samples it takes at a time: 10 ms, fixed by the library."""
CANCELLER_DELAY = 128
"""Samples by which the echo canceller itself is late, measured."""


class WebRtc:
    """One microphone's processing; 10 ms at a time, and it remembers. Blocking.

    Raises `AudioError` (`audio-no-processing`) when the package is missing or its library cannot be loaded.
    """

    def __init__(self, *, echo: bool = False, gain: bool = False, noise: bool = False) -> None:
        try:
            self._rtc = _library()
            self._module = self._rtc.AudioProcessingModule(
                echo_cancellation=echo, auto_gain_control=gain, noise_suppression=noise, high_pass_filter=echo
            )
        except (ImportError, OSError, RuntimeError) as error:
            raise AudioError("no-processing", f"WebRTC's audio processing cannot be loaded: {error}") from error

    @classmethod
    def canceller(cls, delay_ms: int) -> WebRtc:
        """One that takes the echo out, which is first looked for after `delay_ms`."""
        made = cls(echo=True)
        made._module.set_stream_delay_ms(delay_ms)
        return made

    def process(self, near: Pcm, far: Pcm | None = None) -> Pcm:
        """`near` (a block); without the echo of `far` (what was played meanwhile or shortly before)."""
        if far is not None:
            self._module.process_reverse_stream(self._frame(far))
        frame = self._frame(near)
        self._module.process_stream(frame)
        return np.frombuffer(frame.data, np.int16).astype(np.float32) / np.float32(32768)

    def _frame(self, pcm: Pcm) -> Any:
        samples = (np.clip(pcm, -1.0, 32767 / 32768) * np.float32(32768)).astype(np.int16)
        return self._rtc.AudioFrame(bytearray(samples.tobytes()), SAMPLE_RATE_HZ, 1, BLOCK)


@cache
def _library() -> Any:
    """The package, whose library calls nothing of Python's.

    Its threads report events and logs, of which sound processing has none, to a callback in Python. One that runs while
    the interpreter shuts down aborts the process (seen with 1.2.1 in 1 of 15 runs), so a function of C that does
    nothing and needs no interpreter takes its place.
    """
    rtc = import_module("livekit.rtc")
    client: Any = import_module("livekit.rtc._ffi_client")
    client.ffi_event_callback = ctypes.cast(ctypes.pythonapi.Py_IsInitialized, client.ffi_cb_fnc)
    return rtc
