"""The network itself, where torch is installed: its int8 graph, pruning, and the stages of training."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest

torch = pytest.importorskip("torch")

from models.training.extend import widened  # noqa: E402
from models.training.fit import Plan, batches, endless, importance, pass_over  # noqa: E402
from models.training.graph import from_onnx, to_onnx  # noqa: E402
from models.training.network import Design, Network, narrower, shallower  # noqa: E402
from models.training.rows import Row  # noqa: E402
from models.training.stages import INNER, STUDENT_LAYERS, Course, Effort  # noqa: E402
from tests.unit.training.small_training import labels  # noqa: E402

LABELS = labels()
DESIGN = Design(60, LABELS.piece_heads, LABELS.mean_heads, hidden=48, heads=4, inner=(96, 64), positions=32)
IDS = [0, 7, 12, 33, 59, 5, 2]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """These networks are too small to share among threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def network(design: Design = DESIGN, seed: int = 1) -> Network:
    torch.manual_seed(seed)
    return Network(design).eval()


def logits(net: Network, ids: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Of all heads side by side, for the pieces and for the whole."""
    with torch.no_grad():
        found = net(torch.tensor([ids]), torch.tensor([len(ids)]))
    return torch.cat([*found.pieces.values()], -1).numpy(), torch.cat([*found.mean.values()], -1).numpy()


def from_graph(file: Path, ids: list[int]) -> list[np.ndarray]:
    return ort.InferenceSession(str(file)).run(["pieces", "mean"], {"ids": np.array([ids])})


def saved(net: Network, file: Path) -> Path:
    onnx.save(to_onnx(net), str(file))
    return file


@pytest.mark.parametrize("length", [2, 7, 32])
def test_the_int8_graph_agrees_with_the_float_network(tmp_path: Path, length: int) -> None:
    net = network()
    ids = (IDS * 5)[:length]
    file = saved(net, tmp_path / "net.onnx")
    for exact, found in zip(logits(net, ids), from_graph(file, ids), strict=True):
        assert exact.shape == found.shape
        assert np.abs(exact - found).max() < 0.06 * np.abs(exact).max() + 0.02


def test_the_graph_read_back_has_the_quantised_weights(tmp_path: Path) -> None:
    net = network()
    file = saved(net, tmp_path / "net.onnx")
    back = from_onnx(file, DESIGN).eval()
    was = net.state_dict()
    for name, value in back.state_dict().items():
        step = was[name].abs().max() / 127
        assert float((value - was[name]).abs().max()) <= float(step) / 2 + 1e-6, name
    again = from_graph(saved(back, tmp_path / "again.onnx"), IDS)
    for first, second in zip(from_graph(file, IDS), again, strict=True):
        assert np.allclose(first, second, atol=1e-3)


def test_the_graph_of_a_network_without_piece_heads_has_the_mean_alone(tmp_path: Path) -> None:
    file = saved(network(Design(20, {}, {"intent": 5}, 48, 4, (32,), 16)), tmp_path / "net.onnx")
    session = ort.InferenceSession(str(file))
    assert [one.name for one in session.get_outputs()] == ["mean"]
    assert session.run(None, {"ids": np.array([[0, 4, 2]])})[0].shape == (1, 5)


def test_padding_changes_nothing() -> None:
    net = network()
    with torch.no_grad():
        alone = net(torch.tensor([IDS]), torch.tensor([len(IDS)]))
        padded = net(torch.tensor([[*IDS, 1, 1, 1]]), torch.tensor([len(IDS)]))
    assert torch.allclose(alone.mean["kind"], padded.mean["kind"], atol=1e-5)
    assert torch.allclose(alone.pieces["act"][0], padded.pieces["act"][0, : len(IDS)], atol=1e-5)


def test_narrowing_keeps_the_neurons_that_matter_most() -> None:
    net = network(replace(DESIGN, inner=(8, 8)))
    worth = [torch.tensor([0.0, 5, 1, 4, 0, 3, 0, 2]), torch.arange(8.0)]
    narrow = narrower(net, worth, 4)
    assert narrow.design.inner == (4, 4)
    for n, kept in enumerate(([1, 3, 5, 7], [4, 5, 6, 7])):
        wide, layer = net.layers[n], narrow.layers[n]
        assert torch.equal(layer.widen.weight, wide.widen.weight[kept])
        assert torch.equal(layer.widen.bias, wide.widen.bias[kept])
        assert torch.equal(layer.narrow.weight, wide.narrow.weight[:, kept])


def test_neurons_that_no_one_hears_can_be_left_out() -> None:
    net = network()
    with torch.no_grad():
        for layer in net.layers:
            layer.narrow.weight[:, 1::2] = 0.0
    worth = importance(net, [Row(IDS, {"act": [0, 1, 2, 2, 2, 0, 0]}, {"kind": 1})] * 3)
    assert all(bool((one[1::2] == 0).all()) and bool((one[::2] > 0).any()) for one in worth)
    narrow = narrower(net, worth, 48).eval()
    for exact, found in zip(logits(net, IDS), logits(narrow, IDS), strict=True):
        assert np.allclose(exact, found, atol=1e-4)


def test_a_student_begins_with_the_layers_that_it_is_given() -> None:
    net = network()
    student = shallower(net, (1,))
    assert student.design.inner == (64,)
    for name, value in student.layers[0].state_dict().items():
        assert torch.equal(value, net.layers[1].state_dict()[name])
    assert torch.equal(student.words.weight, net.words.weight)


def test_a_wider_network_keeps_what_it_knew() -> None:
    net = network()
    more = labels(targets=(*LABELS.targets, "horn"), slots=(*LABELS.slots, "tone"))
    wider = widened(net, more).eval()
    with torch.no_grad():
        before, after = (one(torch.tensor([IDS]), torch.tensor([len(IDS)])) for one in (net, wider))
    for head, known in before.pieces.items():
        assert torch.allclose(after.pieces[head][..., : known.shape[-1]], known, atol=1e-5)
        assert after.pieces[head].shape[-1] == more.piece_heads[head]
    assert torch.allclose(after.mean["kind"], before.mean["kind"], atol=1e-5)


def course(folder: Path, told: list[str], *, resume: bool = False) -> Course:
    design_rows = [Row([0, n, n + 1, 2], {}, {"intent": n % 3}) for n in range(4, 14)]
    rng = random.Random(1)

    def rows(stage: str) -> Iterator[Row]:
        return endless(design_rows, rng)

    return Course(
        folder, rows, lambda: design_rows, Effort(2, 3, 3, 3), resume=resume, judge=lambda name, _: told.append(name)
    )


def beginner() -> Network:
    layers = STUDENT_LAYERS[-1] + 1
    return network(Design(20, {}, {"intent": 3}, 12, 2, (INNER + 8,) * layers, 8))


STAGES = ["teacher", "student", "pruned, not yet refitted", "pruned"]


def test_resumed_training_ends_as_if_it_had_not_been_broken_off(tmp_path: Path) -> None:
    told: list[str] = []
    whole = course(tmp_path, told).run(beginner())
    assert told == STAGES
    assert whole.design.inner == (INNER,) * len(STUDENT_LAYERS)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["pruned.pt", "student.pt", "teacher.pt"]
    (tmp_path / "pruned.pt").unlink()
    teacher = (tmp_path / "teacher.pt").stat().st_mtime_ns
    resumed = course(tmp_path, told, resume=True).run(beginner())
    assert told == STAGES * 2
    assert (tmp_path / "teacher.pt").stat().st_mtime_ns == teacher
    for name, value in whole.state_dict().items():
        assert torch.allclose(value, resumed.state_dict()[name], atol=1e-6), name


@pytest.mark.parametrize("steps", [1, 40, 41, 100])
def test_rows_are_passed_over_as_fitting_would_take_them(steps: int) -> None:
    plan = Plan(steps, 1e-3, 2)
    taken, passed = (iter([Row([n]) for n in range(1000)]) for _ in range(2))
    assert len([*islice(batches(taken, plan.batch, random.Random(1), plan.echo), steps)]) == steps
    pass_over(passed, plan)
    assert next(passed) == next(taken)
