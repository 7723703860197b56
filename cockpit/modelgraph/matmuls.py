"""Rewrite an ONNX graph whose weights are stored as int8 but computed in float32, so that it computes in int8.

Moonshine's files keep each weight `w` as `Add(Mul(Cast(q), scale), zero)`. An ORT-format file is not optimised
when it is loaded, so onnxruntime would expand all of that again for every token. Here a `MatMul` with such a
weight becomes onnxruntime's `DynamicQuantizeMatMul` on `q` itself, and a `Gather` expands only the rows it took.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from onnx import AttributeProto, GraphProto, NodeProto, TensorProto, helper, numpy_helper

from cockpit.modelgraph.tensors import parse, tensor


@dataclass(frozen=True, slots=True)
class _Weight:
    """Names of the tensors that make a weight: int8 values, float scale, float zero (what a value of 0 means)."""

    values: str
    scale: str
    zero: str


def compute_in_int8(model: bytes) -> bytes:
    """The ONNX model `model`, rewritten. Raises `ValueError` when it is not an ONNX model."""
    proto = parse(model)
    _Rewriter(proto.graph).rewrite()
    rewritten: bytes = proto.SerializeToString()
    return rewritten


class _Rewriter:
    """One pass over a main graph and its subgraphs."""

    def __init__(self, graph: GraphProto) -> None:
        self._graph = graph
        self._tensors = {one.name: one for one in graph.initializer}
        self._added: dict[str, TensorProto] = {}

    def rewrite(self) -> None:
        self._rewrite(self._graph, self._find_weights())
        self._graph.initializer.extend(self._added.values())

    def _find_weights(self) -> dict[str, _Weight]:
        """Weights of the main graph by the name under which other nodes use them."""
        made_by = {node.output[0]: node for node in self._graph.node}
        found = {}
        for name, node in made_by.items():
            product = made_by.get(node.input[0]) if node.op_type == "Add" else None
            cast = made_by.get(product.input[0]) if product and product.op_type == "Mul" else None
            values = self._tensors.get(cast.input[0]) if cast and cast.op_type == "Cast" else None
            if product and values and values.data_type == TensorProto.INT8:
                found[name] = _Weight(values.name, scale=product.input[1], zero=node.input[1])
        return found

    def _rewrite(self, graph: GraphProto, outer: dict[str, _Weight]) -> None:
        weights = dict(outer)
        nodes = [new for node in graph.node for new in self._rewrite_node(node, weights)]
        del graph.node[:]
        graph.node.extend(nodes)
        # onnxruntime writes the branches of an If unnamed and then refuses to read them
        graph.name = "graph"

    def _rewrite_node(self, node: NodeProto, weights: dict[str, _Weight]) -> list[NodeProto]:
        inputs, outputs = node.input, node.output
        if node.op_type == "MatMul" and inputs[1] in weights:
            weight = weights[inputs[1]]
            quantised = [inputs[0], weight.values, weight.scale, self._zero_point(weight)]
            return [helper.make_node("DynamicQuantizeMatMul", quantised, outputs, domain="com.microsoft")]
        if node.op_type == "Gather" and inputs[0] in weights:
            return list(_gather(weights[inputs[0]], inputs[1], outputs[0]))
        if node.op_type == "Transpose" and inputs[0] in weights:
            weights[outputs[0]] = self._transposed(weights[inputs[0]])
            return []
        for attribute in node.attribute:
            if attribute.type == AttributeProto.GRAPH:
                self._rewrite(attribute.g, weights)
        return [node]

    def _zero_point(self, weight: _Weight) -> str:
        """The int8 zero point that `DynamicQuantizeMatMul` wants: q * scale + zero = (q - zero_point) * scale."""
        name = f"{weight.zero}_int8"
        zero, scale = (numpy_helper.to_array(self._tensors[one]) for one in (weight.zero, weight.scale))
        self._added[name] = tensor(name, np.rint(-zero / scale).astype(np.int8))
        return name

    def _transposed(self, weight: _Weight) -> _Weight:
        name = f"{weight.values}_transposed"
        if name not in self._added:
            self._added[name] = tensor(name, numpy_helper.to_array(self._tensors[weight.values]).T)
        return _Weight(name, weight.scale, weight.zero)


def _gather(weight: _Weight, rows: str, output: str) -> Iterator[NodeProto]:
    yield helper.make_node("Gather", [weight.values, rows], [f"{output}_values"])
    yield helper.make_node("Cast", [f"{output}_values"], [f"{output}_cast"], to=TensorProto.FLOAT)
    yield helper.make_node("Mul", [f"{output}_cast", weight.scale], [f"{output}_scaled"])
    yield helper.make_node("Add", [f"{output}_scaled", weight.zero], [output])
