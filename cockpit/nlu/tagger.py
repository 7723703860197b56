"""The trained network: one utterance in, probabilities for each of its tokens and for the whole out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from cockpit.errors import ModelError
from cockpit.nlu.labels import BEGIN, COMPLEXITIES, INSIDE, KINDS, Labels
from cockpit.nlu.pieces import BOS, EOS, PieceReader, Pieces
from cockpit.nlu.tokens import Token
from cockpit.types import DialogAct

Array = NDArray[np.float32]
MAX_PIECES = 126


@dataclass(frozen=True, slots=True)
class Tagged:
    """What the network makes of an utterance of n tokens; every row of the arrays is a probability distribution.

    `act` (n, 3), `slot` (n, 1 + 2 * slots); `target` and `operation` (n, classes) are logarithms. `kind`,
    `complexity` by name; `complete` and `private` are probabilities.
    """

    act: Array
    slot: Array
    target: Array
    operation: Array
    kind: Mapping[DialogAct, float]
    complexity: Mapping[str, float]
    complete: float
    private: float
    pieces: tuple[str, ...] = ()

    @property
    def idle(self) -> float:
        """How likely the utterance asks nothing of the car."""
        return self.kind["chat"] + self.kind["not_addressed"]


class Tagger:
    """Runs `intent.onnx` of a folder with its `tokenizer.json` and `labels.json`, on the calling thread."""

    def __init__(self, folder: Path) -> None:
        """Raises `ModelError` (`model-missing`, `model-corrupt`)."""
        self.labels = Labels.load(folder / "labels.json")
        self.reader = PieceReader(folder / "tokenizer.json")
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        file = folder / "intent.onnx"
        try:
            self._session = ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the library raises nothing narrower
            raise ModelError("corrupt" if file.is_file() else "missing", f"{file}: {error}") from error
        self._check(folder)

    def _check(self, folder: Path) -> None:
        """The three files must be of one model; at the same time the first, slowest run is over."""
        last = np.array([[BOS, self.reader.size - 1, EOS]], np.int64)
        try:
            pieces, mean = self._session.run(["pieces", "mean"], {"ids": last})
        except Exception as error:  # the library raises nothing narrower
            raise ModelError("corrupt", f"{folder}: the files are not of one model: {error}") from error
        wanted = sum(self.labels.piece_heads.values()), sum(self.labels.mean_heads.values())
        if (pieces.shape[-1], mean.shape[-1]) != wanted:
            raise ModelError("corrupt", f"{folder}: labels.json does not belong to intent.onnx")

    def tag(self, tokens: Sequence[Token], expecting: str = "") -> Tagged:
        """Probabilities for `tokens`; those beyond the network's reach count as outside of everything."""
        pieces = self.reader.read(tokens, expecting)
        ids = np.array([pieces.ids[:MAX_PIECES]], np.int64)
        of_pieces, of_all = self._session.run(["pieces", "mean"], {"ids": ids})
        heads, whole = _split(of_pieces[0], self.labels.piece_heads), _split(of_all[0], self.labels.mean_heads)
        spread, goes_on = _spread(pieces, len(tokens), ids.shape[1])
        by_token = {head: spread @ logits for head, logits in heads.items()}
        act, slot = _softmax(by_token["act"]), _softmax(by_token["slot"])
        _go_on(act, goes_on, BEGIN, INSIDE)
        _go_on(slot, goes_on, slice(1, None, 2), slice(2, None, 2))
        return Tagged(
            act,
            slot,
            np.log(_softmax(by_token["target"]) + 1e-9),
            np.log(_softmax(by_token["operation"]) + 1e-9),
            dict(zip(KINDS, _softmax(whole["kind"]).tolist(), strict=True)),
            dict(zip(COMPLEXITIES, _softmax(whole["complexity"]).tolist(), strict=True)),
            float(_softmax(whole["complete"])[1]),
            float(_softmax(whole["private"])[1]),
            tuple(self.reader.piece(number) for number in pieces.ids),
        )


def _split(logits: Array, heads: Mapping[str, int]) -> dict[str, Array]:
    """The logits of each head, which lie side by side."""
    return dict(zip(heads, np.split(logits, np.cumsum([*heads.values()])[:-1], axis=-1), strict=True))


def _spread(pieces: Pieces, tokens: int, read: int) -> tuple[Array, list[int]]:
    """The matrix (tokens, pieces) that gives each token the mean of its pieces, and the tokens that only go on with
    the piece that their predecessor began."""
    spread = np.zeros((tokens, read), np.float32)
    goes_on: list[int] = []
    for piece, (first, last) in enumerate(pieces.tokens[:read]):
        spread[first:last, piece] = 1.0
        goes_on += range(first + 1, last)
    counts = spread.sum(1, keepdims=True)
    return spread / np.maximum(counts, 1.0), goes_on


def _go_on(probabilities: Array, tokens: Sequence[int], begin: int | slice, inside: int | slice) -> None:
    """A token in the midst of a piece cannot begin anything."""
    probabilities[tokens, inside] += probabilities[tokens, begin]
    probabilities[tokens, begin] = 0.0


def _softmax(logits: Array) -> Array:
    raised: Array = np.exp(logits - logits.max(-1, keepdims=True))
    result: Array = raised / raised.sum(-1, keepdims=True)
    return result
