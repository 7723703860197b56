"""Whisper (https://arxiv.org/abs/2212.04356): faster-whisper's tokenizer and features, CTranslate2's encoder, and a
decoder of our own that can lean on what may be said (`cockpit.asr.whisper_decoding`).

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
from numpy.typing import NDArray

from cockpit.asr.decoding import loop_length, token_limit, told
from cockpit.asr.fusion import Fusion
from cockpit.asr.leaning import Logits
from cockpit.asr.model_files import corrupt, require
from cockpit.asr.whisper_decoding import Sound, WhisperDecoder, token_bytes
from cockpit.errors import ModelError, RecognitionError
from cockpit.phrasegraph import PhraseGraph
from cockpit.ports import Expectation, RecognizerCapabilities
from cockpit.types import LANGS, SAMPLE_RATE_HZ, Lang, Pcm, Transcript

FILES = ("model.bin", "tokenizer.json", "vocabulary.json", "config.json")
MIN_WINDOW_S = 8.0
TAIL_S = 1.0
MAX_WINDOW_S = 30.0
"""What lasts longer is cut: the model's positions end there."""
TOKENS_PER_S = 10.0
BEAMS, ALTERNATIVES = 3, 5
LEANING_BEAMS = 8
WEIGHT, GAIN = 0.3, 0.6
"""Of what is expected, and what each word earns (`cockpit.asr.fusion`)."""
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

    def __init__(self, folder: Path, threads: int, leaning: float = 1.0) -> None:
        self.capabilities = RecognizerCapabilities(
            "whisper", folder.name, LANGS, streaming=False, detects_language=True
        )
        self._folder = folder
        self._threads, self.leaning = threads, leaning
        self._model: Any = None
        self._decoder: Any = None
        self._encoded: tuple[Pcm, StorageView] | None = None
        self._sound: tuple[Pcm, Sound, Logits] | None = None
        self._fusions: dict[Lang, tuple[Expectation | None, float, Fusion]] = {}
        self._never: dict[Lang, NDArray[np.float32]] = {}
        self._bytes: list[bytes] = []

    def load(self) -> None:
        if self._model is not None:
            return
        require(self._folder, FILES)
        try:
            self._decoder = WhisperDecoder(self._folder, self._threads)
            self._model = WhisperModel(
                str(self._folder), "cpu", compute_type="int8", cpu_threads=self._threads, local_files_only=True
            )
            tokenizer = self._model.hf_tokenizer
            self._bytes = token_bytes(tokenizer, tokenizer.token_to_id("<|endoftext|>"))
        except Exception as error:
            raise corrupt(self._folder, error) from error

    def detect(self, pcm: Pcm) -> dict[Lang, float]:
        """Probability of each language that is spoken here, given that it is one of them."""
        logits = self._begun(pcm)[1]
        tokenizer = self._loaded().hf_tokenizer
        chances = np.exp([logits[tokenizer.token_to_id(f"<|{lang}|>")] - logits.max() for lang in LANGS])
        return dict(zip(LANGS, (chances / chances.sum()).tolist(), strict=True))

    def recognise(self, pcm: Pcm, lang: Lang | None, expected: Expectation | None = None) -> Transcript:
        chosen: Lang = lang or self._likelier(pcm)
        if self._silence_probability(pcm) > NO_SPEECH:
            return Transcript("", chosen, self.capabilities.name, 0.0)
        found = self._found(pcm, chosen, expected)
        spoken = (one for one in found if not _made_up(one[0], one[1], one[2] / (len(one[1]) + 1)))
        return told(spoken, chosen, self.capabilities.name)

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
        self._model = self._decoder = self._encoded = self._sound = None

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

    def _begun(self, pcm: Pcm) -> tuple[Sound, Logits]:
        """What the decoder looks at, and its first logits: which language this is, or none."""
        if self._sound is None or self._sound[0] is not pcm:
            begin = self._loaded().hf_tokenizer.token_to_id("<|startoftranscript|>")
            try:
                sound = self._decoder.sound(np.array(self._encode(pcm), np.float32))
                self._sound = pcm, sound, self._decoder.first(sound, begin)
            except Exception as error:
                raise RecognitionError("engine", f"Whisper failed: {error}") from error
        return self._sound[1:]

    def _silence_probability(self, pcm: Pcm) -> float:
        logits = self._begun(pcm)[1]
        chances = np.exp(logits - logits.max())
        return float(chances[self._loaded().hf_tokenizer.token_to_id("<|nospeech|>")] / chances.sum())

    def _found(self, pcm: Pcm, lang: Lang, expected: Expectation | None) -> list[tuple[str, list[int], float]]:
        """The likeliest texts with their tokens and the logarithm of their probabilities."""
        sound = self._begun(pcm)[0]
        tokenizer, prompt = self._prompted(lang, _hints().get(lang, ""))
        if lang not in self._never:
            barred = _outside_gb2312(tokenizer.tokenizer) if lang == "zh" else ()
            self._never[lang] = self._decoder.barred(tokenizer.eot, barred)
        beams = BEAMS if expected is None else LEANING_BEAMS
        enough = 1 if expected is None else ALTERNATIVES
        judge = self._fusion(lang, expected)
        limit = token_limit(pcm, TOKENS_PER_S)
        try:
            heard = self._decoder.search(
                sound, prompt, judge, self._never[lang], end=tokenizer.eot, limit=limit, beams=beams, enough=enough
            )
        except Exception as error:
            raise RecognitionError("engine", f"Whisper failed: {error}") from error
        return [(tokenizer.decode([*one.tokens]).strip(), [*one.tokens], one.log_probability) for one in heard]

    def _prompted(self, lang: Lang, hint: str) -> tuple[Tokenizer, list[int]]:
        """The tokenizer of a language, and what the decoder is told before it writes."""
        tokenizer = Tokenizer(self._loaded().hf_tokenizer, multilingual=True, task="transcribe", language=lang)
        before = [tokenizer.sot_prev, *tokenizer.encode(" " + hint)] if hint else []
        return tokenizer, [*before, *tokenizer.sot_sequence, tokenizer.no_timestamps]

    def _fusion(self, lang: Lang, expected: Expectation | None) -> Fusion:
        known = self._fusions.get(lang)
        if known is None or known[:2] != (expected, self.leaning):
            fusion = Fusion(expected, self._bytes, self.leaning * WEIGHT, self.leaning * GAIN)
            known = self._fusions[lang] = expected, self.leaning, fusion
        return known[2]

    def _generate(self, pcm: Pcm, lang: Lang, hint: str, count: int) -> list[tuple[str, list[int], float]]:
        """The `count` likeliest texts with their tokens and the mean logarithm of those tokens' probabilities."""
        model = self._loaded()
        tokenizer, prompt = self._prompted(lang, hint)
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
