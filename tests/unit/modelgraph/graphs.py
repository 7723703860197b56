"""Small ONNX models, and a run of one."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime as ort
from onnx import NodeProto, TensorProto, helper, numpy_helper


def model(nodes: list[NodeProto], tensors: dict[str, Any], elements: int = TensorProto.FLOAT) -> bytes:
    """A model from `x` of type `elements` to the floats `y`."""
    graph = helper.make_graph(
        nodes,
        "main",
        [helper.make_tensor_value_info("x", elements, None)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in tensors.items()],
    )
    opsets = [helper.make_opsetid("", 14), helper.make_opsetid("com.microsoft", 1)]
    data: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
    return data


def run(data: bytes, x: Any) -> Any:
    options = ort.SessionOptions()
    options.log_severity_level = 3
    return ort.InferenceSession(data, options).run(None, {"x": x})[0]
