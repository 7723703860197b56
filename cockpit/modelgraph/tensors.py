"""ONNX models and tensors from and to bytes and arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, numpy_helper

Array = NDArray[Any]


def parse(model: bytes) -> ModelProto:
    """Raises `ValueError` when `model` is no ONNX model."""
    proto = ModelProto()
    try:
        proto.ParseFromString(model)
    except DecodeError as error:
        raise ValueError("not an ONNX model") from error
    if not proto.graph.node:
        raise ValueError("not an ONNX model")
    return proto


def tensor(name: str, value: Array) -> TensorProto:
    return numpy_helper.from_array(np.ascontiguousarray(value).reshape(value.shape), name)
