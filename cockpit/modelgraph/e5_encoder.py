"""multilingual-e5-small as an ONNX graph with 8-bit products: rows of word embeddings in, one unit vector out.

    words (pieces, hidden) float32  ->  vector (hidden) float32, pieces (pieces, hidden) float32

`vector` is the mean of `pieces`, which are what each piece means where it stands.

The words' embedding stays out of the graph (`WordRows` reads the few rows a text needs). One text at a time, so there
is neither padding nor a mask.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto, helper

from cockpit.modelgraph import e5
from cockpit.modelgraph.tensors import Array, tensor


def build(file: Path) -> bytes:
    """The graph made of the pulled `e5-small-q4.bin`. Raises as `e5.read` does."""
    model = e5.read(file, lambda name: name != "emb.word")
    return _Builder(model.shape, model.weights).build()


class _Builder:
    def __init__(self, shape: e5.Shape, weights: e5.Weights) -> None:
        self._shape, self._weights = shape, weights
        self._nodes: list[NodeProto] = []
        self._tensors: dict[str, TensorProto] = {}

    def build(self) -> bytes:
        hidden = self._shape.hidden
        places = self._weights["emb.pos"] + self._weights["emb.type"].reshape(-1)[:hidden]
        count = self._node("Gather", [self._node("Shape", ["words"]), self._constant("first", np.array(0))], axis=0)
        ranged = self._node("Range", [self._constant("zero", np.array(0)), count, self._constant("one", np.array(1))])
        placed = self._node("Gather", [self._constant("places", places.astype(np.float32)), ranged], axis=0)
        state = self._normal(self._node("Add", ["words", placed]), "emb.ln")
        for layer in range(self._shape.layers):
            state = self._layer(state, f"l{layer}")
        self._node("Identity", [state], "pieces")
        mean = self._node("ReduceMean", [state], axes=[0], keepdims=0)
        self._node("LpNormalization", [mean], "vector", axis=0, p=2)
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [helper.make_tensor_value_info("words", TensorProto.FLOAT, ["pieces", hidden])],
            [
                helper.make_tensor_value_info("vector", TensorProto.FLOAT, [hidden]),
                helper.make_tensor_value_info("pieces", TensorProto.FLOAT, ["pieces", hidden]),
            ],
            [*self._tensors.values()],
        )
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        made: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString()
        return made

    def _layer(self, state: str, layer: str) -> str:
        heads, each = self._shape.heads, self._shape.hidden // self._shape.heads
        split = self._constant("split", np.array([0, heads, each]))
        query, key, value = (self._node("Reshape", [self._product(state, f"{layer}.{part}"), split]) for part in "qkv")
        query, value = (self._node("Transpose", [part], perm=[1, 0, 2]) for part in (query, value))
        scores = self._node("MatMul", [query, self._node("Transpose", [key], perm=[1, 2, 0])])
        scaled = self._node("Mul", [scores, self._constant("scale", np.array(each**-0.5, np.float32))])
        mixed = self._node("MatMul", [self._node("Softmax", [scaled], axis=-1), value])
        joined = self._constant("joined", np.array([-1, self._shape.hidden]))
        seen = self._node("Reshape", [self._node("Transpose", [mixed], perm=[1, 0, 2]), joined])
        state = self._normal(self._node("Add", [state, self._product(seen, f"{layer}.ao")]), f"{layer}.aln")
        inner = self._node("Gelu", [self._product(state, f"{layer}.fi")], domain="com.microsoft")
        return self._normal(self._node("Add", [state, self._product(inner, f"{layer}.fo")]), f"{layer}.oln")

    def _product(self, state: str, name: str) -> str:
        """`state` by a weight of 8 bits with a scale an output, plus its bias."""
        weight = self._weights[f"{name}.w"].T
        scale = np.maximum(np.abs(weight).max(axis=0), 1e-8) / 127
        inputs = [
            state,
            self._constant(f"{name}.values", np.rint(weight / scale).astype(np.int8)),
            self._constant(f"{name}.scale", scale.astype(np.float32)),
            "",
            self._constant(f"{name}.b", self._weights[f"{name}.b"]),
        ]
        return self._node("DynamicQuantizeMatMul", inputs, domain="com.microsoft")

    def _normal(self, state: str, name: str) -> str:
        weights = [self._constant(f"{name}.{part}", self._weights[f"{name}.{part}"]) for part in "wb"]
        return self._node("LayerNormalization", [state, *weights], epsilon=self._shape.eps)

    def _node(self, kind: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        output = output or f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def _constant(self, name: str, value: Array) -> str:
        if name not in self._tensors:
            self._tensors[name] = tensor(name, np.asarray(value))
        return name
