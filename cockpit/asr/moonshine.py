"""Moonshine base, English (https://arxiv.org/abs/2410.15608), in onnxruntime.

The decoder's key-value cache stays in onnxruntime's own values from step to step: each output is bound as the
next step's input, and only the logits of one token are looked at from Python.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

from cockpit.asr.decoding import loop_length, token_limit, told
from cockpit.asr.fusion import Fusion
from cockpit.asr.leaning import Leaning, Logits, Step, search
from cockpit.asr.model_files import corrupt, require
from cockpit.asr.moonshine_tokens import bytes_of, read_tokens, text_of, texts_of
from cockpit.errors import ModelError, RecognitionError
from cockpit.modelgraph.derived import load_derived
from cockpit.modelgraph.session import session_options
from cockpit.phrasegraph import PhraseGraph
from cockpit.ports import Expectation, RecognizerCapabilities
from cockpit.types import SAMPLE_RATE_HZ, Lang, Pcm, Transcript

ENCODER, DECODER, TOKENIZER = "encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin"
TOKENS_PER_S = 6.5
"""Above this a transcript is no speech: the limit of Moonshine's makers."""
MIN_CONFIDENCE = 0.3
"""Below this the text was made up from noise."""
LEANING_BEAMS, ALTERNATIVES = 8, 4
WEIGHT, GAIN = 0.3, 0.6
"""Of what is expected, and what each word earns (`cockpit.asr.fusion`)."""
MIN_SAMPLES = SAMPLE_RATE_HZ // 10
"""The encoder's convolutions need about this much."""

_BEGIN, _END = 1, 2


class MoonshineRecognizer:
    """See `cockpit.ports.Recognizer`."""

    def __init__(self, folder: Path, threads: int, leaning: float = 1.0) -> None:
        self.capabilities = RecognizerCapabilities(
            "moonshine", folder.name, ("en",), streaming=False, detects_language=False
        )
        self._folder = folder
        self._threads, self.leaning = threads, leaning
        self._encoder: Any = None
        self._decoder: Any = None
        self._tokens: list[bytes] = []
        self._leans: tuple[PhraseGraph, Leaning] | None = None
        self._fusion: tuple[Expectation, float, Fusion] | None = None
        self._hidden: tuple[Pcm, Any] | None = None

    def load(self) -> None:
        if self._decoder is not None:
            return
        require(self._folder, (ENCODER, DECODER, TOKENIZER))
        try:
            self._tokens = read_tokens((self._folder / TOKENIZER).read_bytes())
            self._encoder = _session(self._folder / ENCODER, self._threads)
            self._decoder = _session(self._folder / DECODER, self._threads)
        except Exception as error:
            raise corrupt(self._folder, error) from error

    def recognise(self, pcm: Pcm, lang: Lang | None, expected: Expectation | None = None) -> Transcript:
        if not self._hears(pcm, lang):
            return Transcript("", "en", self.capabilities.name, 0.0)
        if expected is not None:
            return self._leaned(pcm, expected)
        try:
            tokens, confidence = self._decode(self._encode(pcm), token_limit(pcm, TOKENS_PER_S))
        except Exception as error:
            raise RecognitionError("engine", f"Moonshine failed: {error}") from error
        text = text_of(tokens, self._tokens) if confidence >= MIN_CONFIDENCE else ""
        return Transcript(text, "en", self.capabilities.name, confidence)

    def _leaned(self, pcm: Pcm, expected: Expectation) -> Transcript:
        if self._fusion is None or self._fusion[:2] != (expected, self.leaning):
            fusion = Fusion(expected, bytes_of(self._tokens), self.leaning * WEIGHT, self.leaning * GAIN)
            self._fusion = expected, self.leaning, fusion
        try:
            first, step = self._stepping(self._encode(pcm))
            limit = token_limit(pcm, TOKENS_PER_S)
            found = search(first, step, self._fusion[2], _END, limit, LEANING_BEAMS, ALTERNATIVES)
        except Exception as error:
            raise RecognitionError("engine", f"Moonshine failed: {error}") from error
        texts = (
            (text_of(one.tokens, self._tokens), one.tokens, one.log_probability)
            for one in found
            if not loop_length(one.tokens)
        )
        heard = told(texts, "en", self.capabilities.name)
        return heard if heard.confidence >= MIN_CONFIDENCE else replace(heard, text="", alternatives=())

    def alternatives(self, pcm: Pcm, lang: Lang | None, graph: PhraseGraph) -> list[Transcript]:
        """What may have been said, leaning on `graph`, likeliest first (`cockpit.asr.leaning`). The confidence is the
        geometric mean of the tokens' probabilities. Raises `RecognitionError`."""
        if not self._hears(pcm, lang):
            return []
        limit = token_limit(pcm, TOKENS_PER_S)
        try:
            first, step = self._stepping(self._encode(pcm))
            found = search(first, step, self._leaning(graph), _END, limit)
        except Exception as error:
            raise RecognitionError("engine", f"Moonshine failed: {error}") from error
        return [
            Transcript(
                text_of(heard.tokens, self._tokens),
                "en",
                self.capabilities.name,
                math.exp(heard.log_probability / (len(heard.tokens) + 1)),
            )
            for heard in found
            if not loop_length(heard.tokens)
        ]

    def _hears(self, pcm: Pcm, lang: Lang | None) -> bool:
        if lang not in (None, "en"):
            raise RecognitionError("language", f"Moonshine does not know the language {lang!r}")
        if self._decoder is None:
            raise ModelError("not-loaded", "Moonshine was asked before it was loaded")
        return len(pcm) >= MIN_SAMPLES

    def _leaning(self, graph: PhraseGraph) -> Leaning:
        if self._leans is None or self._leans[0] is not graph:
            self._leans = graph, Leaning(graph, texts_of(self._tokens))
        return self._leans[1]

    def _stepping(self, hidden: Any) -> tuple[Logits, Step]:
        """The logits of the first token, and what makes those of the next ones for several hypotheses at a time."""
        names = [output.name for output in self._decoder.get_outputs()]
        sound: Any = hidden.numpy()
        cache: dict[str, Any] = {
            entry.name: np.zeros((1, entry.shape[1], 0, entry.shape[3]), np.float32)
            for entry in self._decoder.get_inputs()
            if entry.name.startswith("past_key_values")
        }

        def run(tokens: Sequence[int], *, first: bool) -> Logits:
            feed = {
                "input_ids": np.array(tokens, np.int64)[:, np.newaxis],
                "encoder_hidden_states": sound,
                "use_cache_branch": np.array([not first]),
                **cache,
            }
            values = self._decoder.run(names, feed)
            for name, value in zip(names[1:], values[1:], strict=True):
                if first or ".decoder." in name:
                    cache[name.replace("present", "past_key_values")] = value
            logits: Logits = values[0][:, -1]
            logits[:, :_END] = -np.inf
            return logits

        def step(rows: Sequence[int], tokens: Sequence[int]) -> Logits:
            nonlocal sound
            for name, value in cache.items():
                if ".decoder." in name:
                    cache[name] = value[np.array(rows)]
                elif len(value) != len(rows):  # what the encoder gave is the same in every row
                    cache[name] = np.repeat(value[:1], len(rows), axis=0)
            if len(sound) != len(rows):
                sound = np.repeat(sound[:1], len(rows), axis=0)
            return run(tokens, first=False)

        return run([_BEGIN], first=True)[0], step

    def close(self) -> None:
        self._encoder = self._decoder = self._hidden = None

    def _encode(self, pcm: Pcm) -> Any:
        """Hidden states of shape (1, frames, 416), about 41 frames a second; kept until other sound comes."""
        if self._hidden is None or self._hidden[0] is not pcm:
            binding = self._encoder.io_binding()
            binding.bind_cpu_input("input_values", np.ascontiguousarray(pcm[np.newaxis], dtype=np.float32))
            binding.bind_output("last_hidden_state")
            self._encoder.run_with_iobinding(binding)
            self._hidden = pcm, binding.get_outputs()[0]
        return self._hidden[1]

    def _decode(self, hidden: Any, limit: int) -> tuple[list[int], float]:
        """Greedy decoding: the tokens, and the geometric mean of their probabilities."""
        outputs = [output.name for output in self._decoder.get_outputs()]
        binding = self._decoder.io_binding()
        binding.bind_ortvalue_input("encoder_hidden_states", hidden)
        for entry in self._decoder.get_inputs():
            if entry.name.startswith("past_key_values"):
                empty = np.zeros((1, entry.shape[1], 0, entry.shape[3]), np.float32)
                binding.bind_cpu_input(entry.name, empty)
        tokens: list[int] = []
        log_probability = 0.0
        while len(tokens) < limit:
            first = not tokens
            binding.bind_cpu_input("input_ids", np.array([[_BEGIN if first else tokens[-1]]]))
            binding.bind_cpu_input("use_cache_branch", np.array([not first]))
            binding.clear_binding_outputs()
            for name in outputs:
                binding.bind_output(name)
            self._decoder.run_with_iobinding(binding)
            values = binding.get_outputs()
            token, step = _best(values[0].numpy()[0, -1])
            log_probability += step
            if token == _END:
                break
            tokens.append(token)
            loop = loop_length(tokens)
            if loop:
                del tokens[-2 * loop :]
                break
            _keep_cache(binding, outputs, values, encoder_too=first)
        return tokens, math.exp(log_probability / (len(tokens) + 1))


def _keep_cache(binding: Any, outputs: list[str], values: list[Any], *, encoder_too: bool) -> None:
    """Bind what a step gave as the next step's past. The encoder's part is made by the first step only."""
    for name, value in zip(outputs[1:], values[1:], strict=True):
        if encoder_too or ".decoder." in name:
            binding.bind_ortvalue_input(name.replace("present", "past_key_values"), value)


def _best(logits: np.ndarray[Any, np.dtype[np.float32]]) -> tuple[int, float]:
    """The likeliest token and the logarithm of its probability."""
    token = int(logits.argmax())
    return token, -math.log(float(np.exp(logits - logits[token]).sum()))


def _session(path: Path, threads: int) -> Any:
    """The ORT-format file as a session that computes in int8 (see `cockpit.modelgraph.matmuls`)."""
    return load_derived(path, _in_int8, lambda model: ort.InferenceSession(model, _options(threads)))


def _in_int8(path: Path) -> bytes:
    """onnxruntime optimises only what it reads as ONNX, so it is made to write the file out as that first."""
    from cockpit.modelgraph.matmuls import compute_in_int8  # noqa: PLC0415 - 15 MB, needed where nothing is kept yet

    options = _options(threads=1)
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.save_model_format", "ONNX")
    with tempfile.TemporaryDirectory(prefix="cockpit-") as folder:
        onnx = Path(folder, "model.onnx")
        options.optimized_model_filepath = str(onnx)
        ort.InferenceSession(str(path), options)
        return compute_in_int8(onnx.read_bytes())


def _options(threads: int) -> Any:
    options = session_options(threads)
    # utterances differ in length: memory kept for one would not serve the next (120 MB after 30 s of sound)
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    return options
