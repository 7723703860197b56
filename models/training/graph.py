"""The trained network as an int8 ONNX graph for onnxruntime, and back again for further training.

Weights are symmetric int8, one scale an output column; activations are quantised as they come (onnxruntime's
`DynamicQuantizeMatMul`). The embedding is int8 with one scale a row. Everything else is float32.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.training.network import Design, Network

Array = NDArray[np.float32]
OPSET, CONTRIB = 17, "com.microsoft"


class _Builder:
    def __init__(self, network: Network, int8: bool) -> None:
        self.design, self._int8 = network.design, int8
        self._state = {name: value.detach().float().cpu().numpy() for name, value in network.state_dict().items()}
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []

    def constant(self, name: str, values: NDArray[np.generic]) -> str:
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], output, domain=domain, **attributes))
        return output

    def linear(self, x: str, name: str, output: str) -> str:
        """x (1, pieces, in) times the layer's weight, plus its bias."""
        weight = self._state[f"{name}.weight"].T
        if not self._int8:
            product = self.node("MatMul", [x, self.constant(f"{name}.weight", weight)], f"{output}.product")
            return self.node("Add", [product, self.constant(f"{name}.bias", self._state[f"{name}.bias"])], output)
        scale = np.maximum(np.abs(weight).max(0), 1e-8) / 127
        quantised = np.clip(np.rint(weight / scale), -127, 127).astype(np.int8)
        outputs = [f"{x}.values", f"{x}.step", f"{x}.middle"]
        self.nodes.append(helper.make_node("DynamicQuantizeLinear", [x], outputs, f"{x}.quantised"))
        inputs = [
            outputs[0],
            self.constant(f"{name}.weight", quantised),
            outputs[1],
            self.constant(f"{name}.scale", scale.astype(np.float32)),
            outputs[2],
            self.constant(f"{name}.zero", np.zeros(len(scale), np.int8)),
            self.constant(f"{name}.bias", self._state[f"{name}.bias"]),
        ]
        return self.node("MatMulIntegerToFloat", inputs, output, CONTRIB)

    def norm(self, x: str, added: str, name: str, output: str) -> str:
        weight = self.constant(f"{name}.weight", self._state[f"{name}.weight"])
        bias = self.constant(f"{name}.bias", self._state[f"{name}.bias"])
        total = self.node("Add", [x, added], f"{output}.sum")
        return self.node("LayerNormalization", [total, weight, bias], output, axis=-1, epsilon=float(self.design.eps))

    def embedding(self) -> str:
        words = self._state["words.weight"]
        self.constant("places.weight", self._state["places.weight"][None])
        if not self._int8:
            self.node("Gather", [self.constant("words.weight", words), "ids"], "words.read", axis=0)
            return self.placed()
        scale = np.maximum(np.abs(words).max(1, keepdims=True), 1e-8) / 127
        self.constant("words.weight", np.rint(words / scale).astype(np.int8))
        self.constant("words.scale", scale.astype(np.float32))
        self.node("Gather", ["words.weight", "ids"], "words.quantised", axis=0)
        self.node("Cast", ["words.quantised"], "words.rounded", to=TensorProto.FLOAT)
        self.node("Gather", ["words.scale", "ids"], "words.scales", axis=0)
        self.node("Mul", ["words.rounded", "words.scales"], "words.read")
        return self.placed()

    def placed(self) -> str:
        """The words' embeddings with those of their places added."""
        self.node("Shape", ["ids"], "length", start=1, end=2)
        self.constant("zero", np.array([0], np.int64))
        self.constant("one", np.array([1], np.int64))
        self.node("Slice", ["places.weight", "zero", "length", "one"], "places.read")
        return self.norm("words.read", "places.read", "norm", "embedded")

    def layer(self, x: str, name: str) -> str:
        qkv = self.linear(x, f"{name}.qkv", f"{name}.qkv.out")
        for n, part in enumerate("qkv"):
            first, last = n * self.design.hidden, (n + 1) * self.design.hidden
            self.constant(f"{name}.{part}.first", np.array([first], np.int64))
            self.constant(f"{name}.{part}.last", np.array([last], np.int64))
            self.constant(f"{name}.{part}.axis", np.array([2], np.int64))
            self.node(
                "Slice", [qkv, f"{name}.{part}.first", f"{name}.{part}.last", f"{name}.{part}.axis"], f"{name}.{part}"
            )
        attended = self.node(
            "MultiHeadAttention",
            [f"{name}.q", f"{name}.k", f"{name}.v"],
            f"{name}.attended",
            CONTRIB,
            num_heads=self.design.heads,
        )
        x = self.norm(self.linear(attended, f"{name}.out", f"{name}.out.out"), x, f"{name}.out_norm", f"{name}.mixed")
        wide = self.linear(x, f"{name}.widen", f"{name}.widen.out")
        wide = self.node("Gelu", [wide], f"{name}.gelu", CONTRIB)
        return self.norm(
            self.linear(wide, f"{name}.narrow", f"{name}.narrow.out"), x, f"{name}.narrow_norm", f"{name}.out"
        )


def to_onnx(network: Network, int8: bool = True) -> onnx.ModelProto:
    """Input `ids` (1, pieces) int64; outputs `pieces` (1, pieces, n) and `mean` (1, n): all heads side by side."""
    builder = _Builder(network, int8)
    x = builder.embedding()
    for n in range(len(network.design.inner)):
        x = builder.layer(x, f"layers.{n}")
    outputs = []
    if network.piece_head is not None:
        builder.linear(x, "piece_head", "pieces")
        width = sum(network.design.piece_heads.values())
        outputs.append(helper.make_tensor_value_info("pieces", TensorProto.FLOAT, [1, "length", width]))
    if network.mean_head is not None:
        builder.node("ReduceMean", [x], "averaged", axes=[1], keepdims=0)
        builder.linear("averaged", "mean_head", "mean")
        width = sum(network.design.mean_heads.values())
        outputs.append(helper.make_tensor_value_info("mean", TensorProto.FLOAT, [1, width]))
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "length"])
    graph = helper.make_graph(builder.nodes, "intent", [ids], outputs, builder.tensors)
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="cockpit")
    onnx.checker.check_model(model, check_custom_domain=False)
    return model


def from_onnx(file: Path, design: Design) -> Network:
    """The network that `to_onnx` wrote, with its weights as quantising left them."""
    tensors = {one.name: numpy_helper.to_array(one) for one in onnx.load(str(file)).graph.initializer}
    network = Network(design)
    state = {}
    for name, parameter in network.state_dict().items():
        stored = tensors[name]
        if name == "words.weight":
            stored = stored.astype(np.float32) * tensors["words.scale"]
        elif stored.dtype == np.int8:
            stored = (stored.astype(np.float32) * tensors[name.removesuffix("weight") + "scale"]).T
        state[name] = torch.from_numpy(np.array(stored, np.float32).reshape(parameter.shape))
    network.load_state_dict(state)
    return network
