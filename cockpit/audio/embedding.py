"""Sound to speech embeddings: Google's speech_embedding in plain onnxruntime, in the two graphs of openWakeWord.

A mel spectrogram (32 bands, a frame each 10 ms) and a convolution over 76 of its frames that gives 96 numbers, wanted
here each 80 ms (Lin et al., Training Keyword Spotters with Limited and Synthesized Speech Data, arXiv 2002.01322).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from cockpit.errors import ModelError
from cockpit.types import Pcm

CHUNK = 1280
"""Samples from one embedding to the next: 80 ms."""
SIZE = 96
_MEL, _EMBEDDING = "melspectrogram.onnx", "embedding_model.onnx"
_BEFORE = 480
"""Samples that the first frames of a chunk begin before it."""
_BANDS, _FRAMES, _NEW = 32, 76, 8
"""Of the spectrogram: bands, what an embedding sees of it, and what a chunk adds to it."""
_FLOOR = 1.0
"""Digital silence becomes 10 dB below a step of 16 bits; the graph's -100 dB is heard in no recording."""

Array = NDArray[np.float32]


class SpeechEmbedding:
    """The embeddings of one stream, in order. Blocking: 1 ms a chunk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mel: Any = None
        self._embedding: Any = None
        self.silence: Array = np.zeros(SIZE, np.float32)
        """The embedding of silence, known once loaded."""
        self.reset()

    def load(self) -> None:
        """Read both graphs; idempotent. Raises `ModelError` (`model-missing`, `model-corrupt`)."""
        if self._embedding is None:
            self._mel, self._embedding = session(self._folder / _MEL), session(self._folder / _EMBEDDING)
            self.silence = self.embed(self._frames[np.newaxis])[0]

    def reset(self) -> None:
        """Forget what came before: silence did."""
        self._rest: Pcm = np.zeros(_BEFORE, np.float32)
        self._frames: Array = np.full((_FRAMES, _BANDS), _FLOOR, np.float32)

    def take(self, frame: Pcm) -> Iterator[Array]:
        """An embedding (`SIZE`) for each `CHUNK` that is whole with `frame`, of any length."""
        for spectrum in self.spectra(frame):
            yield self.embed(spectrum[np.newaxis])[0]

    def spectra(self, frame: Pcm) -> Iterator[Array]:
        """As `take`, what the embedding is made of: (76, 32)."""
        self._rest = np.concatenate((self._rest, frame))
        while len(self._rest) >= _BEFORE + CHUNK:
            sound = self._rest[np.newaxis, : _BEFORE + CHUNK] * np.float32(32768)
            self._rest = self._rest[CHUNK:]
            new = self._mel.run(None, {"input": sound})[0].reshape(-1, _BANDS)[:_NEW] / 10 + 2
            self._frames = np.concatenate((self._frames[_NEW:], np.maximum(new, _FLOOR)))
            yield self._frames

    def embed(self, spectra: Array) -> Array:
        """(n, 76, 32) to (n, `SIZE`)."""
        made: Array = self._embedding.run(None, {"input_1": spectra[..., np.newaxis]})[0]
        return made.reshape(-1, SIZE)


def session(file: Path) -> Any:
    """A small graph on one thread. Raises `ModelError` (`model-missing`, `model-corrupt`)."""
    if not file.is_file():
        raise ModelError("missing", f"{file.name} is not in {file.parent}")
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ModelError("corrupt", f"{file} cannot be read: {error}") from error
