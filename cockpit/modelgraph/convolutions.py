"""Rewrite dynamically quantised 1-D convolutions of an ONNX graph as one 8-bit matrix product each.

onnxruntime's quantiser turns a convolution into

    DynamicQuantizeLinear(x) -> ConvInteger [-> Add(bias, quantised at every run)] -> Cast -> Mul(scales)

whose `ConvInteger` unfolds its input value by value and packs it anew at every run. Here the input is turned to
(1, frames, channels), so that a tap of the kernel is a block of whole rows; the taps are laid side by side and
multiplied with the kernel by `MatMulIntegerToFloat`, which has packed it once and adds the float bias itself.
The arithmetic stays the same but for the bias, which is no longer rounded. (A float `Conv` is hardly faster than
`ConvInteger`, and keeps four times the bytes.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from onnx import ModelProto, NodeProto, helper, numpy_helper

from cockpit.modelgraph.tensors import Array, parse, tensor

_INT64_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class _Convolution:
    """`quantise` makes (values, scale, zero point) of the input; `bias` and `weight_scale` are names of tensors."""

    quantise: NodeProto
    conv: NodeProto
    weight_scale: str
    bias: str | None
    output: str

    @property
    def taps(self) -> int:
        return self._ints("kernel_shape", 1)[0]

    @property
    def dilation(self) -> int:
        return self._ints("dilations", 1)[0]

    @property
    def pads(self) -> tuple[int, int]:
        before, after = self._ints("pads", 0, 0)
        return before, after

    @property
    def is_plain(self) -> bool:
        """One dimension, one group, no stride, and padding that is written out."""
        attributes = {a.name: a for a in self.conv.attribute}
        group = attributes["group"].i if "group" in attributes else 1
        padded = attributes["auto_pad"].s == b"NOTSET" if "auto_pad" in attributes else True
        return group == 1 and padded and len(self._ints("kernel_shape")) == 1 and self._ints("strides", 1) == [1]

    def _ints(self, name: str, *default: int) -> list[int]:
        return next((list(a.ints) for a in self.conv.attribute if a.name == name), list(default))


def convolutions_as_products(model: bytes) -> bytes:
    """The ONNX model `model`, rewritten; convolutions of another form stay. Raises `ValueError` for what is none."""
    proto = parse(model)
    _Rewriter(proto).rewrite()
    rewritten: bytes = proto.SerializeToString()
    return rewritten


class _Rewriter:
    def __init__(self, model: ModelProto) -> None:
        self._graph = model.graph
        self._tensors = {one.name: one for one in model.graph.initializer}
        self._made_by = {name: node for node in model.graph.node for name in node.output}
        self._users: defaultdict[str, list[NodeProto]] = defaultdict(list)
        for node in model.graph.node:
            for name in node.input:
                self._users[name].append(node)

    def rewrite(self) -> None:
        found = {one.output: one for one in map(self._find, self._graph.node) if one}
        nodes: list[NodeProto] = []
        for node in self._graph.node:
            one = found.get(node.output[0])
            nodes += self._products(one) if one else [node]
        kept = _needed(nodes, {output.name for output in self._graph.output})
        used = {name for node in kept for name in node.input}
        tensors = [one for name, one in self._tensors.items() if name in used]
        del self._graph.node[:]
        del self._graph.initializer[:]
        self._graph.node.extend(kept)
        self._graph.initializer.extend(tensors)

    def _find(self, conv: NodeProto) -> _Convolution | None:
        if conv.op_type != "ConvInteger" or len(conv.input) < 4:
            return None
        quantise, last = self._made_by.get(conv.input[0]), self._only_user(conv)
        bias = None
        if last and last.op_type == "Add":
            bias = self._float_bias(next(name for name in last.input if name != conv.output[0]))
            last = self._only_user(last) if bias else None
        scaled = self._only_user(last) if last and last.op_type == "Cast" else None
        if not (quantise and quantise.op_type == "DynamicQuantizeLinear" and last and scaled):
            return None
        scales = self._made_by.get(next(name for name in scaled.input if name != last.output[0]))
        if scaled.op_type != "Mul" or not scales or scales.op_type != "Mul" or quantise.output[1] not in scales.input:
            return None
        weight_scale = next(name for name in scales.input if name != quantise.output[1])
        found = _Convolution(quantise, conv, weight_scale, bias, scaled.output[0])
        known = all(name in self._tensors for name in (conv.input[1], conv.input[3], weight_scale))
        return found if known and found.is_plain else None

    def _only_user(self, node: NodeProto) -> NodeProto | None:
        users = self._users[node.output[0]]
        return users[0] if len(users) == 1 else None

    def _float_bias(self, name: str) -> str | None:
        """The bias as it was before Div(scale) -> Floor -> Cast -> Reshape."""
        for op in ("Reshape", "Cast", "Floor", "Div"):
            node = self._made_by.get(name)
            if node is None or node.op_type != op:
                return None
            name = node.input[0]
        return name if name in self._tensors else None

    def _products(self, one: _Convolution) -> Iterator[NodeProto]:
        values, scale, zero = one.quantise.output
        rows, out = f"{one.output}_rows", one.output
        yield helper.make_node("Transpose", [values], [rows], perm=[0, 2, 1])
        if any(one.pads):
            before, after = one.pads
            padding = self._constant(f"{out}_pads", np.array([0, before, 0, 0, after, 0]))
            yield helper.make_node("Pad", [rows, padding, zero], [f"{out}_padded"])
            rows = f"{out}_padded"
        if one.taps > 1:
            yield from self._unfolded(one, rows)
            rows = f"{out}_unfolded"
        inputs = [rows, *self._kernel(one, scale, zero)]
        yield helper.make_node("MatMulIntegerToFloat", inputs, [f"{out}_product"], domain="com.microsoft")
        yield helper.make_node("Transpose", [f"{out}_product"], [out], perm=[0, 2, 1])

    def _unfolded(self, one: _Convolution, rows: str) -> Iterator[NodeProto]:
        """(1, frames, channels) to (1, frames, taps * channels)."""
        reach = one.dilation * (one.taps - 1)
        axis = self._constant("frames_axis", np.array([1]))
        parts = []
        for start in range(0, reach + 1, one.dilation):
            begin = self._constant(f"from_{start}", np.array([start]))
            stop = self._constant(f"to_{start - reach}", np.array([start - reach or _INT64_MAX]))
            parts.append(f"{one.output}_from_{start}")
            yield helper.make_node("Slice", [rows, begin, stop, axis], [parts[-1]])
        yield helper.make_node("Concat", parts, [f"{one.output}_unfolded"], axis=2)

    def _kernel(self, one: _Convolution, scale: str, zero: str) -> list[str]:
        """The inputs of `MatMulIntegerToFloat` from the second on. The kernel is signed: onnxruntime is faster then."""
        kernel = numpy_helper.to_array(self._tensors[one.conv.input[1]])
        point = numpy_helper.to_array(self._tensors[one.conv.input[3]])
        offset = 128 if kernel.dtype == np.uint8 else 0
        flat = kernel.transpose(2, 1, 0).reshape(-1, kernel.shape[0])
        return [
            self._constant(f"{one.output}_kernel", (flat.astype(np.int16) - offset).astype(np.int8)),
            scale,
            one.weight_scale,
            zero,
            self._constant(f"{one.output}_kernel_zero", (point.astype(np.int16) - offset).astype(np.int8)),
            one.bias or "",
        ]

    def _constant(self, name: str, value: Array) -> str:
        if name not in self._tensors:
            self._tensors[name] = tensor(name, value)
        return name


def _needed(nodes: list[NodeProto], outputs: set[str]) -> list[NodeProto]:
    """The nodes (in topological order) that `outputs` depend on."""
    used, kept = set(outputs), []
    for node in reversed(nodes):
        if used.intersection(node.output):
            kept.append(node)
            used.update(node.input)
    return kept[::-1]
