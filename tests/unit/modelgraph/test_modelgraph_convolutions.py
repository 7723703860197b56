from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from onnx import NodeProto, TensorProto, helper, load_from_string

from cockpit.modelgraph.convolutions import convolutions_as_products
from tests.unit.modelgraph.graphs import model, run

RNG = np.random.default_rng(3)
CHANNELS, OUT = 6, 4
X = RNG.standard_normal((1, CHANNELS, 40)).astype(np.float32)
SCALE = np.float32(0.01)


def quantised(taps: int, *, biased: bool, **attributes: Any) -> bytes:
    """A convolution as onnxruntime's quantiser writes it."""
    channels = CHANNELS // attributes.get("group", 1)
    tensors = {
        "w": RNG.integers(0, 256, (OUT, channels, taps), dtype=np.uint8),
        "w_zero": np.uint8(131),
        "w_scale": SCALE,
        "bias": RNG.standard_normal(OUT).astype(np.float32),
        "shape": np.array([1, -1, 1]),
    }
    nodes: list[NodeProto] = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
        helper.make_node("Mul", ["s", "w_scale"], ["scales"]),
        helper.make_node("ConvInteger", ["q", "w", "z", "w_zero"], ["sum"], kernel_shape=[taps], **attributes),
    ]
    if biased:
        nodes += [
            helper.make_node("Div", ["bias", "scales"], ["divided"]),
            helper.make_node("Floor", ["divided"], ["floored"]),
            helper.make_node("Cast", ["floored"], ["whole"], to=TensorProto.INT32),
            helper.make_node("Reshape", ["whole", "shape"], ["shaped"]),
            helper.make_node("Add", ["sum", "shaped"], ["biased"]),
        ]
    nodes += [
        helper.make_node("Cast", ["biased" if biased else "sum"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["float", "scales"], ["y"]),
    ]
    return model(nodes, tensors)


def operations(data: bytes) -> list[str]:
    return [node.op_type for node in load_from_string(data).graph.node]


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize(
    ("taps", "attributes"),
    [
        (1, {}),
        (3, {"pads": [1, 1]}),
        (5, {"pads": [4, 0], "strides": [1], "group": 1, "auto_pad": "NOTSET"}),
        (3, {"dilations": [3]}),
        (11, {"pads": [25, 25], "dilations": [5]}),
    ],
)
def test_a_convolution_gives_the_same_as_a_product(taps: int, attributes: dict[str, Any], biased: bool) -> None:
    plain = quantised(taps, biased=biased, **attributes)
    changed = convolutions_as_products(plain)
    assert "ConvInteger" not in operations(changed)
    assert "Floor" not in operations(changed)
    before, after = run(plain, X), run(changed, X)
    assert before.shape == after.shape
    # the bias was rounded to one step of the product
    step = (X.max() - X.min()) / 255 * SCALE
    assert np.abs(before - after).max() < (1.01 * step if biased else 1e-4)


@pytest.mark.parametrize("attributes", [{"strides": [2]}, {"group": 2}, {"auto_pad": "SAME_UPPER"}])
def test_a_convolution_of_another_form_stays(attributes: dict[str, Any]) -> None:
    plain = quantised(3, biased=True, **attributes)
    changed = convolutions_as_products(plain)
    assert operations(changed) == operations(plain)
    assert np.array_equal(run(changed, X), run(plain, X))


def test_what_is_no_model_is_an_error() -> None:
    with pytest.raises(ValueError, match="ONNX"):
        convolutions_as_products(b"\xff\xff\xff")
