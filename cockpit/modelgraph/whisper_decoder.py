"""Whisper's decoder as an ONNX graph that computes in int8, made of the weights in a CTranslate2 model file.

CTranslate2 decodes by itself and lets nobody in between two tokens; a search that leans on what may be said has to
be there. The graph takes one or more tokens for several hypotheses at a time, with the keys and values of those
before. Weights become int8 with a scale for each column.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, ValueInfoProto, helper

from cockpit.modelgraph.tensors import Array, tensor

HEADS = 8
_TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)
_VERSION = 6


def read_weights(file: Path) -> dict[str, Array]:
    """The variables of a CTranslate2 `model.bin` by name. Raises `ValueError` for a file that is none."""
    data = file.read_bytes()
    at = 0

    def number(form: str) -> int:
        nonlocal at
        (value,) = struct.unpack_from(f"<{form}", data, at)
        at += struct.calcsize(form)
        return int(value)

    def text() -> str:
        nonlocal at
        size = number("H")
        at += size
        return data[at - size : at - 1].decode()

    try:
        if number("I") != _VERSION or text() != "WhisperSpec":
            raise ValueError(f"{file} is no Whisper model of a known version")
        number("I")
        weights: dict[str, Array] = {}
        for _ in range(number("I")):
            name = text()
            shape = [number("I") for _ in range(number("B"))]
            kind, size = np.dtype(_TYPES[number("B")]), number("I")
            weights[name] = np.frombuffer(data, kind, size // kind.itemsize, at).reshape(shape)
            at += size
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ValueError(f"{file} breaks off: {error}") from error
    return weights


def decoder(file: Path) -> bytes:
    """See `_Builder`. Raises `ValueError`, and `KeyError` where a weight is missing."""
    return _Builder(read_weights(file)).step()


def crossing(file: Path) -> bytes:
    """Encoder output to what the decoder's steps look at. Raises as `decoder`."""
    return _Builder(read_weights(file)).crossing()


class _Builder:
    """Lays one graph out. Tensors: `tokens` (hypotheses, new), `positions` (new), `mask` (new, all), `keep` (1): of how
    many last tokens logits are wanted; by layer `past_key.N`, `past_value.N` (hypotheses, heads, before, width) and
    `sound_key.N`, `sound_value.N` (1, heads, frames, width); out come `logits` (hypotheses, keep, vocabulary),
    `key.N` and `value.N`."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self._weights = weights
        self._layers = sum(name.endswith("/ffn/linear_0/weight") and "decoder" in name for name in weights)
        self._width = weights["decoder/layer_norm/gamma"].shape[0]
        self._nodes: list[NodeProto] = []
        self._tensors: dict[str, TensorProto] = {}

    def step(self) -> bytes:
        inputs = [
            _info("tokens", TensorProto.INT64, ["hypotheses", "new"]),
            _info("positions", TensorProto.INT64, ["new"]),
            _info("mask", TensorProto.FLOAT, ["new", "all"]),
            _info("keep", TensorProto.INT64, [1]),
        ]
        outputs = [_info("logits", TensorProto.FLOAT, ["hypotheses", "keep", self._vocabulary])]
        x = self._op(
            "Add",
            self._embedded("tokens"),
            self._op("Gather", self._plain("decoder/position_encodings/encodings"), "positions"),
        )
        for layer in range(self._layers):
            for name in ("key", "value"):
                inputs += [
                    self._cache(f"past_{name}.{layer}", "before"),
                    self._cache(f"sound_{name}.{layer}", "frames", 1),
                ]
                outputs.append(self._cache(f"{name}.{layer}", "all"))
            x = self._layer(x, layer)
        last = self._op("Slice", x, self._op("Neg", "keep"), self._constant([1 << 40]), self._constant([1]))
        table = self._quantised("decoder/embeddings/weight")
        self._product(self._norm(last, "decoder/layer_norm"), table, "", "logits")
        return self._model(inputs, outputs)

    def crossing(self) -> bytes:
        inputs = [_info("sound", TensorProto.FLOAT, [1, "frames", self._width])]
        outputs = []
        for layer in range(self._layers):
            prefix = f"decoder/layer_{layer}/attention/linear_1"
            both = self._linear("sound", prefix)
            for name, half in zip(("key", "value"), self._split(both, 2), strict=True):
                self._heads(half, f"sound_{name}.{layer}")
                outputs.append(self._cache(f"sound_{name}.{layer}", "frames", 1))
        return self._model(inputs, outputs)

    def _layer(self, x: str, layer: int) -> str:
        prefix = f"decoder/layer_{layer}"
        query, key, value = self._split(
            self._linear(self._norm(x, f"{prefix}/self_attention/layer_norm"), f"{prefix}/self_attention/linear_0"), 3
        )
        keys = self._op("Concat", f"past_key.{layer}", self._heads(key), axis=2, out=f"key.{layer}")
        values = self._op("Concat", f"past_value.{layer}", self._heads(value), axis=2, out=f"value.{layer}")
        seen = self._attended(query, keys, values, "mask")
        x = self._op("Add", x, self._linear(seen, f"{prefix}/self_attention/linear_1"))
        query = self._linear(self._norm(x, f"{prefix}/attention/layer_norm"), f"{prefix}/attention/linear_0")
        seen = self._attended(query, f"sound_key.{layer}", f"sound_value.{layer}", "")
        x = self._op("Add", x, self._linear(seen, f"{prefix}/attention/linear_2"))
        inner = self._linear(self._norm(x, f"{prefix}/ffn/layer_norm"), f"{prefix}/ffn/linear_0")
        active = self._op("Gelu", inner, domain="com.microsoft")
        return self._op("Add", x, self._linear(active, f"{prefix}/ffn/linear_1"))

    def _attended(self, query: str, keys: str, values: str, mask: str) -> str:
        scale = self._plain_value("scale", np.array((self._width // HEADS) ** -0.5, np.float32))
        scores = self._op(
            "MatMul", self._op("Mul", self._heads(query), scale), self._op("Transpose", keys, perm=[0, 1, 3, 2])
        )
        if mask:
            scores = self._op("Add", scores, mask)
        found = self._op("MatMul", self._op("Softmax", scores, axis=-1), values)
        return self._op("Reshape", self._op("Transpose", found, perm=[0, 2, 1, 3]), self._constant([0, 0, self._width]))

    def _heads(self, x: str, out: str = "") -> str:
        parted = self._op("Reshape", x, self._constant([0, 0, HEADS, self._width // HEADS]))
        return self._op("Transpose", parted, perm=[0, 2, 1, 3], out=out)

    def _split(self, x: str, parts: int) -> list[str]:
        names = [f"{x}_{n}" for n in range(parts)]
        self._nodes.append(helper.make_node("Split", [x, self._constant([self._width] * parts)], names, axis=-1))
        return names

    def _norm(self, x: str, prefix: str) -> str:
        return self._op("LayerNormalization", x, self._plain(f"{prefix}/gamma"), self._plain(f"{prefix}/beta"), axis=-1)

    def _linear(self, x: str, prefix: str) -> str:
        return self._product(x, self._quantised(f"{prefix}/weight"), self._plain(f"{prefix}/bias"))

    def _product(self, x: str, weight: str, bias: str, out: str = "") -> str:
        inputs = [x, weight, f"{weight}_scale", f"{weight}_zero"]
        return self._op("DynamicQuantizeMatMul", *inputs, *([bias] if bias else []), domain="com.microsoft", out=out)

    def _embedded(self, rows: str) -> str:
        """Rows of the table that the logits are made with too, which lies there by columns."""
        table = self._quantised("decoder/embeddings/weight")
        values = self._op("Cast", self._op("Gather", table, rows, axis=1), to=TensorProto.FLOAT)
        scaled = self._op("Mul", values, self._op("Gather", f"{table}_scale", rows))
        return self._op("Transpose", scaled, perm=[1, 2, 0])

    @property
    def _vocabulary(self) -> int:
        return len(self._weights["decoder/embeddings/weight"])

    def _quantised(self, name: str) -> str:
        """The transposed weight in int8."""
        if name not in self._tensors:
            weight = self._weights[name].astype(np.float32).T
            scale = np.abs(weight).max(axis=0) / 127
            self._tensors[name] = tensor(name, np.rint(weight / scale).astype(np.int8))
            self._tensors[f"{name}_scale"] = tensor(f"{name}_scale", scale.astype(np.float32))
            self._tensors[f"{name}_zero"] = tensor(f"{name}_zero", np.zeros(len(scale), np.int8))
        return name

    def _plain(self, name: str) -> str:
        return self._plain_value(name, self._weights[name].astype(np.float32))

    def _plain_value(self, name: str, value: Array) -> str:
        if name not in self._tensors:
            self._tensors[name] = tensor(name, np.asarray(value))
        return name

    def _constant(self, values: list[int]) -> str:
        return self._plain_value("_".join(map(str, ("int", *values))), np.array(values, np.int64))

    def _op(self, kind: str, *inputs: str, out: str = "", domain: str = "", **attributes: Any) -> str:
        name = out or f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, [*inputs], [name], domain=domain, **attributes))
        return name

    def _cache(self, name: str, length: str, hypotheses: int | str = "hypotheses") -> ValueInfoProto:
        return _info(name, TensorProto.FLOAT, [hypotheses, HEADS, length, self._width // HEADS])

    def _model(self, inputs: list[ValueInfoProto], outputs: list[ValueInfoProto]) -> bytes:
        graph = helper.make_graph(self._nodes, "decoder", inputs, outputs, [*self._tensors.values()])
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        made: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString()
        return made


def _info(name: str, kind: int, shape: list[int | str]) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)
