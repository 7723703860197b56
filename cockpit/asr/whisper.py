"""Whisper (https://arxiv.org/abs/2212.04356) through faster-whisper's model, tokenizer and features.

Whisper was trained on sound padded to 30 s. Its encoder in CTranslate2 takes less, so speech is padded to
`MIN_WINDOW_S` or a second more than it lasts. Measured on 42 synthetic Mandarin commands: encoder about 0.2 s
in place of 0.8 s, errors by pinyin 18 to 19 % in place of 17 %; at 5 s they are 22 %.
"""

from __future__ import annotations

import math
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from ctranslate2 import StorageView
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from cockpit.asr.decoding import loop_length, token_limit
from cockpit.asr.model_files import corrupt, require
from cockpit.errors import ModelError, RecognitionError
from cockpit.phrasegraph import PhraseGraph
from cockpit.ports import RecognizerCapabilities
from cockpit.types import LANGS, SAMPLE_RATE_HZ, Lang, Pcm, Transcript

FILES = ("model.bin", "tokenizer.json", "vocabulary.json", "config.json")
MIN_WINDOW_S = 8.0
TAIL_S = 1.0
MAX_WINDOW_S = 30.0
"""What lasts longer is cut: the model's positions end there."""
TOKENS_PER_S = 10.0
BEAMS, ALTERNATIVES = 3, 5
MAX_HINT = 120
"""Characters; a longer hint makes Whisper write more of it than was said."""

NO_SPEECH = 0.4
"""Nothing was said above this probability of silence. Measured: synthetic commands up to 0.11, in as much white
noise up to 0.32; white, pink and brown noise, hum, tones and silence from 0.50. Asked without the hint, with which
commands were made up from noise."""
MIN_LOG_PROBABILITY, MAX_COMPRESSION = -1.0, 2.4
"""A text is made up when its tokens are less likely than this, and repeats itself when zlib shrinks it by more:
the limits of Whisper's authors."""


class WhisperRecognizer:
    """See `cockpit.ports.Recognizer`. Also tells languages apart, with the encoder pass its decoder then reuses."""

    def __init__(self, folder: Path, threads: int) -> None:
        self.capabilities = RecognizerCapabilities(
            "whisper", folder.name, LANGS, streaming=False, detects_language=True
        )
        self._folder = folder
        self._threads = threads
        self._model: Any = None
        self._encoded: tuple[Pcm, StorageView] | None = None

    def load(self) -> None:
        if self._model is not None:
            return
        require(self._folder, FILES)
        try:
            self._model = WhisperModel(
                str(self._folder), "cpu", compute_type="int8", cpu_threads=self._threads, local_files_only=True
            )
        except Exception as error:
            raise corrupt(self._folder, error) from error

    def detect(self, pcm: Pcm) -> dict[Lang, float]:
        """Probability of each language that is spoken here, given that it is one of them."""
        try:
            (found,) = self._loaded().model.detect_language(self._encode(pcm))
        except RuntimeError as error:
            raise RecognitionError("engine", f"Whisper failed: {error}") from error
        known = dict(found)
        weights = {lang: max(known.get(f"<|{lang}|>", 0.0), 1e-9) for lang in LANGS}
        return {lang: weight / sum(weights.values()) for lang, weight in weights.items()}

    def recognise(self, pcm: Pcm, lang: Lang | None) -> Transcript:
        chosen: Lang = lang or self._likelier(pcm)
        try:
            spoken = self._silence_probability(pcm) <= NO_SPEECH
            text, log_probability = self._decode(pcm, chosen) if spoken else ("", -math.inf)
        except RuntimeError as error:
            raise RecognitionError("engine", f"Whisper failed: {error}") from error
        return Transcript(text, chosen, self.capabilities.name, math.exp(min(log_probability, 0.0)))

    def alternatives(self, pcm: Pcm, lang: Lang | None, graph: PhraseGraph) -> list[Transcript]:
        """What may have been said, likeliest first, hinted at what fills the slots of `graph`; nothing where nobody
        speaks. Raises `RecognitionError`."""
        chosen: Lang = lang or self._likelier(pcm)
        hint = ("，" if chosen == "zh" else ", ").join(graph.phrases(chosen))[:MAX_HINT]
        try:
            if self._silence_probability(pcm) > NO_SPEECH:
                return []
            found = self._generate(pcm, chosen, hint, ALTERNATIVES)
        except RuntimeError as error:
            raise RecognitionError("engine", f"Whisper failed: {error}") from error
        return [
            Transcript(text, chosen, self.capabilities.name, math.exp(min(log_probability, 0.0)))
            for text, tokens, log_probability in found
            if text and not _made_up(text, tokens, log_probability)
        ]

    def close(self) -> None:
        self._model = self._encoded = None

    def _loaded(self) -> Any:
        if self._model is None:
            raise ModelError("not-loaded", "Whisper was asked before it was loaded")
        return self._model

    def _encode(self, pcm: Pcm) -> StorageView:
        """Encoder output, kept until other sound comes."""
        if self._encoded is None or self._encoded[0] is not pcm:
            model = self._loaded()
            window_s = min(max(len(pcm) / SAMPLE_RATE_HZ + TAIL_S, MIN_WINDOW_S), MAX_WINDOW_S)
            sound = np.zeros(math.ceil(window_s * SAMPLE_RATE_HZ / 320) * 320, np.float32)
            sound[: len(pcm)] = pcm[: len(sound)]
            features = np.ascontiguousarray(model.feature_extractor(sound, padding=0)[np.newaxis])
            self._encoded = pcm, model.model.encode(StorageView.from_array(features))
        return self._encoded[1]

    def _likelier(self, pcm: Pcm) -> Lang:
        languages = self.detect(pcm)
        return max(languages, key=lambda lang: languages[lang])

    def _silence_probability(self, pcm: Pcm) -> float:
        model = self._loaded()
        begin = model.hf_tokenizer.token_to_id("<|startoftranscript|>")
        (result,) = model.model.generate(
            self._encode(pcm), [[begin]], beam_size=1, max_length=2, return_no_speech_prob=True
        )
        return float(result.no_speech_prob)

    def _decode(self, pcm: Pcm, lang: Lang) -> tuple[str, float]:
        """The text, empty when it looks made up, and the mean logarithm of its tokens' probabilities."""
        ((text, tokens, log_probability),) = self._generate(pcm, lang, _hints().get(lang, ""), 1)
        return ("" if _made_up(text, tokens, log_probability) else text), log_probability

    def _generate(self, pcm: Pcm, lang: Lang, hint: str, count: int) -> list[tuple[str, list[int], float]]:
        """The `count` likeliest texts with their tokens and the mean logarithm of those tokens' probabilities."""
        model = self._loaded()
        tokenizer = Tokenizer(model.hf_tokenizer, multilingual=True, task="transcribe", language=lang)
        before = [tokenizer.sot_prev, *tokenizer.encode(" " + hint)] if hint else []
        prompt = [*before, *tokenizer.sot_sequence, tokenizer.no_timestamps]
        (result,) = model.model.generate(
            self._encode(pcm),
            [prompt],
            beam_size=max(BEAMS, count),
            num_hypotheses=count,
            max_length=len(prompt) + token_limit(pcm, TOKENS_PER_S),
            return_scores=True,
            suppress_tokens=[-1, *(_outside_gb2312(model.hf_tokenizer) if lang == "zh" else ())],
        )
        return [
            (tokenizer.decode(tokens).strip(), tokens, float(score))
            for tokens, score in zip(result.sequences_ids, result.scores, strict=True)
        ]


def _made_up(text: str, tokens: list[int], log_probability: float) -> bool:
    """Whether `text` is unlikely or goes round in circles, as it does on sound that is no speech."""
    data = text.encode()
    compression = len(data) / len(zlib.compress(data))
    return log_probability < MIN_LOG_PROBABILITY or compression > MAX_COMPRESSION or loop_length(tokens) > 0


@cache
def _hints() -> dict[Lang, str]:
    hints: dict[Lang, str] = yaml.safe_load(Path(__file__).with_name("hints.yaml").read_text("utf-8"))
    return hints


@cache
def _outside_gb2312(tokenizer: Any) -> tuple[int, ...]:
    """Tokens with characters outside GB 2312, the set of simplified Chinese: suppressed, they are never written."""
    texts = ((token, tokenizer.decode([token])) for token in range(tokenizer.token_to_id("<|endoftext|>")))
    return tuple(token for token, text in texts if any(_is_traditional(char) for char in text))


def _is_traditional(char: str) -> bool:
    return "一" <= char <= "鿿" and not char.encode("gb2312", "ignore")
