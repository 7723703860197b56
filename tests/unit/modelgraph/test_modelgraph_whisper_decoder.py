"""Whisper's decoder from a CTranslate2 file, on a model of two layers with random weights."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from cockpit.modelgraph.whisper_decoder import HEADS, crossing, decoder, read_weights

WIDTH, VOCABULARY, LAYERS, FRAMES = 64, 40, 2, 7
SHAPES = {
    "attention/layer_norm/beta": (WIDTH,),
    "attention/layer_norm/gamma": (WIDTH,),
    "attention/linear_0/bias": (WIDTH,),
    "attention/linear_0/weight": (WIDTH, WIDTH),
    "attention/linear_1/bias": (2 * WIDTH,),
    "attention/linear_1/weight": (2 * WIDTH, WIDTH),
    "attention/linear_2/bias": (WIDTH,),
    "attention/linear_2/weight": (WIDTH, WIDTH),
    "ffn/layer_norm/beta": (WIDTH,),
    "ffn/layer_norm/gamma": (WIDTH,),
    "ffn/linear_0/bias": (4 * WIDTH,),
    "ffn/linear_0/weight": (4 * WIDTH, WIDTH),
    "ffn/linear_1/bias": (WIDTH,),
    "ffn/linear_1/weight": (WIDTH, 4 * WIDTH),
    "self_attention/layer_norm/beta": (WIDTH,),
    "self_attention/layer_norm/gamma": (WIDTH,),
    "self_attention/linear_0/bias": (3 * WIDTH,),
    "self_attention/linear_0/weight": (3 * WIDTH, WIDTH),
    "self_attention/linear_1/bias": (WIDTH,),
    "self_attention/linear_1/weight": (WIDTH, WIDTH),
}
OTHERS = {
    "decoder/embeddings/weight": (VOCABULARY, WIDTH),
    "decoder/layer_norm/beta": (WIDTH,),
    "decoder/layer_norm/gamma": (WIDTH,),
    "decoder/position_encodings/encodings": (30, WIDTH),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    shapes = OTHERS | {f"decoder/layer_{n}/{name}": shape for n in range(LAYERS) for name, shape in SHAPES.items()}
    parts = [struct.pack("<I", 6), _text("WhisperSpec"), struct.pack("<II", 3, len(shapes))]
    for name, shape in shapes.items():
        values = (0.3 * rng.standard_normal(shape) + ("gamma" in name)).astype(np.float16)
        parts += [
            _text(name),
            struct.pack(f"<B{len(shape)}IBI", len(shape), *shape, 4, values.nbytes),
            values.tobytes(),
        ]
    path = tmp_path / "model.bin"
    path.write_bytes(b"".join(parts))
    return path


def _text(text: str) -> bytes:
    return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"


def logits(file: Path, pieces: list[list[list[int]]]) -> np.ndarray:
    """After the last of `pieces`, which are given one after the other."""
    sound = np.random.default_rng(2).standard_normal((1, FRAMES, WIDTH)).astype(np.float32)
    seen, steps = ort.InferenceSession(crossing(file)), ort.InferenceSession(decoder(file))
    feed = dict(zip([one.name for one in seen.get_outputs()], seen.run(None, {"sound": sound}), strict=True))
    hypotheses = len(pieces[0])
    past = {
        f"past_{name}.{n}": np.zeros((hypotheses, HEADS, 0, WIDTH // HEADS), np.float32)
        for n in range(LAYERS)
        for name in ("key", "value")
    }
    before = 0
    for piece in pieces:
        new = len(piece[0])
        mask = np.triu(np.full((new, before + new), -1e9, np.float32), k=before + 1)
        own = {"tokens": np.array(piece), "positions": np.arange(before, before + new), "mask": mask}
        values = steps.run(None, {**own, "keep": np.array([1]), **past, **feed})
        past = {f"past_{out.name}": value for out, value in zip(steps.get_outputs()[1:], values[1:], strict=True)}
        before += new
    return np.asarray(values[0][:, -1])


def test_step_by_step_is_as_all_at_once(file: Path) -> None:
    whole, stepwise = logits(file, [[[1, 2, 3]]]), logits(file, [[[1, 2]], [[3]]])
    assert whole.shape == (1, VOCABULARY)
    assert np.allclose(whole, stepwise, atol=0.15)
    assert not np.allclose(whole, logits(file, [[[1, 3]]]), atol=0.15)


def test_hypotheses_do_not_see_each_other(file: Path) -> None:
    both = logits(file, [[[1, 2, 3], [1, 5, 3]]])
    assert np.allclose(both[1], logits(file, [[[1, 5, 3]]])[0], atol=0.3)  # one scale serves all
    assert not np.allclose(both[0], both[1], atol=0.15)


def test_the_weights_are_those_of_the_file(file: Path) -> None:
    weights = read_weights(file)
    assert weights["decoder/embeddings/weight"].shape == (VOCABULARY, WIDTH)
    assert weights["decoder/embeddings/weight"].dtype == np.float16


@pytest.mark.parametrize("damage", [lambda data: data[:200], lambda data: b"\7" + data[1:], lambda _: b""])
def test_a_file_that_is_none_is_told(file: Path, damage: object) -> None:
    file.write_bytes(damage(file.read_bytes()))  # type: ignore[operator]
    with pytest.raises(ValueError, match=r"model|buffer"):
        read_weights(file)
