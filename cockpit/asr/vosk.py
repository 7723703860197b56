"""Vosk (https://alphacephei.com/vosk): Kaldi's streaming decoder, with a grammar where one is given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import vosk

from cockpit.asr.model_files import corrupt, require
from cockpit.errors import ModelError, RecognitionError
from cockpit.ports import Expectation, RecognizerCapabilities
from cockpit.types import SAMPLE_RATE_HZ, Lang, Pcm, Transcript

FILES = ("am/final.mdl", "conf/model.conf")
UNKNOWN = "[unk]"
"""What a grammar has the decoder write for words outside it."""

_BLOCK_SAMPLES = SAMPLE_RATE_HZ // 5


class VoskRecognizer:
    """See `cockpit.ports.StreamingRecognizer`.

    `languages` are those of the model. `grammar` is the list of phrases that can be heard, None for all speech.
    """

    def __init__(self, folder: Path, languages: tuple[Lang, ...], grammar: tuple[str, ...] | None = None) -> None:
        self.capabilities = RecognizerCapabilities(
            "vosk", folder.name, languages, streaming=True, detects_language=False
        )
        self._folder = folder
        self._grammar = grammar
        self._model: Any = None

    def load(self) -> None:
        if self._model is not None:
            return
        require(self._folder, FILES)
        vosk.SetLogLevel(-1)
        try:
            self._model = vosk.Model(str(self._folder))
        except Exception as error:
            raise corrupt(self._folder, error) from error

    def stream(self, lang: Lang, expected: Expectation | None = None) -> VoskStream:
        """Hears only what is `expected`, or what the engine was made for, where there is either."""
        if self._model is None:
            raise ModelError("not-loaded", "Vosk was asked before it was loaded")
        phrases = self._grammar if expected is None else grammar_of(expected, lang)
        if phrases is None:
            recogniser = vosk.KaldiRecognizer(self._model, SAMPLE_RATE_HZ)
        else:
            grammar = json.dumps([*phrases, UNKNOWN], ensure_ascii=False)
            recogniser = vosk.KaldiRecognizer(self._model, SAMPLE_RATE_HZ, grammar)
        recogniser.SetWords(True)
        return VoskStream(recogniser, lang)

    def recognise(self, pcm: Pcm, lang: Lang | None, expected: Expectation | None = None) -> Transcript:
        stream = self.stream(lang or self.capabilities.languages[0], expected)
        for at in range(0, len(pcm), _BLOCK_SAMPLES):
            stream.accept(pcm[at : at + _BLOCK_SAMPLES])
        return stream.finish()

    def close(self) -> None:
        self._model = None


def grammar_of(expected: Expectation, lang: Lang) -> tuple[str, ...]:
    """The phrases as Vosk takes them: words in small letters with spaces between them, a Chinese character a word."""
    apart = (" ".join(phrase) if lang == "zh" else phrase for phrase in expected.phrases)
    return tuple(dict.fromkeys(" ".join(phrase.casefold().split()) for phrase in apart))


class VoskStream:
    """See `cockpit.ports.RecognitionStream`. Pauses inside the utterance end a piece, not the stream."""

    def __init__(self, recogniser: Any, lang: Lang) -> None:
        self._recogniser = recogniser
        self._lang: Lang = lang
        self._words: list[dict[str, Any]] = []
        self._partial = ""

    def accept(self, pcm: Pcm) -> Transcript | None:
        data = (np.clip(pcm, -1.0, 1.0) * 32767).astype("<i2").tobytes()
        try:
            ended = self._recogniser.AcceptWaveform(data)
        except Exception as error:
            raise RecognitionError("engine", f"Vosk failed: {error}") from error
        if ended:
            self._words += _words(self._recogniser.Result())
        rest = "" if ended else json.loads(self._recogniser.PartialResult()).get("partial", "")
        text = _text([*(word["word"] for word in self._words), *rest.split()], self._lang)
        if text == self._partial:
            return None
        self._partial = text
        return Transcript(text, self._lang, "vosk", 0.0, final=False)

    def finish(self) -> Transcript:
        self._words += _words(self._recogniser.FinalResult())
        text = _text([word["word"] for word in self._words], self._lang)
        confidence = float(np.mean([word["conf"] for word in self._words])) if self._words else 0.0
        return Transcript(text, self._lang, "vosk", confidence)


def _words(result: str) -> list[dict[str, Any]]:
    return [word for word in json.loads(result).get("result", []) if word["word"] != UNKNOWN]


def _text(words: list[str], lang: Lang) -> str:
    """Chinese is written without the spaces that Vosk puts between words."""
    return ("" if lang == "zh" else " ").join(word for word in words if word != UNKNOWN)
