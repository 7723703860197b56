from __future__ import annotations

import numpy as np
import pytest
from onnx import NodeProto, TensorProto, helper

from cockpit.modelgraph.matmuls import compute_in_int8
from tests.unit.modelgraph.graphs import model, run

RNG = np.random.default_rng(7)
VALUES = RNG.integers(-128, 128, (8, 16), dtype=np.int8)
SCALE, ZERO_POINT = 0.02, 5
WEIGHT = (VALUES.astype(np.float32) - ZERO_POINT) * np.float32(SCALE)


def with_weight(*nodes: NodeProto, elements: int = TensorProto.FLOAT) -> bytes:
    """`nodes` on the input `x` and the weight `w`, which is stored the way Moonshine's files do."""
    expanded = [
        helper.make_node("Cast", ["q"], ["c"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["c", "scale"], ["m"]),
        helper.make_node("Add", ["m", "zero"], ["w"]),
    ]
    tensors = {"q": VALUES, "scale": np.float32([SCALE]), "zero": np.float32([-ZERO_POINT * SCALE])}
    return model([*expanded, *nodes], tensors, elements)


def test_a_product_is_the_same_but_for_the_rounding_of_its_input() -> None:
    x = RNG.standard_normal((3, 8)).astype(np.float32)
    plain = with_weight(helper.make_node("MatMul", ["x", "w"], ["y"]))
    changed = compute_in_int8(plain)
    assert b"DynamicQuantizeMatMul" in changed
    assert np.abs(run(plain, x) - x @ WEIGHT).max() < 1e-4
    assert np.abs(run(changed, x) - x @ WEIGHT).max() < 0.05 * np.abs(x @ WEIGHT).max()


def test_a_product_with_the_transposed_weight() -> None:
    x = RNG.standard_normal((3, 16)).astype(np.float32)
    nodes = helper.make_node("Transpose", ["w"], ["t"]), helper.make_node("MatMul", ["x", "t"], ["y"])
    changed = compute_in_int8(with_weight(*nodes))
    assert b"DynamicQuantizeMatMul" in changed
    assert np.abs(run(changed, x) - x @ WEIGHT.T).max() < 0.05 * np.abs(x @ WEIGHT.T).max()


def test_rows_are_taken_before_they_are_expanded() -> None:
    plain = with_weight(helper.make_node("Gather", ["w", "x"], ["y"]), elements=TensorProto.INT64)
    changed = compute_in_int8(plain)
    assert b"y_values" in changed
    assert np.abs(run(changed, np.array([6, 1])) - WEIGHT[[6, 1]]).max() < 1e-6


@pytest.mark.parametrize("data", [b"", b"\x0a\x03abc", b"\xff\xff\xff"])
def test_what_is_no_model_is_an_error(data: bytes) -> None:
    with pytest.raises(ValueError, match="ONNX"):
        compute_in_int8(data)
