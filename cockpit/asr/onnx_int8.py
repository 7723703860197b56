"""Rewrite an ONNX graph whose weights are stored as int8 but computed in float32, so that it computes in int8.

Moonshine's files keep each weight `w` as `Add(Mul(Cast(q), scale), zero)`. An ORT-format file is not optimised
when it is loaded, so onnxruntime would expand all of that again for every token. Here a `MatMul` with such a
weight becomes onnxruntime's `DynamicQuantizeMatMul` on `q` itself, and a `Gather` expands only the rows it took.

The edits are made on the protobuf wire format (https://protobuf.dev/programming-guides/encoding/) with the few
field numbers of onnx.proto3 that matter here, which saves a dependency on the `onnx` package.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Field = tuple[int, int, int | bytes]
"""Field number, wire type, and the value: an int for varints, bytes for all else."""

_MODEL_GRAPH = 7
_GRAPH_NODE, _GRAPH_NAME, _GRAPH_INITIALIZER = 1, 2, 5
_NODE_INPUT, _NODE_OUTPUT, _NODE_OP, _NODE_ATTRIBUTE, _NODE_DOMAIN = 1, 2, 4, 5, 7
_ATTRIBUTE_NAME, _ATTRIBUTE_INT, _ATTRIBUTE_GRAPH, _ATTRIBUTE_TYPE = 1, 3, 6, 20
_TENSOR_DIMS, _TENSOR_TYPE, _TENSOR_NAME, _TENSOR_RAW = 1, 2, 8, 9
_FLOAT, _INT8 = 1, 3
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class _Weight:
    """Names of the tensors that make a weight: int8 values, float scale, float zero (what a value of 0 means)."""

    values: str
    scale: str
    zero: str


def compute_in_int8(model: bytes) -> bytes:
    """The ONNX model `model`, rewritten. Raises `ValueError` when it is not an ONNX model."""
    fields = _parse(model)
    graphs = [i for i, (number, _, _) in enumerate(fields) if number == _MODEL_GRAPH]
    if len(graphs) != 1:
        raise ValueError("not an ONNX model")
    at = graphs[0]
    fields[at] = (_MODEL_GRAPH, _BYTES, _Rewriter(_parse(_raw(fields[at]))).rewritten())
    return _serialise(fields)


class _Rewriter:
    """One pass over a main graph and its subgraphs."""

    def __init__(self, graph: list[Field]) -> None:
        self._graph = graph
        self._tensors = {
            _text(tensor, _TENSOR_NAME)[0]: tensor
            for tensor in (_parse(_raw(field)) for field in graph if field[0] == _GRAPH_INITIALIZER)
        }
        self._added: dict[str, bytes] = {}
        self._weights = self._find_weights()

    def rewritten(self) -> bytes:
        graph = self._rewrite(self._graph, self._weights)
        graph += [(_GRAPH_INITIALIZER, _BYTES, tensor) for tensor in self._added.values()]
        return _serialise(graph)

    def _find_weights(self) -> dict[str, _Weight]:
        """Weights of the main graph by the name under which other nodes use them."""
        made_by = {}
        for field in self._graph:
            if field[0] == _GRAPH_NODE:
                node = _parse(_raw(field))
                made_by[_text(node, _NODE_OUTPUT)[0]] = (_text(node, _NODE_OP)[0], _text(node, _NODE_INPUT))
        found = {}
        for name, (op, inputs) in made_by.items():
            product = made_by.get(inputs[0]) if op == "Add" else None
            cast = made_by.get(product[1][0]) if product and product[0] == "Mul" else None
            values = cast[1][0] if cast and cast[0] == "Cast" else ""
            if product and self._is_int8(values):
                found[name] = _Weight(values, scale=product[1][1], zero=inputs[1])
        return found

    def _is_int8(self, name: str) -> bool:
        return name in self._tensors and (_TENSOR_TYPE, _VARINT, _INT8) in self._tensors[name]

    def _zero_point(self, weight: _Weight) -> str:
        """The int8 zero point that `DynamicQuantizeMatMul` wants: q * scale + zero = (q - zero_point) * scale."""
        name = f"{weight.zero}_int8"
        point = -self._data(weight.zero, np.float32) / self._data(weight.scale, np.float32)
        self._added[name] = _tensor(name, np.rint(point).astype(np.int8))
        return name

    def _data(self, name: str, dtype: type[np.generic]) -> NDArray[Any]:
        return np.frombuffer(_raw(next(f for f in self._tensors[name] if f[0] == _TENSOR_RAW)), dtype)

    def _transposed(self, weight: _Weight) -> _Weight:
        name = f"{weight.values}_transposed"
        if name not in self._added:
            rows, columns = (int(v) for n, _, v in self._tensors[weight.values] if n == _TENSOR_DIMS)
            flipped = self._data(weight.values, np.int8).reshape(rows, columns).T
            self._added[name] = _tensor(name, flipped)
        return _Weight(name, weight.scale, weight.zero)

    def _rewrite(self, graph: list[Field], outer: dict[str, _Weight]) -> list[Field]:
        weights = dict(outer)
        out: list[Field] = []
        for field in graph:
            if field[0] == _GRAPH_NODE:
                out += [(_GRAPH_NODE, _BYTES, node) for node in self._rewrite_node(field, weights)]
            elif field[0] != _GRAPH_NAME:
                out.append(field)
        # onnxruntime writes the branches of an If unnamed and then refuses to read them
        out.append((_GRAPH_NAME, _BYTES, b"graph"))
        return out

    def _rewrite_node(self, field: Field, weights: dict[str, _Weight]) -> list[bytes]:
        node = _parse(_raw(field))
        op, inputs, outputs = _text(node, _NODE_OP)[0], _text(node, _NODE_INPUT), _text(node, _NODE_OUTPUT)
        if op == "MatMul" and inputs[1] in weights:
            weight = weights[inputs[1]]
            quantised = [inputs[0], weight.values, weight.scale, self._zero_point(weight)]
            return [_node("DynamicQuantizeMatMul", quantised, outputs[0], domain="com.microsoft")]
        if op == "Gather" and inputs[0] in weights:
            return _gather(weights[inputs[0]], inputs[1], outputs[0])
        if op == "Transpose" and inputs[0] in weights:
            weights[outputs[0]] = self._transposed(weights[inputs[0]])
            return []
        return [_serialise([self._rewrite_attribute(part, weights) for part in node])]

    def _rewrite_attribute(self, field: Field, weights: dict[str, _Weight]) -> Field:
        if field[0] != _NODE_ATTRIBUTE:
            return field
        parts = _parse(_raw(field))
        for at, part in enumerate(parts):
            if part[0] == _ATTRIBUTE_GRAPH:
                branch = self._rewrite(_parse(_raw(part)), weights)
                parts[at] = (_ATTRIBUTE_GRAPH, _BYTES, _serialise(branch))
        return (_NODE_ATTRIBUTE, _BYTES, _serialise(parts))


def _gather(weight: _Weight, rows: str, output: str) -> list[bytes]:
    to_float: list[Field] = [
        (_ATTRIBUTE_NAME, _BYTES, b"to"),
        (_ATTRIBUTE_INT, _VARINT, _FLOAT),
        (_ATTRIBUTE_TYPE, _VARINT, 2),
    ]
    return [
        _node("Gather", [weight.values, rows], f"{output}_values"),
        _node("Cast", [f"{output}_values"], f"{output}_cast", attributes=[_serialise(to_float)]),
        _node("Mul", [f"{output}_cast", weight.scale], f"{output}_scaled"),
        _node("Add", [f"{output}_scaled", weight.zero], output),
    ]


def _node(op: str, inputs: list[str], output: str, domain: str = "", attributes: list[bytes] | None = None) -> bytes:
    return _serialise(
        [
            *((_NODE_INPUT, _BYTES, name.encode()) for name in inputs),
            (_NODE_OUTPUT, _BYTES, output.encode()),
            (_NODE_OP, _BYTES, op.encode()),
            *((_NODE_ATTRIBUTE, _BYTES, attribute) for attribute in attributes or ()),
            (_NODE_DOMAIN, _BYTES, domain.encode()),
        ]
    )


def _tensor(name: str, data: NDArray[np.int8]) -> bytes:
    return _serialise(
        [
            *((_TENSOR_DIMS, _VARINT, int(size)) for size in data.shape),
            (_TENSOR_TYPE, _VARINT, _INT8),
            (_TENSOR_NAME, _BYTES, name.encode()),
            (_TENSOR_RAW, _BYTES, data.tobytes()),
        ]
    )


def _raw(field: Field) -> bytes:
    if not isinstance(field[2], bytes):
        raise TypeError("a message was expected in the ONNX file")
    return field[2]


def _text(message: list[Field], number: int) -> list[str]:
    return [_raw(field).decode() for field in message if field[0] == number]


def _parse(data: bytes) -> list[Field]:
    fields: list[Field] = []
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = _read_varint(data, at)
            fields.append((number, wire, value))
            continue
        if wire == _BYTES:
            size, at = _read_varint(data, at)
        elif wire in (_FIXED32, _FIXED64):
            size = 4 if wire == _FIXED32 else 8
        else:
            raise ValueError("not a protobuf message")
        fields.append((number, wire, data[at : at + size]))
        at += size
    return fields


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _serialise(fields: list[Field]) -> bytes:
    parts: list[bytes] = []
    for number, wire, value in fields:
        parts.append(_varint(number << 3 | wire))
        if isinstance(value, int):
            parts.append(_varint(value))
        else:
            if wire == _BYTES:
                parts.append(_varint(len(value)))
            parts.append(value)
    return b"".join(parts)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
