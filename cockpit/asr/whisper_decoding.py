"""Whisper's decoder in onnxruntime (`cockpit.modelgraph.whisper_decoder`), token by token for several hypotheses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from cockpit.asr.leaning import Going, Heard, Judge, Logits, search
from cockpit.modelgraph.derived import load_derived
from cockpit.modelgraph.session import session_options
from cockpit.modelgraph.whisper_decoder import crossing, decoder

NEVER = np.float32(-1e9)
FILE = "model.bin"

Hidden = NDArray[np.float32]
"""What the encoder gives, (1, frames, width)."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What the decoder looks at of an utterance, by the names of its inputs."""

    inputs: dict[str, NDArray[np.float32]]


class WhisperDecoder:
    """Reads the model of a folder. Raises `ValueError` and what onnxruntime raises for files that are broken."""

    def __init__(self, folder: Path, threads: int) -> None:
        file = folder / FILE
        self._decoder = load_derived(file, decoder, lambda model: _session(model, threads))
        self._crossing = load_derived(file, crossing, lambda model: _session(model, threads), "crossing")
        self._names = [output.name for output in self._decoder.get_outputs()]
        self._empty = {
            entry.name: np.zeros((1, entry.shape[1], 0, entry.shape[3]), np.float32)
            for entry in self._decoder.get_inputs()
            if entry.name.startswith("past_")
        }
        suppressed = json.loads((folder / "config.json").read_text("utf-8")).get("suppress_ids", ())
        self._suppressed = tuple(int(token) for token in suppressed if token >= 0)

    def sound(self, hidden: Hidden) -> Sound:
        names = [output.name for output in self._crossing.get_outputs()]
        return Sound(dict(zip(names, self._crossing.run(names, {"sound": hidden}), strict=True)))

    def first(self, sound: Sound, token: int) -> Logits:
        """The logits of what follows the single `token` at the beginning, all of them."""
        logits: Logits = _Steps(self._decoder, self._names, self._empty, sound).run(np.array([[token]]))[0]
        return logits

    def search(
        self, sound: Sound, prompt: Sequence[int], judge: Judge[Going], never: NDArray[np.float32], **how: int
    ) -> list[Heard]:
        """What was said after `prompt`, as `leaning.search`, which takes `how`. `never` is added to the logits: see
        `barred`."""
        steps = _Steps(self._decoder, self._names, self._empty, sound)

        def step(rows: Sequence[int], tokens: Sequence[int]) -> Logits:
            steps.keep(rows)
            logits: Logits = steps.run(np.array(tokens, np.int64)[:, np.newaxis]) + never
            return logits

        return search(steps.run(np.array([prompt], np.int64))[0] + never, step, judge, **how)

    def barred(self, end: int, tokens: Sequence[int]) -> NDArray[np.float32]:
        """What keeps the search from `tokens`, from symbols that are no speech, and from all that is no text."""
        (size,) = self._decoder.get_outputs()[0].shape[2:]
        never = np.zeros(size, np.float32)
        never[end + 1 :] = NEVER
        never[[token for token in (*self._suppressed, *tokens) if token != end]] = NEVER
        return never


class _Steps:
    """The decoder part way through some hypotheses."""

    def __init__(self, session: Any, names: list[str], empty: dict[str, NDArray[np.float32]], sound: Sound) -> None:
        self._session, self._names, self._sound = session, names, sound
        self._past, self._length = dict(empty), 0

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with those hypotheses, each of which may be taken several times."""
        if [*rows] != [*range(len(next(iter(self._past.values()))))]:
            self._past = {name: value[np.array(rows)] for name, value in self._past.items()}

    def run(self, tokens: NDArray[np.int64]) -> Logits:
        """The logits after the last of `tokens`, (hypotheses, new): (hypotheses, vocabulary)."""
        new, before = tokens.shape[1], self._length
        feed = {
            "tokens": tokens.astype(np.int64),
            "positions": np.arange(before, before + new),
            "mask": np.triu(np.full((new, before + new), NEVER), k=before + 1),
            "keep": np.array([1]),
            **self._past,
            **self._sound.inputs,
        }
        logits, *values = self._session.run(self._names, feed)
        self._past = {f"past_{name}": value for name, value in zip(self._names[1:], values, strict=True)}
        self._length += new
        last: Logits = logits[:, -1]
        return last


def token_bytes(tokenizer: Any, count: int) -> list[bytes]:
    """The bytes of the first `count` tokens, which GPT-2's tokenizer writes as one printable character each."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    byte_of = {chr(byte): byte for byte in plain} | {chr(256 + n): byte for n, byte in enumerate(others)}
    return [bytes(byte_of[char] for char in tokenizer.id_to_token(token)) for token in range(count)]


def _session(model: str | bytes, threads: int) -> Any:
    options = session_options(threads)
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    return ort.InferenceSession(model, options)
