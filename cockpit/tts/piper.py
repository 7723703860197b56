"""Piper voices through piper-tts, which is GPL-3.0 and therefore imported only when a Piper voice is loaded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from cockpit.errors import ModelError, SpeechError
from cockpit.ports import SynthesizerCapabilities
from cockpit.tts.english import ESPEAK_LOCK
from cockpit.types import Lang, Pcm


class PiperSynthesizer:
    """One Piper voice: `<folder>/*.onnx` with its `.onnx.json` beside it."""

    def __init__(self, models_dir: Path, model: str, lang: Lang, rate: float = 1.0, threads: int = 2) -> None:
        self.capabilities = SynthesizerCapabilities("piper", model, (lang,), 22_050, "GPL-3.0 (piper-tts)")
        self._folder = models_dir / model
        self._rate = rate
        self._threads = threads
        self._voice: Any = None
        self._synthesis: Any = None

    def load(self) -> None:
        """Read the voice; idempotent. Raises `ModelError` (`model-missing`, `model-corrupt`) and `SpeechError`
        (`tts-engine-missing`) where piper-tts is not installed."""
        if self._voice is not None:
            return
        model = next(self._folder.glob("*.onnx"), None)
        config = model.with_name(model.name + ".json") if model else None
        if model is None or config is None or not config.is_file():
            there = sorted(folder.name for folder in self._folder.parent.glob("piper-*") if any(folder.glob("*.onnx")))
            others = f"; there are {', '.join(there)}" if there else ""
            raise ModelError("missing", f"the voice {self.capabilities.model} is not in {self._folder}{others}")
        try:
            onnxruntime = import_module("onnxruntime")
            engine = import_module("piper.voice")
        except ImportError as error:
            raise SpeechError("engine-missing", f"piper-tts cannot be imported: {error}") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            settings = engine.PiperConfig.from_dict(json.loads(config.read_text("utf-8")))
            session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise ModelError("corrupt", f"the voice {self.capabilities.model} cannot be read: {error}") from error
        if settings.phoneme_type is not engine.PhonemeType.ESPEAK:
            raise ModelError("unsupported", f"the voice {self.capabilities.model} needs more than espeak-ng phonemes")
        self._synthesis = engine.SynthesisConfig(length_scale=settings.length_scale / self._rate)
        self._voice = engine.PiperVoice(session=session, config=settings)
        self.capabilities = replace(self.capabilities, rate_hz=settings.sample_rate)

    def synthesise(self, text: str, lang: Lang) -> Iterator[Pcm]:
        """One piece per sentence that espeak-ng finds. Raises `SpeechError` (`tts-not-loaded`, `tts-synthesis`)."""
        if self._voice is None or lang not in self.capabilities.languages:
            raise SpeechError("not-loaded", f"the voice {self.capabilities.model} is not loaded for {lang}")
        try:
            with ESPEAK_LOCK:
                sentences = self._voice.phonemize("".join(filter(str.isprintable, text)))
            for phonemes in filter(None, sentences):
                ids = self._voice.phonemes_to_ids(phonemes)
                audio = self._voice.phoneme_ids_to_audio(ids, self._synthesis)
                yield np.clip(np.atleast_1d(audio), -1.0, 1.0).astype(np.float32)
        except Exception as error:
            raise SpeechError("synthesis", f"{self.capabilities.model} could not voice a sentence: {error}") from error

    def close(self) -> None:
        self._voice = None
