"""Kokoro that says when each phoneme ends, for what has to know where in a recording a word stops.

The model's own durations, one a phoneme, are taken out of its graph as a second output.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import soxr
from numpy.typing import NDArray

from cockpit.modelgraph.session import session_options
from cockpit.tts import kokoro, pinyin
from cockpit.tts.kokoro import RATE_HZ, KokoroSynthesizer
from cockpit.types import SAMPLE_RATE_HZ, Lang, Pcm

DURATIONS = "/encoder/Clip_output_0"
DURATION_S = 600 / RATE_HZ
"""A unit of the model's durations: two hops of its spectrogram."""
BEFORE_S = 0.06
"""Kept before the first sound."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Speech at 16 kHz and where in it, in samples, the first words that were asked for end."""

    pcm: Pcm
    end: int


class TimedKokoro(KokoroSynthesizer):
    """Any speaker or mix of speakers for any language, chosen for each text."""

    def __init__(self, models_dir: Path, threads: int = 1) -> None:
        super().__init__(models_dir, threads=threads)
        self._tables: dict[str, NDArray[np.float32]] = {}

    def _session_of(self, model: str | bytes) -> Any:
        graph = onnx.load(model) if isinstance(model, str) else onnx.load_from_string(model)
        graph.graph.output.append(onnx.helper.make_empty_tensor_value_info(DURATIONS))
        providers = ["CPUExecutionProvider"]
        return ort.InferenceSession(graph.SerializeToString(), session_options(self._threads), providers=providers)

    def say(self, first: str, then: str, lang: Lang, speaker: str, rate: float = 1.0) -> Timed:
        """`first` and `then` in one breath (`then` may be empty). Raises `KeyError` for a speaker that is not there."""
        head, text = self._phonemes(first, lang), self._phonemes(_joined(first, then, lang), lang)
        ids = [self._vocab[c] for c in text]
        feed = {
            "tokens": np.array([[0, *ids, 0]], np.int64),
            "style": self._table(speaker)[len(ids)].reshape(1, -1),
            "speed": np.array([rate], np.float32),
        }
        audio, durations = self._session.run(None, feed)
        times = np.cumsum(durations.reshape(-1)) * DURATION_S
        begin = max(float(times[0]) - BEFORE_S, 0.0)
        pcm = soxr.resample(audio.reshape(-1)[int(begin * RATE_HZ) :], RATE_HZ, SAMPLE_RATE_HZ)
        return Timed(np.clip(pcm, -1, 1).astype(np.float32), int((times[len(head)] - begin) * SAMPLE_RATE_HZ))

    def _phonemes(self, text: str, lang: Lang) -> str:
        english = self._english.phonemes
        spoken = pinyin.phonemes(text, english) if lang == "zh" else english(text)
        return "".join(c for c in spoken if c in self._vocab).strip()

    def _table(self, speaker: str) -> NDArray[np.float32]:
        if speaker not in self._tables:
            files = kokoro._speaker_files(self._folder)  # noqa: SLF001
            one = [kokoro._speaker_table(files[name], name) for name in speaker.split("+")]  # noqa: SLF001
            self._tables[speaker] = np.mean(one, axis=0)
        return self._tables[speaker]


def _joined(first: str, then: str, lang: Lang) -> str:
    return first + then if lang == "zh" else f"{first} {then}".strip()
