from __future__ import annotations

from typing import Any

import numpy as np
import onnxruntime as ort
import pytest

from cockpit.asr import onnx_int8 as onnx

RNG = np.random.default_rng(7)
VALUES = RNG.integers(-128, 128, (8, 16), dtype=np.int8)
SCALE, ZERO_POINT = 0.02, 5
WEIGHT = (VALUES.astype(np.float32) - ZERO_POINT) * np.float32(SCALE)


def value_info(number: int, name: str, elements: int) -> onnx.Field:
    tensor = onnx._serialise([(1, 2, onnx._serialise([(1, 0, elements)]))])
    return (number, 2, onnx._serialise([(1, 2, name.encode()), (2, 2, tensor)]))


def floats(name: str, value: float) -> bytes:
    data = np.array([value], "<f4").tobytes()
    return onnx._serialise([(1, 0, 1), (2, 0, 1), (8, 2, name.encode()), (9, 2, data)])


def model(op: str, inputs: list[str], elements: int, *before: bytes) -> bytes:
    """`op` on the input `x` and the weight `w`, which is stored the way Moonshine's files do."""
    to_float = onnx._serialise([(1, 2, b"to"), (3, 0, 1), (20, 0, 2)])
    nodes = [
        onnx._node("Cast", ["q"], "c", attributes=[to_float]),
        onnx._node("Mul", ["c", "scale"], "m"),
        onnx._node("Add", ["m", "zero"], "w"),
        *before,
        onnx._node(op, inputs, "y"),
    ]
    tensors = [onnx._tensor("q", VALUES), floats("scale", SCALE), floats("zero", -ZERO_POINT * SCALE)]
    graph = [
        *((1, 2, node) for node in nodes),
        (2, 2, b"main"),
        *((5, 2, tensor) for tensor in tensors),
        value_info(11, "x", elements),
        value_info(12, "y", 1),
    ]
    opsets = [onnx._serialise([(1, 2, b"com.microsoft"), (2, 0, 1)]), onnx._serialise([(2, 0, 14)])]
    return onnx._serialise([(1, 0, 8), (7, 2, onnx._serialise(graph)), *((8, 2, opset) for opset in opsets)])


def run(data: bytes, x: Any) -> Any:
    options = ort.SessionOptions()
    options.log_severity_level = 3
    return ort.InferenceSession(data, options).run(None, {"x": x})[0]


def test_a_product_is_the_same_but_for_the_rounding_of_its_input() -> None:
    x = RNG.standard_normal((3, 8)).astype(np.float32)
    plain = model("MatMul", ["x", "w"], 1)
    changed = onnx.compute_in_int8(plain)
    assert b"DynamicQuantizeMatMul" in changed
    assert np.abs(run(plain, x) - x @ WEIGHT).max() < 1e-4
    assert np.abs(run(changed, x) - x @ WEIGHT).max() < 0.05 * np.abs(x @ WEIGHT).max()


def test_a_product_with_the_transposed_weight() -> None:
    x = RNG.standard_normal((3, 16)).astype(np.float32)
    changed = onnx.compute_in_int8(model("MatMul", ["x", "t"], 1, onnx._node("Transpose", ["w"], "t")))
    assert b"DynamicQuantizeMatMul" in changed
    assert np.abs(run(changed, x) - x @ WEIGHT.T).max() < 0.05 * np.abs(x @ WEIGHT.T).max()


def test_rows_are_taken_before_they_are_expanded() -> None:
    changed = onnx.compute_in_int8(model("Gather", ["w", "x"], 7))
    assert np.abs(run(changed, np.array([6, 1])) - WEIGHT[[6, 1]]).max() < 1e-6


@pytest.mark.parametrize("data", [b"", b"\x0a\x03abc"])
def test_what_is_no_model_is_an_error(data: bytes) -> None:
    with pytest.raises(ValueError, match="ONNX"):
        onnx.compute_in_int8(data)
